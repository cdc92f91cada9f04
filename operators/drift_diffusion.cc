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
    , nested_spaces(discretisation)
  {}



  template <int dim>
  void DriftDiffusion<dim>::prepare()
  {
    mass.clear();
    mass_is_known           = false;
    nested_spaces_are_known = false;
    allocate(forward);
    free = discretisation.owned_vector();
    for (const auto i : discretisation.owned)
      free(i) = (discretisation.constraints.is_constrained(i) ? 0. : 1.);
    free.compress(dealii::VectorOperation::insert);
  }



  template <int dim>
  void DriftDiffusion<dim>::allocate(SparseMatrix &matrix) const
  {
    matrix.clear(); // before the pattern takes its memory
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
    matrix.reinit(discretisation.owned,
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
      , n_points(discretisation.quadrature.size())
      , gradients(n_points * dim, n_dofs)
      , fluxes(n_points * dim, n_dofs)
      , cell_matrix(n_dofs, n_dofs)
      , cell_functional(n_dofs)
      , dofs(n_dofs)
    {}

    dealii::FEValues<dim> fe_values;
    const unsigned int    n_dofs, n_points;
    /// Row dim * q + d, column i: d_d phi_i at point q, and what is integrated
    /// against it
    FullMatrix<double>                           gradients, fluxes;
    FullMatrix<double>                           cell_matrix;
    dealii::Vector<double>                       cell_functional;
    std::vector<dealii::types::global_dof_index> dofs;
    typename TrialSpace<dim>::Values             l;
  };



  template <int dim>
  void DriftDiffusion<dim>::assemble_cell(Scratch &s) const
  {
    s.cell_functional = 0;
    trial_space.evaluate(s.fe_values, false, s.l);
    for (unsigned int q = 0; q < s.n_points; ++q)
      {
        const auto coefficients =
          dynamics.flux(s.fe_values.quadrature_point(q),
                        MatrixFieldDerivatives::divergence);
        const auto          &D = coefficients.diffusion.value;
        const Tensor<1, dim> residual_drift =
          coefficients.drift - D * s.l.gradient[q];
        const double weight = s.fe_values.JxW(q) * std::exp(s.l.value[q]);

        for (unsigned int j = 0; j < s.n_dofs; ++j)
          {
            const double         value    = s.fe_values.shape_value(j, q);
            const Tensor<1, dim> gradient = s.fe_values.shape_grad(j, q);
            const Tensor<1, dim> flux =
              weight * (value * residual_drift - D * gradient);
            for (unsigned int d = 0; d < dim; ++d)
              {
                s.gradients(dim * q + d, j) = gradient[d];
                s.fluxes(dim * q + d, j)    = flux[d];
              }
            s.cell_functional(j) += weight * value;
          }
      }
    // cell_matrix(i, j) = sum_q grad phi_i . flux_j, by BLAS
    s.gradients.Tmmult(s.cell_matrix, s.fluxes);
  }



  template <int dim>
  void DriftDiffusion<dim>::assemble_cell_mass(Scratch &s) const
  {
    s.cell_matrix = 0;
    trial_space.evaluate(s.fe_values, false, s.l);
    for (unsigned int q = 0; q < s.n_points; ++q)
      {
        const double weight = s.fe_values.JxW(q) * std::exp(s.l.value[q]);
        for (unsigned int i = 0; i < s.n_dofs; ++i)
          for (unsigned int j = 0; j < s.n_dofs; ++j)
            s.cell_matrix(i, j) += weight * s.fe_values.shape_value(i, q) *
                                   s.fe_values.shape_value(j, q);
      }
  }



  template <int dim>
  void DriftDiffusion<dim>::scale_columns(SparseMatrix &matrix) const
  {
    const PetscErrorCode ierr =
      MatDiagonalScale(matrix, nullptr, trial_space.inverse_weights());
    AssertThrow(ierr == 0, dealii::ExcPETScError(ierr));
  }



  template <int dim>
  void DriftDiffusion<dim>::assemble()
  {
    forward       = 0;
    mass_is_known = false;
    functional    = discretisation.owned_vector();
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
            scratch.cell_matrix, scratch.dofs, forward);
          discretisation.constraints.distribute_local_to_global(
            scratch.cell_functional, scratch.dofs, functional);
        }
    forward.compress(dealii::VectorOperation::add);
    functional.compress(dealii::VectorOperation::add);
    scale_columns(forward);
    const Vector inverse_weights = trial_space.inverse_weights();
    functional.scale(inverse_weights);
    nodal_weights             = inverse_weights;
    const PetscErrorCode ierr = VecReciprocal(nodal_weights);
    AssertThrow(ierr == 0, dealii::ExcPETScError(ierr));
  }



  template <int dim>
  const Vector &DriftDiffusion<dim>::mass_functional() const
  {
    return functional;
  }



  template <int dim>
  const SparseMatrix &DriftDiffusion<dim>::mass_matrix() const
  {
    if (mass_is_known)
      return mass;
    if (mass.m() == discretisation.dof_handler.n_dofs())
      mass = 0;
    else
      allocate(mass);
    Scratch scratch(discretisation);
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          scratch.fe_values.reinit(cell);
          assemble_cell_mass(scratch);
          cell->get_dof_indices(scratch.dofs);
          discretisation.constraints.distribute_local_to_global(
            scratch.cell_matrix, scratch.dofs, mass);
        }
    mass.compress(dealii::VectorOperation::add);
    scale_columns(mass);
    mass_is_known = true;
    return mass;
  }



  template <int dim>
  void DriftDiffusion<dim>::complete(Vector &coefficients) const
  {
    Vector u = coefficients;
    u.scale(trial_space.inverse_weights());
    discretisation.constraints.distribute(u);
    u.scale(nodal_weights);
    coefficients = u;
  }



  template <int dim>
  const Vector &DriftDiffusion<dim>::left_null_vector() const
  {
    return free;
  }



  template <int dim>
  const Vector &DriftDiffusion<dim>::weights() const
  {
    return nodal_weights;
  }



  template <int dim>
  const std::vector<MatrixHandle> &
  DriftDiffusion<dim>::coarse_interpolations() const
  {
    if (!nested_spaces_are_known)
      nested_spaces.prepare();
    nested_spaces_are_known = true;
    return nested_spaces.interpolations();
  }



  template <int dim>
  void DriftDiffusion<dim>::apply(AnyVector &result, const AnyVector &p) const
  {
    forward.vmult(result, p);
    const PetscErrorCode ierr = VecPointwiseMult(result, result, free);
    AssertThrow(ierr == 0, dealii::ExcPETScError(ierr));
  }



  template <int dim>
  void DriftDiffusion<dim>::apply_adjoint(AnyVector       &result,
                                          const AnyVector &f) const
  {
    forward.Tvmult(result, f);
    const PetscErrorCode ierr = VecPointwiseMult(result, result, free);
    AssertThrow(ierr == 0, dealii::ExcPETScError(ierr));
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
