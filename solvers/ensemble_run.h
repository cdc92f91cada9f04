// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_ENSEMBLE_RUN_H
#define SGDFP_SOLVERS_ENSEMBLE_RUN_H

#include "base/errors.h"
#include "base/run_log.h"
#include "solvers/case.h"

namespace sgdfp
{
  /// From a case to an ensemble of chains: runs them, averages, writes the run
  /// folder.
  ///
  /// @return done, or refused where the chains diverged or their law still
  ///   moved
  /// @throws UserError
  ExitStatus answer_ensemble(const MPI_Comm communicator,
                             const Case    &a_case,
                             const bool     validate,
                             RunLog        &log);
} // namespace sgdfp

#endif
