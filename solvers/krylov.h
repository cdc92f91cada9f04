// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_KRYLOV_H
#define SGDFP_SOLVERS_KRYLOV_H

#include "operators/restriction.h"
#include "solvers/balanced_inverse.h"

#include <complex>

namespace sgdfp
{
  /// The eigenvalues of A, or of A^T, that are nearest to a shift s, with their
  /// eigenvectors; see SpectrumSolver.
  class ShiftedKrylov
  {
  public:
    /// @param law removed from the space, with the constant of A^T; or nullptr
    ShiftedKrylov(const Restriction      &generator,
                  const SolverParameters &parameters,
                  const Vector           *law,
                  const double            shift);

    ~ShiftedKrylov();

    ShiftedKrylov(const ShiftedKrylov &)            = delete;
    ShiftedKrylov &operator=(const ShiftedKrylov &) = delete;

    struct Pair
    {
      std::complex<double> value;
      /// imaginary is 0 where the value is real
      Vector real, imaginary;
    };

    /// Pairs by decreasing real part; of a complex pair only a + ib, b > 0.
    /// @param n_values at least so many, if there are so many
    std::vector<Pair> solve(const unsigned int n_values, const bool adjoint);

    unsigned int iterations() const;

    const double shift;

  private:
    static PetscErrorCode apply(Mat shell, Vec x, Vec y);

    /// y = (A - s M)^-1 M x or its transpose, as functions
    void apply(const Vec x, const Vec y);

    const Restriction &generator;
    BalancedInverse    inverse;
    bool               adjoint = false;
    const bool         has_law;
    Vector             weights, inverse_weights;
    /// Of the part that is removed: for A the functions law/weights and
    /// mass * weights, for A^T 1 and M law
    Vector       removed_right, test_right, removed_left, test_left;
    Vector       work;
    unsigned int n_iterations = 0;
  };
} // namespace sgdfp

#endif
