// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_FINITE_RATE_RUN_H
#define SGDFP_SOLVERS_FINITE_RATE_RUN_H

#include "base/errors.h"
#include "base/run_log.h"
#include "solvers/case.h"

namespace sgdfp
{
  /// answer_stationary() for laws of theta that are not the density of a local
  /// current:
  ///
  /// - Optimiser/time = discrete: the stationary law of the transfer operator
  ///   of the chain, and the mass that a step would take out of the box;
  /// - Optimiser/drift = central flow: the law of theta, which is that of the
  ///   centre with its oscillation (OscillatingLaw). The current is the
  ///   centre's.
  ///
  /// @throws UserError, SolverFailure
  ExitStatus answer_finite_rate(const MPI_Comm communicator,
                                const Case    &a_case,
                                const bool     validate,
                                RunLog        &log);
} // namespace sgdfp

#endif
