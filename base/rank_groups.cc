// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/rank_groups.h"

#include <exception>
#include <iostream>
#include <limits>

namespace sgdfp
{
  namespace
  {
    constexpr int first_rank     = 0;
    constexpr int internal_error = 3; // the exit status
  }                                   // namespace



  RankGroups::RankGroups(const MPI_Comm     communicator,
                         const unsigned int ranks_per_group)
    : communicator(communicator)
  {
    using dealii::Utilities::MPI::this_mpi_process;
    const unsigned int rank = this_mpi_process(communicator);
    MPI_Comm_split(communicator,
                   static_cast<int>(rank / ranks_per_group),
                   static_cast<int>(rank),
                   &own_group);
    is_first = (rank == first_rank);
    leads    = (this_mpi_process(own_group) == 0);
    MPI_Win_allocate(is_first ? 2 * sizeof(long) : 0,
                     sizeof(long),
                     MPI_INFO_NULL,
                     communicator,
                     &counters,
                     &window);
  }



  RankGroups::~RankGroups()
  {
    MPI_Win_free(&window);
    MPI_Comm_free(&own_group);
  }



  MPI_Comm RankGroups::group() const
  {
    return own_group;
  }



  unsigned int RankGroups::size() const
  {
    return dealii::Utilities::MPI::n_mpi_processes(own_group);
  }



  bool RankGroups::is_leader() const
  {
    return leads;
  }



  long RankGroups::raise(const Counter counter, const long increment)
  {
    long before = 0;
    MPI_Win_lock(MPI_LOCK_SHARED, first_rank, 0, window);
    MPI_Fetch_and_op(
      &increment, &before, MPI_LONG, first_rank, counter, MPI_SUM, window);
    MPI_Win_unlock(first_rank, window);
    return before;
  }



  void RankGroups::hand_out(const std::size_t                             n,
                            const std::function<void(const std::size_t)> &work)
  {
    if (is_first)
      {
        MPI_Win_lock(MPI_LOCK_EXCLUSIVE, first_rank, 0, window);
        counters[next] = counters[finished] = 0;
        MPI_Win_unlock(first_rank, window);
      }
    MPI_Barrier(communicator);
    for (;;)
      {
        long item = leads ? raise(next, 1) : 0;
        MPI_Bcast(&item, 1, MPI_LONG, 0, own_group);
        if (static_cast<std::size_t>(item) >= n)
          break;
        try
          {
            work(static_cast<std::size_t>(item));
          }
        catch (const std::exception &error)
          {
            // The other groups would wait for this one.
            std::cerr << "Internal error: " << error.what() << std::endl;
            MPI_Abort(communicator, internal_error);
          }
      }
    MPI_Barrier(communicator);
  }



  void RankGroups::stop()
  {
    // Beyond any number of items, far from overflow.
    constexpr long far = std::numeric_limits<long>::max() / 4;
    if (leads)
      raise(next, far);
  }



  std::size_t RankGroups::count_finished()
  {
    return leads ? static_cast<std::size_t>(raise(finished, 1)) + 1 : 0;
  }
} // namespace sgdfp
