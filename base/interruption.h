// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_BASE_INTERRUPTION_H
#define SGDFP_BASE_INTERRUPTION_H

#include <deal.II/base/mpi.h>

namespace sgdfp
{
  /// Thrown when a run ends because it was told to.
  struct Interrupted
  {
    int signal;
  };



  /// Notes SIGTERM and SIGINT while it lives instead of ending the process, so
  /// that a run can write a checkpoint first. A second signal ends it at once.
  class Interruption
  {
  public:
    Interruption();
    ~Interruption();

    Interruption(const Interruption &)            = delete;
    Interruption &operator=(const Interruption &) = delete;

    /// The signal that any rank got, or 0. Collective.
    int signal(const MPI_Comm communicator) const;
  };
} // namespace sgdfp

#endif
