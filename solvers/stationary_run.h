// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_STATIONARY_RUN_H
#define SGDFP_SOLVERS_STATIONARY_RUN_H

#include "base/errors.h"
#include "base/run_log.h"
#include "solvers/case.h"

namespace sgdfp
{
  /// From a case to its stationary law: solves, reads everything off the law,
  /// writes the run folder.
  ///
  /// @param validate stop after everything that needs no solve
  /// @return done, or refused where summary.json tells why the law cannot be
  ///   trusted or does not exist
  /// @throws UserError, SolverFailure
  ExitStatus answer_stationary(const MPI_Comm communicator,
                               const Case    &a_case,
                               const bool     validate,
                               RunLog        &log);
} // namespace sgdfp

#endif
