// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_TRANSFER_OPERATOR_H
#define SGDFP_OPERATORS_TRANSFER_OPERATOR_H

#include "operators/cell_directory.h"
#include "operators/drift_diffusion.h"
#include "operators/gaussian_moments.h"

namespace sgdfp
{
  /// A Markov chain in discrete time with Gaussian steps of a finite learning
  /// rate eta,
  ///
  ///     theta' = theta + eta b(theta) + sqrt(2 eta D(theta)) z,  z ~ N(0, I),
  ///
  /// as a Generator: with the transfer operator K of the chain in the functions
  /// phi_i of the mesh (polynomials, Galerkin),
  ///
  ///     M P_{k+1} = K P_k,   K_ij = int phi_j(theta) E[phi_i(theta')] dtheta,
  ///     A = (K - M)/eta.
  ///
  /// A P = 0 is the stationary law; an eigenvalue mu of A is the eigenvalue
  /// 1 + eta mu of a step, a decay at the rate -log|1 + eta mu|/eta per unit t.
  /// E[phi_i] is exact (GaussianMoments), theta is integrated over pieces of
  /// the cells no wider than the steps.
  ///
  /// A step that would leave the box is not made: mass is conserved to
  /// round-off, and rejected() says how much of that there was.
  ///
  /// One and two dimensions; the columns of K reach as far as the steps do.
  /// Source: numerics.md, 7.
  template <int dim>
  class TransferOperator : public Generator
  {
  public:
    /// @param discretisation of a box without grading
    /// @param dynamics with Dynamics::step()
    TransferOperator(const Discretisation<dim> &discretisation,
                     const Dynamics<dim>       &dynamics);

    void prepare() override;

    /// @throws Refusal where the steps are degenerate
    void assemble() override;

    const Vector &mass_functional() const override;

    const SparseMatrix &mass_matrix() const override;

    void complete(Vector &coefficients) const override;

    const Vector &left_null_vector() const override;

    /// 1
    const Vector &weights() const override;

    const std::vector<MatrixHandle> &coarse_interpolations() const override;

    void apply(AnyVector &result, const AnyVector &p) const override;

    void apply_adjoint(AnyVector &result, const AnyVector &f) const override;

    /// A in one dimension, else -M/eta.
    const SparseMatrix &preconditioner_matrix() const override;

    /// In two dimensions A is too dense for a direct solver.
    bool is_assembled() const override;

    Vector zero() const override;

    /// Probability per step that the law @p P would leave the box.
    double rejected(const Vector &P) const;

  private:
    struct Scratch;

    /// Where the steps from the points of a cell lead; collects their reach.
    void aim(Scratch &scratch) const;

    void find_reach();

    void allocate();

    /// As CellDirectory has them
    std::vector<typename CellDirectory<dim>::Expansion> expansions_of(
      const std::vector<dealii::types::global_dof_index> &dofs) const;

    /// The free functions of cells of the directory, in order
    void rows_of(const std::vector<unsigned int>              &targets,
                 std::vector<dealii::types::global_dof_index> &rows) const;

    /// Adds the part of K - M that comes from the cell of @p scratch.
    void assemble_cell(Scratch &scratch);

    const Discretisation<dim>                &discretisation;
    const Dynamics<dim>                      &dynamics;
    TrialSpace<dim>                           polynomials;
    DriftDiffusion<dim>                       functions;
    std::unique_ptr<const CellDirectory<dim>> directory;
    SparseMatrix                              forward;
    /// In one dimension M with the pattern of A, as solvers want it; in two
    /// -M/eta, which is close to A for all but the slow modes
    SparseMatrix mass, approximation;


    /// int phi_j (probability to leave the box from theta)
    Vector leaving;
  };
} // namespace sgdfp

#endif
