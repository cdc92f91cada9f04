// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_LANDSCAPE_RUN_H
#define SGDFP_SOLVERS_LANDSCAPE_RUN_H

#include "base/errors.h"
#include "base/run_log.h"
#include "solvers/case.h"

namespace sgdfp
{
  /// What needs no density: the paths of training without noise (gradient
  /// descent, gradient flow, the deterministic central flow) from the starts of
  /// the case, and where gradient descent is at last as a function of the
  /// learning rate.
  ///
  /// @throws UserError, SolverFailure
  ExitStatus answer_landscape(const MPI_Comm communicator,
                              const Case    &a_case,
                              const bool     validate,
                              RunLog        &log);
} // namespace sgdfp

#endif
