// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_BALANCED_INVERSE_H
#define SGDFP_SOLVERS_BALANCED_INVERSE_H

#include "operators/restriction.h"
#include "solvers/linear_solver.h"

namespace sgdfp
{
  /// (A - s M)^-1 and its transpose by MUMPS, where the weights of the trial
  /// space span hundreds of decades. What is factorised is
  ///
  ///     S = d^-1 (A - s M) W d^-1,   d_i = (W_i M_ii)^{1/2},
  ///
  /// W the weights, whose entries are all of the size of local rates (for a
  /// process in detailed balance it is symmetric), so that no pivot is chosen
  /// for its place in the landscape.
  class BalancedInverse
  {
  public:
    /// @throws SolverFailure
    BalancedInverse(const Restriction      &generator,
                    const SolverParameters &parameters,
                    const double            shift);

    /// x = (A - s M)^-1 b, or of the transposed matrix; x and b differ
    void solve(const Vec x, const Vec b, const bool transposed);

    const double shift;

  private:
    LinearSolver   linear_solver;
    Vector         rows, columns; ///< 1/d and W/d
    mutable Vector work;
  };
} // namespace sgdfp

#endif
