// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_STATIONARY_SUMMARY_H
#define SGDFP_SOLVERS_STATIONARY_SUMMARY_H

#include "base/summary.h"
#include "solvers/adaptive.h"

namespace sgdfp
{
  /// What happened on the way to the law, section solver: iterations, passes,
  /// levels, stopped_by, residual, slowest_rate; and the estimated errors.
  template <int dim>
  void report_solver(const AdaptiveSolver<dim> &solver, Summary &summary);

  /// The shape of a result with nulls, which readers find in the summary of a
  /// refused run.
  void set_nulls(const std::string &reason, Summary &summary);
} // namespace sgdfp

#endif
