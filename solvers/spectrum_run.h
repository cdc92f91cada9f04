// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_SPECTRUM_RUN_H
#define SGDFP_SOLVERS_SPECTRUM_RUN_H

#include "base/errors.h"
#include "base/run_log.h"
#include "solvers/case.h"

namespace sgdfp
{
  /// From a case to its spectrum: eigenvalues with both kinds of
  /// eigenfunctions, metastable sets, and, where the case has such sets, exit
  /// rates, first passage and transitions; writes the run folder.
  ///
  /// @param validate stop after everything that needs no solve
  /// @return done, or refused where summary.json tells why there is no answer
  /// @throws UserError, SolverFailure
  ExitStatus answer_spectrum(const MPI_Comm communicator,
                             const Case    &a_case,
                             const bool     validate,
                             RunLog        &log);
} // namespace sgdfp

#endif
