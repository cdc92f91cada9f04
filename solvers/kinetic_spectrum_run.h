// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_KINETIC_SPECTRUM_RUN_H
#define SGDFP_SOLVERS_KINETIC_SPECTRUM_RUN_H

#include "base/run_log.h"
#include "solvers/case.h"

namespace sgdfp
{
  /// Eigenvalues of a case with momentum, or, with Domain/absorbing, its exit
  /// rate, quasi-stationary law and mean first passage times.
  /// @throws UserError, Refusal, SolverFailure
  ExitStatus answer_kinetic_spectrum(const MPI_Comm communicator,
                                     const Case    &a_case,
                                     const bool     validate,
                                     RunLog        &log);
} // namespace sgdfp

#endif
