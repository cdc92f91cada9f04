// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_COMPLEX_INVERSE_H
#define SGDFP_SOLVERS_COMPLEX_INVERSE_H

#include "solvers/balanced_inverse.h"

#include <complex>

namespace sgdfp
{
  /// (z M - A)^-1 for a complex z = a + ib, as a real system of twice the size:
  ///
  ///     | aM - A   -bM   | | x |   | f |
  ///     | bM       aM - A| | y | = | 0 |,    (z M - A)(x + iy) = f.
  ///
  /// Scaled by Balance. MUMPS, or GMRES with incomplete factors; where A is no
  /// matrix GMRES, with the factors of its local approximation.
  class ComplexInverse
  {
  public:
    /// @param generator assembled
    /// @throws SolverFailure
    ComplexInverse(const Generator           &generator,
                   const SolverParameters    &parameters,
                   const std::complex<double> z,
                   const bool                 use_direct);

    ComplexInverse(const ComplexInverse &)            = delete;
    ComplexInverse &operator=(const ComplexInverse &) = delete;

    /// x + iy = (z M - A)^-1 f. Collective.
    /// @throws SolverFailure
    void solve(Vector &x, Vector &y, const Vector &f);

  private:
    /// The block matrix with preconditioner_matrix() for A
    MatrixHandle blocks() const;

    /// For an A that is no matrix
    static PetscErrorCode apply(Mat shell, Vec in, Vec out);
    void                  apply(const Vec in, const Vec out);

    /// The two halves of a vector of the block system
    void split(const Vec both, const Vec x, const Vec y) const;
    void join(const Vec x, const Vec y, const Vec both) const;

    const Generator           &generator;
    const std::complex<double> z;
    LinearSolver               linear_solver;
    const Balance              balance;
    Vector                     right_side, solution;
    /// For apply()
    Vector in_x, in_y, out_x, out_y, work;
  };
} // namespace sgdfp

#endif
