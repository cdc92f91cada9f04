// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_TRANSIENT_RUN_H
#define SGDFP_SOLVERS_TRANSIENT_RUN_H

#include "base/errors.h"
#include "base/run_log.h"
#include "solvers/case.h"

namespace sgdfp
{
  /// From a case to its law in time: statistics at every step, fields at the
  /// output times, checkpoints in between.
  ///
  /// @param validate stop after everything that needs no solve
  /// @param resume go on from the last checkpoint in the run folder
  /// @return done, or refused where summary.json tells why the law cannot be
  ///   trusted
  /// @throws UserError, SolverFailure; Interrupted after a checkpoint was
  /// written on SIGTERM or SIGINT
  ExitStatus answer_transient(const MPI_Comm communicator,
                              const Case    &a_case,
                              const bool     validate,
                              const bool     resume,
                              RunLog        &log);
} // namespace sgdfp

#endif
