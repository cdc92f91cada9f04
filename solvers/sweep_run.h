// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_SWEEP_RUN_H
#define SGDFP_SOLVERS_SWEEP_RUN_H

#include "solvers/command_line.h"

namespace sgdfp
{
  /// From a case with switches or axes to a table of all of them: reads and
  /// checks every case, runs what is not done yet on groups of ranks, collects.
  ///
  /// A row that is refused, or that a question does not exist for, is a row
  /// with a reason, and the sweep is done; so it is not with a solver that
  /// failed.
  /// @throws UserError for mistakes in a switch or an axis, and where the case
  /// as given cannot be asked; Interrupted
  ExitStatus sweep(const MPI_Comm     communicator,
                   const Case        &a_case,
                   const CommandLine &line,
                   RunLog            &log);
} // namespace sgdfp

#endif
