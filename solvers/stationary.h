// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_STATIONARY_H
#define SGDFP_SOLVERS_STATIONARY_H

#include "solvers/linear_solver.h"

namespace sgdfp
{
  /// Stationary law of a Generator:  A P = 0,  1^T M P = 1.
  ///
  /// direct: inverse iteration (A - s M) P' = -s M P with MUMPS and a shift s
  /// next to round-off; the number of steps it needs tells how well the
  /// stationary law is separated from slower decaying ones.
  /// iterative: A d = -A P for the correction of a start P by GMRES,
  /// preconditioned with A - s M, s of the order of the relaxation rates
  /// [numerics.md, 1].
  class StationarySolver
  {
  public:
    StationarySolver(const MPI_Comm          communicator,
                     const SolverParameters &parameters,
                     const bool              use_direct);

    struct Report
    {
      unsigned int iterations = 0;
      /// |A P|_2 / |diag(A) P|_2
      double residual = 0;
    };

    /// Called with the iteration number and the residual norm of GMRES.
    std::function<void(unsigned int, double)> on_iteration;

    /// @param density start, replaced by the law with mass 1
    /// @throws SolverFailure, or Refusal where the law is not determined
    Report solve(const Generator &generator, Vector &density);

    /// Normalises @p density to mass 1 and measures its residual.
    Report measure(const Generator &generator, Vector &density) const;

  private:
    /// @param rate the fastest rate of the discrete operator, in 1/t
    unsigned int inverse_iteration(const Generator &generator,
                                   const double     rate,
                                   Vector          &density);

    unsigned int correct(const Generator &generator, Vector &density);

    const bool   use_direct;
    LinearSolver linear_solver;
  };
} // namespace sgdfp

#endif
