// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_BASE_RANK_GROUPS_H
#define SGDFP_BASE_RANK_GROUPS_H

#include <deal.II/base/mpi.h>

#include <cstddef>
#include <functional>

namespace sgdfp
{
  /// The ranks of a communicator in groups of neighbours, which work on items
  /// of different cost side by side.
  ///
  /// Items are handed out by a counter in the memory of the first rank, which
  /// the others read and raise without its help: no group waits while there is
  /// work, and no rank is lost to giving it out.
  class RankGroups
  {
  public:
    /// Collective.
    /// @param ranks_per_group the last group may have fewer
    RankGroups(const MPI_Comm communicator, const unsigned int ranks_per_group);

    /// Collective.
    ~RankGroups();

    RankGroups(const RankGroups &)            = delete;
    RankGroups &operator=(const RankGroups &) = delete;

    /// That of this rank.
    MPI_Comm group() const;

    unsigned int size() const;

    bool is_leader() const;

    /// Calls @p work for every item below @p n, on one group each, in order of
    /// items as groups become free. @p work is collective on the group; what
    /// it throws ends the program. Collective.
    void hand_out(const std::size_t                             n,
                  const std::function<void(const std::size_t)> &work);

    /// Within hand_out(): no further items are.
    void stop();

    /// Within hand_out(), once for every item: how many have come here so far,
    /// this one counted; on the leader.
    std::size_t count_finished();

  private:
    enum Counter : unsigned int
    {
      next     = 0,
      finished = 1
    };

    /// @return the value before @p increment was added
    long raise(const Counter counter, const long increment);

    const MPI_Comm communicator;
    MPI_Comm       own_group = MPI_COMM_NULL;
    MPI_Win        window    = MPI_WIN_NULL;
    long          *counters  = nullptr; ///< on the first rank
    bool           is_first, leads;
  };
} // namespace sgdfp

#endif
