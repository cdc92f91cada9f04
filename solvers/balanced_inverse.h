// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_BALANCED_INVERSE_H
#define SGDFP_SOLVERS_BALANCED_INVERSE_H

#include "operators/generator.h"
#include "solvers/linear_solver.h"

namespace sgdfp
{
  /// The scaling of a Generator's systems,
  ///
  ///     S = d^-1 (A - s M) W d^-1,   d_i = (W_i M_ii)^{1/2},
  ///
  /// W the weights: rows 1/d_i and columns W_i/d_i. Hanging nodes, which have
  /// no mass and take no part, are left alone.
  struct Balance
  {
    explicit Balance(const Generator &generator);

    Vector rows, columns;
  };



  /// (A - s M)^-1 and its transpose by MUMPS, where the weights of the trial
  /// space span hundreds of decades. What is factorised is the S of Balance,
  /// whose entries are all of the size of local rates (for a
  /// process in detailed balance it is symmetric), so that no pivot is chosen
  /// for its place in the landscape. Large problems may have GMRES with
  /// incomplete factors instead. Where A is no matrix: GMRES on S with the
  /// factors (or, for large problems in 3-D, incomplete factors of each rank's
  /// block) of its local approximation; or, where mass is killed and there are
  /// few unknowns, with those of S itself, column by column: exits of jumps
  /// have no good local approximation.
  class BalancedInverse
  {
  public:
    /// @param generator assembled
    /// @param use_direct MUMPS for the matrix that is factorised, else
    /// incomplete factors
    /// @throws SolverFailure
    BalancedInverse(const Generator        &generator,
                    const SolverParameters &parameters,
                    const double            shift,
                    const bool              use_direct = true);

    /// Of GMRES, relative to the right-hand side.
    void set_tolerance(const double relative);

    /// x = (A - s M)^-1 b, or of the transposed matrix; x and b differ
    /// @return iterations
    unsigned int solve(const Vec x, const Vec b, const bool transposed);

    /// |b| in the norm of the residuals of S: |d^-1 b|
    double norm(const Vector &b) const;

    /// Called with the iteration number and the residual norm of GMRES.
    std::function<void(unsigned int, double)> &on_iteration();

    const double shift;

  private:
    /// y = S x or S^T x
    void apply(const Vec x, const Vec y, const bool transposed) const;

    /// S, all of its entries, from its shell.
    MatrixHandle entries(const Mat shell) const;

    static PetscErrorCode apply(Mat shell, Vec x, Vec y);
    static PetscErrorCode apply_transposed(Mat shell, Vec x, Vec y);

    const Generator &generator;
    LinearSolver     linear_solver;
    const Balance    balance;
    mutable Vector   work, second_work;
  };
} // namespace sgdfp

#endif
