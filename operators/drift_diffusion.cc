// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/drift_diffusion.h"

#include <deal.II/dofs/dof_tools.h>
#include <deal.II/lac/dynamic_sparsity_pattern.h>
#include <deal.II/lac/sparsity_tools.h>

#include <cmath>

namespace sgdfp
{
  using dealii::FullMatrix;
  using dealii::Tensor;

  template <int dim>
  DriftDiffusion<dim>::DriftDiffusion(const Discretisation<dim> &discretisation,
                                      const Dynamics<dim>       &dynamics,
                                      const TrialSpace<dim>     &trial_space)
    : discretisation(discretisation)
    , dynamics(dynamics)
    , trial_space(trial_space)
  {}



  template <int dim>
  void DriftDiffusion<dim>::prepare()
  {
    dealii::DynamicSparsityPattern pattern(discretisation.relevant);
    dealii::DoFTools::make_sparsity_pattern(discretisation.dof_handler,
                                            pattern,
                                            discretisation.constraints,
                                            /*keep_constrained_dofs=*/false);
    dealii::SparsityTools::distribute_sparsity_pattern(
      pattern,
      discretisation.owned,
      discretisation.communicator,
      discretisation.relevant);
    for (SparseMatrix *matrix : {&mass, &forward})
      matrix->reinit(discretisation.owned,
                     discretisation.owned,
                     pattern,
                     discretisation.communicator);
  }



  /// What the work on one cell needs, allocated once.
  template <int dim>
  struct DriftDiffusion<dim>::Scratch
  {
    explicit Scratch(const Discretisation<dim> &discretisation)
      : fe_values(discretisation.mapping,
                  discretisation.element,
                  discretisation.quadrature,
                  dealii::update_values | dealii::update_gradients |
                    dealii::update_quadrature_points |
                    dealii::update_JxW_values)
      , n_dofs(discretisation.element.dofs_per_cell)
      , cell_mass(n_dofs, n_dofs)
      , cell_forward(n_dofs, n_dofs)
      , flux(n_dofs)
      , dofs(n_dofs)
    {}

    dealii::FEValues<dim>                        fe_values;
    const unsigned int                           n_dofs;
    FullMatrix<double>                           cell_mass, cell_forward;
    std::vector<Tensor<1, dim>>                  flux;
    std::vector<dealii::types::global_dof_index> dofs;
    typename TrialSpace<dim>::Values             l;
  };



  template <int dim>
  void DriftDiffusion<dim>::assemble_cell(Scratch &s)
  {
    s.cell_mass    = 0;
    s.cell_forward = 0;
    trial_space.evaluate(s.fe_values, false, s.l);
    for (unsigned int q = 0; q < s.fe_values.n_quadrature_points; ++q)
      {
        const auto coefficients =
          dynamics.flux(s.fe_values.quadrature_point(q),
                        MatrixFieldDerivatives::divergence);
        const auto          &D = coefficients.diffusion.value;
        const Tensor<1, dim> residual_drift =
          coefficients.drift - D * s.l.gradient[q];
        const double weight = s.fe_values.JxW(q) * std::exp(s.l.value[q]);

        for (unsigned int j = 0; j < s.n_dofs; ++j)
          s.flux[j] = weight * (s.fe_values.shape_value(j, q) * residual_drift -
                                D * s.fe_values.shape_grad(j, q));
        for (unsigned int i = 0; i < s.n_dofs; ++i)
          {
            const double         phi_i = weight * s.fe_values.shape_value(i, q);
            const Tensor<1, dim> grad_i = s.fe_values.shape_grad(i, q);
            for (unsigned int j = 0; j < s.n_dofs; ++j)
              {
                s.cell_forward(i, j) += grad_i * s.flux[j];
                s.cell_mass(i, j) += phi_i * s.fe_values.shape_value(j, q);
              }
          }
      }
  }



  template <int dim>
  void DriftDiffusion<dim>::assemble()
  {
    mass    = 0;
    forward = 0;
    // In the coefficients u_j = exp(-l_j) P_j the trial functions are
    // e^l phi_j: hanging nodes are constrained as usual, and the columns are
    // scaled to P_j afterwards.
    Scratch scratch(discretisation);
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          scratch.fe_values.reinit(cell);
          assemble_cell(scratch);
          cell->get_dof_indices(scratch.dofs);
          discretisation.constraints.distribute_local_to_global(
            scratch.cell_forward, scratch.dofs, forward);
          discretisation.constraints.distribute_local_to_global(
            scratch.cell_mass, scratch.dofs, mass);
        }
    const Vector scaling = trial_space.inverse_weights();
    for (SparseMatrix *matrix : {&mass, &forward})
      {
        matrix->compress(dealii::VectorOperation::add);
        const PetscErrorCode ierr = MatDiagonalScale(*matrix, nullptr, scaling);
        AssertThrow(ierr == 0, dealii::ExcPETScError(ierr));
      }
  }



  template <int dim>
  const SparseMatrix &DriftDiffusion<dim>::mass_matrix() const
  {
    return mass;
  }



  template <int dim>
  void DriftDiffusion<dim>::apply(AnyVector &result, const AnyVector &p) const
  {
    forward.vmult(result, p);
  }



  template <int dim>
  void DriftDiffusion<dim>::apply_adjoint(AnyVector       &result,
                                          const AnyVector &f) const
  {
    forward.Tvmult(result, f);
  }



  template <int dim>
  const SparseMatrix &DriftDiffusion<dim>::preconditioner_matrix() const
  {
    return forward;
  }



  template <int dim>
  bool DriftDiffusion<dim>::is_assembled() const
  {
    return true;
  }



  template <int dim>
  Vector DriftDiffusion<dim>::zero() const
  {
    return discretisation.owned_vector();
  }



  template class DriftDiffusion<1>;
  template class DriftDiffusion<2>;
  template class DriftDiffusion<3>;
} // namespace sgdfp
