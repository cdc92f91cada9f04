// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_HEAVY_TAIL_RUN_H
#define SGDFP_SOLVERS_HEAVY_TAIL_RUN_H

#include "base/errors.h"
#include "base/run_log.h"
#include "solvers/case.h"

namespace sgdfp
{
  /// answer_stationary() for noise with jumps (Noise/Stable): what a law has
  /// where there is no local current, and moments may not exist.
  ExitStatus answer_heavy_tails(const MPI_Comm communicator,
                                const Case    &a_case,
                                const bool     validate,
                                RunLog        &log);
} // namespace sgdfp

#endif
