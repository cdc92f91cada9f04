// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_KINETIC_RUN_H
#define SGDFP_SOLVERS_KINETIC_RUN_H

#include "base/run_log.h"
#include "solvers/case.h"

namespace sgdfp
{
  /// The stationary law of a case with momentum (KineticGenerator): mean
  /// velocity instead of a local current, temperatures of velocities, and the
  /// law of plain SGD at the same effective learning rate to compare with.
  /// @throws UserError, Refusal, SolverFailure
  ExitStatus answer_kinetic(const MPI_Comm communicator,
                            const Case    &a_case,
                            const bool     validate,
                            RunLog        &log);
} // namespace sgdfp

#endif
