// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_ERROR_ESTIMATE_H
#define SGDFP_SOLVERS_ERROR_ESTIMATE_H

#include "operators/law.h"
#include "solvers/stationary.h"

#include <deal.II/lac/vector.h>

namespace sgdfp
{
  /// Estimated errors of a law p_k of degree k, by one solve with elements of
  /// degree k + 1 on the same mesh with the same l:
  ///
  ///     density = int |p_{k+1} - p_k|,   current = int |J_{k+1} - J_k|,
  ///     current_scale = 1/2 int |(b - (1-a) div D) p| + |D grad p|,
  ///
  /// the scale being what J is the difference of, so that an equilibrium, with
  /// J = 0, is no division by zero [numerics.md, 1].
  struct ErrorEstimate
  {
    double density       = 0;
    double current       = 0;
    double current_scale = 0;
    /// int_K |p_{k+1} - p_k| by active cell (0 on cells of other ranks)
    dealii::Vector<double> density_by_cell;
    unsigned int           iterations = 0;

    /// NaN in all errors: the law is too large for that solve.
    static ErrorEstimate unknown();

    bool is_known() const;

    /// current / current_scale
    double relative_current() const;

    /// The larger of the two relative errors, which tolerances apply to; the
    /// density has mass 1.
    double relative() const;
  };



  /// Collective. Where l is the law itself (Gibbs, potential) nothing is
  /// solved: the estimate is that of its evaluation and normalisation.
  /// @throws Refusal, SolverFailure
  template <int dim>
  ErrorEstimate estimate_error(const Law<dim>         &law,
                               const SolverParameters &solver_parameters);
} // namespace sgdfp

#endif
