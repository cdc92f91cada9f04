// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_FRACTIONAL_STABLE_GENERATOR_H
#define SGDFP_FRACTIONAL_STABLE_GENERATOR_H

#include "fractional/fractional_laplacian.h"
#include "models/dynamics.h"
#include "operators/generator.h"

namespace sgdfp
{
  /// Dynamics with alpha-stable jumps beside drift and Gaussian noise, in nodal
  /// densities p of Q_k on Gauss-Lobatto points (no exponential trial space):
  ///
  ///     A p = L p - sum_d F_d (sigma_d^alpha p)
  ///
  /// (one term for isotropic jumps), F = K q the FractionalLaplacian, L the
  /// drift and Gaussian part integrated by the rule on the nodes,
  ///
  ///     L_ij = (grad phi_i, r p - D grad p)_lumped - S_ij,
  ///
  /// r, D of Dynamics::Flux. M is diagonal. Constants are the left null vector:
  /// mass is conserved to round-off.
  ///
  /// S makes the transport in the tails, where jumps are rare and cells large,
  /// a Radau scheme: without it errors of the core travel outwards along the
  /// lines of cells as undamped oscillations that are large against the tail
  /// [docs/numerics.md]. On each line of a cell, with the flux f = r_d p as a
  /// polynomial of degree k through its nodes,
  ///
  ///     S(phi, p) = c (2/(2k-1)) top(phi') top(f'),   c = +-rho/(2k - 1),
  ///
  /// top the coefficient of the Legendre polynomial P_{k-1}, the sign that of
  /// r_d, rho = Pe^2/(1 + Pe^2) with the Peclet number of the nodes. For rho =
  /// 1 the spurious solution w P_k of the transport equation becomes
  /// P_k +- P_{k-1}, which is zero at the inflow end and moves no further. S is
  /// of the order of the scheme and conserves mass.
  template <int dim>
  class StableGenerator : public Generator
  {
  public:
    /// @param discretisation with lumped rule
    /// @param dynamics with jumps
    StableGenerator(const Discretisation<dim> &discretisation,
                    const Dynamics<dim>       &dynamics);

    void prepare() override;

    void assemble() override;

    const Vector &mass_functional() const override;

    const SparseMatrix &mass_matrix() const override;

    void complete(Vector &coefficients) const override;

    const Vector &left_null_vector() const override;

    /// 1
    const Vector &weights() const override;

    /// None: there is no multigrid for jumps.
    const std::vector<MatrixHandle> &coarse_interpolations() const override;

    void apply(AnyVector &result, const AnyVector &p) const override;

    void apply_adjoint(AnyVector &result, const AnyVector &f) const override;

    /// L - K b sigma^alpha - M a sigma^alpha: lambda^s replaced by its tangent
    /// a + b lambda at the scale of the core [numerics.md, 3].
    const SparseMatrix &preconditioner_matrix() const override;

    bool is_assembled() const override;

    Vector zero() const override;

    /// Nodal potentials q_d of a density, without ghosts: the nonlocal flux is
    /// -grad q, or -(d_d q_d) for jumps along the coordinates.
    std::vector<Vector> potentials(const Vector &p) const;

    /// How the fractional power is applied, for the screen.
    std::string description() const;

  private:
    struct Scratch;

    /// Whether D has entries off its diagonal somewhere: without, matrices are
    /// far sparser.
    bool has_mixed_derivatives() const;

    /// A cell's part of L
    void assemble_cell(Scratch &scratch) const;

    /// Subtracts S of one line of a cell.
    void stabilise(Scratch &scratch, const unsigned int d) const;

    void assemble_preconditioner();

    const Discretisation<dim>                &discretisation;
    const Dynamics<dim>                      &dynamics;
    LumpedLaplacian<dim>                      laplacian;
    std::unique_ptr<FractionalLaplacian<dim>> fractional;
    /// sigma_d^alpha at the nodes, one per part of the Laplacian
    std::vector<Vector>       rates;
    SparseMatrix              local, local_approximation, mass;
    Vector                    free, ones;
    mutable Vector            product, potential;
    std::vector<MatrixHandle> no_interpolations;
  };
} // namespace sgdfp

#endif
