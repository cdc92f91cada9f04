// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_SPECTRUM_H
#define SGDFP_SOLVERS_SPECTRUM_H

#include "operators/restriction.h"
#include "solvers/linear_solver.h"

#include <complex>

namespace sgdfp
{
  /// Leading eigenvalues of a Generator with both kinds of eigenfunctions,
  ///
  ///     A R_i = lambda_i M R_i      right: densities with signs, per unit t
  ///     A^T F_i = lambda_i M^T F_i  left: observables (the adjoint problem)
  ///     F_i^T M R_j = delta_ij,
  ///
  /// by decreasing real part. Without killing the first is 0 with the
  /// stationary law and F = 1. The two members of a complex pair
  /// a +- ib are neighbours, a + ib first; their places hold the real and
  /// the imaginary part of the functions of a + ib, Re F^T M Re R = 1/2 there.
  struct Spectrum
  {
    std::vector<std::complex<double>> values;
    std::vector<Vector>               right, left;
    /// |A R - lambda M R| / |diag(A) R| and the same of A^T, in the norms of L2
    /// over and times the weights of the trial space
    std::vector<double> residuals, left_residuals;
    /// Differences of the eigenvalues of both problems: 0 but for the error of
    /// the eigensolver
    std::vector<double> disagreements;
    /// Of eigenvalues that are the mean of a cluster: how far each was from it
    /// before (average_clusters()), part of its error; 0 of others
    std::vector<double> spreads;
    /// Eigenvalues with a larger imaginary part may have been missed; infinite
    /// where all are known to be real
    double imaginary_reach = 0;
    /// What round-off leaves of an eigenvalue, per unit t: the Rayleigh
    /// quotient of the round-off of both functions (1e-13 each) at the fastest
    /// rate of the mesh. Smaller eigenvalues are noise
    double       resolution = 0;
    unsigned int iterations = 0;

    unsigned int size() const;

    bool is_complex(const unsigned int i) const;

    /// Second members of complex pairs
    bool is_conjugate(const unsigned int i) const;

    /// @p n_values, or one more where that would split a complex pair, or as
    /// many as there are.
    unsigned int n_leading(const unsigned int n_values) const;

    /// Keeps the first n_leading().
    void truncate(const unsigned int n_values);

    /// For files: "3", or, of a complex pair 3 and 4, whose places hold the two
    /// parts of its first member, "3_real" and "3_imaginary"
    std::string function_name(const unsigned int i) const;
  };



  /// SLEPc's Krylov-Schur on (A - s M)^-1 M, s next to 0, with MUMPS; once for
  /// A and once for A^T. Both work on functions that do not vanish in the
  /// tails (R over the weights of the trial space, F itself), in the space
  /// without the stationary law, so that a slow mode is not the small
  /// difference to a large one. The eigenvalues are then Rayleigh quotients
  /// F^T A R / F^T M R, whose error is a product of two, without cancellation
  /// (Restriction::product()): tiny ones keep their digits [numerics.md, 2].
  class SpectrumSolver
  {
  public:
    explicit SpectrumSolver(const SolverParameters &parameters);

    /// @param n_values how many eigenvalues; one more where that would split a
    /// complex pair, fewer where the space has no more
    /// @param law stationary law with mass 1, or nullptr where A kills
    /// @param is_reversible all eigenvalues are known to be real
    /// @throws SolverFailure
    Spectrum solve(const Restriction &generator,
                   const unsigned int n_values,
                   const Vector      *law,
                   const bool         is_reversible) const;

  private:
    const SolverParameters parameters;
  };
} // namespace sgdfp

#endif
