// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_DRIFT_DIFFUSION_H
#define SGDFP_OPERATORS_DRIFT_DIFFUSION_H

#include "models/dynamics.h"
#include "operators/generator.h"
#include "operators/nested_spaces.h"
#include "operators/trial_space.h"

namespace sgdfp
{
  /// Overdamped, local dynamics: continuous Q_k test functions phi_i, trial
  /// functions psi_j = exp(l - l_j) phi_j of the TrialSpace,
  ///
  ///     A_ij = (grad phi_i, J[psi_j]),   M_ij = (phi_i, psi_j),
  ///     J[p] = (b - (1-a) div D) p - D grad p,
  ///
  /// with no flux through the boundary of the box. The test functions sum to
  /// one, so the columns of A sum to zero: mass is conserved to round-off
  /// [numerics.md, 1].
  template <int dim>
  class DriftDiffusion : public Generator
  {
  public:
    DriftDiffusion(const Discretisation<dim> &discretisation,
                   const Dynamics<dim>       &dynamics,
                   const TrialSpace<dim>     &trial_space);

    void prepare() override;

    void assemble() override;

    const Vector &mass_functional() const override;

    const SparseMatrix &mass_matrix() const override;

    void complete(Vector &coefficients) const override;

    const Vector &left_null_vector() const override;

    /// e^{l_i}
    const Vector &weights() const override;

    const std::vector<MatrixHandle> &coarse_interpolations() const override;

    void apply(AnyVector &result, const AnyVector &p) const override;

    void apply_adjoint(AnyVector &result, const AnyVector &f) const override;

    const SparseMatrix &preconditioner_matrix() const override;

    bool is_assembled() const override;

    Vector zero() const override;

  private:
    struct Scratch;

    void allocate(SparseMatrix &matrix) const;

    /// Computes the cell's part of A and of the mass functional in the
    /// coefficients u_i = exp(-l_i) P_i.
    void assemble_cell(Scratch &scratch) const;

    void assemble_cell_mass(Scratch &scratch) const;

    void scale_columns(SparseMatrix &matrix) const;

    const Discretisation<dim> &discretisation;
    const Dynamics<dim>       &dynamics;
    const TrialSpace<dim>     &trial_space;
    mutable NestedSpaces<dim>  nested_spaces;
    SparseMatrix               forward;
    Vector                     functional;
    Vector                     free;
    Vector                     nodal_weights;
    mutable SparseMatrix       mass;
    mutable bool               mass_is_known = false;
    /// Computed on first use
    mutable bool nested_spaces_are_known = false;
  };
} // namespace sgdfp

#endif
