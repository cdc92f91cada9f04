// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_STATIONARY_H
#define SGDFP_SOLVERS_STATIONARY_H

#include "solvers/balanced_inverse.h"

namespace sgdfp
{
  /// A shift s > 0 for which A - s M is not exactly singular, next to the
  /// round-off of A, in 1/t.
  double round_off_shift(const Generator &generator);



  /// Stationary law of a Generator:  A P = 0,  1^T M P = 1.
  ///
  /// direct: inverse iteration (A - s M) P' = -s M P with MUMPS and a shift s
  /// next to round-off, then a few more steps among the densities of mass zero
  /// for the slowest relaxation rate: what a residual of the size of round-off
  /// means for the weights of wells that are hardly ever left.
  /// iterative: A d = -A P for the correction of a start P by flexible GMRES
  /// with the preconditioner Multigrid; the slowest rate likewise, to a loose
  /// tolerance [numerics.md, 1]. Where A is no matrix (jumps): likewise, with
  /// GMRES of BalancedInverse.
  class StationarySolver
  {
  public:
    StationarySolver(const MPI_Comm          communicator,
                     const SolverParameters &parameters,
                     const bool              use_direct);

    struct Report
    {
      /// For the law; those for the slowest rate are not counted
      unsigned int iterations = 0;
      /// |A P|_2 / |diag(A) P|_2
      double residual = 0;
      /// Slowest relaxation rate per unit t (order of magnitude); 0 where it
      /// was not computed (iterative solver)
      double slowest_rate = 0;
      /// Estimated L1 error of the law through that mode, such as the weights
      /// of wells: |A P|_1 / slowest_rate. 0 where it was not computed
      double weight_error = 0;
    };

    /// Called with the iteration number and the residual norm of GMRES.
    std::function<void(unsigned int, double)> on_iteration;

    /// @param density start, replaced by the law with mass 1
    /// @param reduction where positive, iterations already end when |A P| is
    /// that much smaller than it was for the start; the slowest rate is then
    /// not computed
    /// @throws SolverFailure, or Refusal where there is no finite solution
    Report solve(const Generator &generator,
                 Vector          &density,
                 const double     reduction = 0);

    /// Normalises @p density to mass 1 and measures its residual.
    Report measure(const Generator &generator, Vector &density) const;

  private:
    unsigned int inverse_iteration(const Generator &generator, Vector &density);

    /// By inverse iteration with the solver as the law left it.
    double find_slowest_rate(const Generator &generator, const Vector &density);

    /// Fills slowest_rate and weight_error of @p report.
    void estimate_weight_error(const Generator &generator,
                               const Vector    &density,
                               Report          &report);

    unsigned int correct(const Generator &generator,
                         Vector          &density,
                         const double     reduction);

    /// The same for a Generator that is no matrix, with BalancedInverse.
    unsigned int correct_balanced(const Generator &generator,
                                  Vector          &density,
                                  const double     reduction);

    const bool   use_direct;
    const double tolerance;
    /// Shift of the last factorisation, in 1/t; 0 for GMRES
    double shift = 0;
    /// 0 where it is not known yet
    double                 slowest_rate = 0;
    LinearSolver           linear_solver;
    const SolverParameters parameters;
    /// Of the last correct_balanced()
    std::unique_ptr<BalancedInverse> balanced;
  };
} // namespace sgdfp

#endif
