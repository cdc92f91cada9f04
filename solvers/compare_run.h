// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_COMPARE_RUN_H
#define SGDFP_SOLVERS_COMPARE_RUN_H

#include "base/errors.h"
#include "base/run_log.h"
#include "solvers/compare_line.h"

namespace sgdfp
{
  /// From run folders to comparison.json, comparison.png and a table: reads the
  /// laws, puts them on the same bins, measures.
  ///
  /// @throws UserError, before anything is written, where a folder holds no
  /// law, or the laws are not of the same variables, or have no bins in common
  ExitStatus compare_runs(const MPI_Comm     communicator,
                          const CompareLine &line,
                          RunLog            &log);
} // namespace sgdfp

#endif
