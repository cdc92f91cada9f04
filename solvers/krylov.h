// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_KRYLOV_H
#define SGDFP_SOLVERS_KRYLOV_H

#include "operators/restriction.h"
#include "solvers/balanced_inverse.h"

#include <slepceps.h>

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
    /// Where b is round-off, as in a double eigenvalue, or all are known to be
    /// real, the two vectors of a pair are two real ones.
    /// @param n_values at least so many, if there are so many
    std::vector<Pair>
    solve(const unsigned int n_values, const bool adjoint, const bool all_real);

    unsigned int iterations() const;

    const double shift;

  private:
    static PetscErrorCode apply(Mat shell, Vec x, Vec y);

    /// The pairs that have converged, as solve() returns them.
    std::vector<Pair> pairs_of(const EPS eps, const bool all_real);

    /// One inverse iteration: in the tails, where a vector of the Krylov space
    /// is round-off over g, a slow mode is then what its middle makes of it.
    void smooth(const std::complex<double> theta, Pair &pair);

    /// Inverse iteration for the slowest mode where it is by far the slowest:
    /// every step takes the others down by the ratio of the rates, to
    /// round-off; the Krylov space knows them to its tolerance only.
    void polish(std::vector<Pair> &pairs);

    /// y = (A - s M)^-1 M x or its transpose, as functions
    void apply(const Vec x, const Vec y);

    const Restriction &generator;
    BalancedInverse    inverse;
    bool               adjoint = false;
    const bool         has_law;
    /// Between the coefficients and the vectors of the Krylov space. Those are
    /// functions (R/W, F) times g = (W M_ii)^{1/4}: with g = 1 the noise of
    /// steep tails, where W spans decades within a cell, would spoil the space,
    /// with the g^2 of L2 that of the barriers, where W is small too.
    Vector from_right, to_right, from_left, to_left;
    /// What is removed, and what measures it: of A the law and the mass, of A^T
    /// 1 and M law
    Vector       removed_right, test_right, removed_left, test_left;
    Vector       work;
    unsigned int n_iterations = 0;
  };
} // namespace sgdfp

#endif
