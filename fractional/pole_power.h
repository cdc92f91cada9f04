// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_FRACTIONAL_POLE_POWER_H
#define SGDFP_FRACTIONAL_POLE_POWER_H

#include "fractional/fractional_laplacian.h"
#include "fractional/rational_power.h"

#include <petscksp.h>

namespace sgdfp
{
  /// FractionalLaplacian on any mesh: the terms of a RationalPower, independent
  /// of each other,
  ///
  ///     mu_j < m0:  (mu_j M + K) q_j = M v,
  ///     mu_j >= m0: (mu_j M + K) d_j = K v/mu_j,   q_j = v/mu_j - d_j,
  ///
  /// q = sum_j w_j q_j. Both are the same for exact solves; with an inexact one
  /// the second keeps the large part of q_j that cancels in K q_j
  /// [numerics.md, 3].
  ///
  /// Each is solved by conjugate gradients with BoomerAMG or, on small meshes,
  /// by the Cholesky factors of MUMPS. PETSc options with the prefix
  /// "sgdfp_pole_".
  template <int dim>
  class PolePower : public FractionalLaplacian<dim>
  {
  public:
    /// @param exponent s
    /// @param tempering m
    /// @param power_tolerance relative error of the rational power
    /// @param inner_tolerance relative residual of the iterative solves
    /// @param most_factorised unknowns up to which the poles are factorised
    PolePower(const LumpedLaplacian<dim> &laplacian,
              const double                exponent,
              const double                tempering,
              const double                power_tolerance = 1e-10,
              const double                inner_tolerance = 1e-10,
              const unsigned int          most_factorised = 10000);

    ~PolePower() override;

    PolePower(const PolePower &)            = delete;
    PolePower &operator=(const PolePower &) = delete;

    void prepare() override;

    /// @throws SolverFailure if a solve does not converge
    void potential(AnyVector         &q,
                   const AnyVector   &v,
                   const unsigned int part) const override;

    std::string description() const override;

    const RationalPower &power() const;

    /// Iterations of all solves so far; 1 for one with factors
    unsigned int iterations() const;

  private:
    void clear();

    /// An upper bound of the eigenvalues of M^-1 K
    double greatest_eigenvalue() const;

    void add_solver(const double pole);

    const LumpedLaplacian<dim>    &laplacian;
    const double                   exponent, tempering;
    const double                   power_tolerance, inner_tolerance;
    const unsigned int             most_factorised;
    std::unique_ptr<RationalPower> the_power;
    std::vector<KSP>               solvers;
    double                         threshold = 1; ///< m0
    double                         volume    = 0;
    bool                           is_direct = false;
    Vector                         free; ///< 1, at hanging nodes 0
    mutable Vector                 centred, right_side, solution;
    mutable unsigned int           n_iterations = 0;
  };
} // namespace sgdfp

#endif
