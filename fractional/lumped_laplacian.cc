// SPDX-License-Identifier: GPL-3.0-or-later
#include "fractional/lumped_laplacian.h"

#include <deal.II/base/quadrature_lib.h>
#include <deal.II/fe/fe_tools.h>
#include <deal.II/lac/dynamic_sparsity_pattern.h>
#include <deal.II/lac/sparsity_tools.h>

namespace sgdfp
{
  namespace
  {
    /// Gauss-Lobatto on the nodes of @p element, in their order.
    template <int dim>
    dealii::Quadrature<dim> make_rule(const dealii::FE_Q<dim> &element)
    {
      const dealii::QGaussLobatto<dim> tensor(element.degree + 1);
      const std::vector<unsigned int>  node =
        dealii::FETools::lexicographic_to_hierarchic_numbering<dim>(
          element.degree);
      std::vector<dealii::Point<dim>> points(tensor.size());
      std::vector<double>             weights(tensor.size());
      for (unsigned int q = 0; q < tensor.size(); ++q)
        {
          points[node[q]]  = tensor.point(q);
          weights[node[q]] = tensor.weight(q);
        }
      return dealii::Quadrature<dim>(points, weights);
    }



    template <int dim>
    std::vector<std::vector<unsigned int>>
    make_crosses(const std::vector<dealii::Point<dim>> &nodes)
    {
      std::vector<std::vector<unsigned int>> result(nodes.size());
      for (unsigned int q = 0; q < nodes.size(); ++q)
        for (unsigned int i = 0; i < nodes.size(); ++i)
          {
            unsigned int n_different = 0;
            for (unsigned int d = 0; d < dim; ++d)
              n_different += (std::abs(nodes[q][d] - nodes[i][d]) > 1e-10);
            if (n_different <= 1)
              result[q].push_back(i);
          }
      return result;
    }
  } // namespace



  template <int dim>
  LumpedLaplacian<dim>::LumpedLaplacian(
    const Discretisation<dim> &discretisation,
    const bool                 by_coordinates)
    : discretisation(discretisation)
    , nodal_rule(make_rule(discretisation.element))
    , crosses(make_crosses(nodal_rule.get_points()))
    , parts(by_coordinates ? dim : 1)
  {}



  template <int dim>
  unsigned int LumpedLaplacian<dim>::n_parts() const
  {
    return parts.size();
  }



  template <int dim>
  void LumpedLaplacian<dim>::allocate(SparseMatrix &matrix) const
  {
    matrix.clear();
    const unsigned int             n = discretisation.element.dofs_per_cell;
    dealii::DynamicSparsityPattern pattern(discretisation.relevant);
    std::vector<dealii::types::global_dof_index> dofs(n);
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          cell->get_dof_indices(dofs);
          discretisation.constraints.add_entries_local_to_global(
            dofs, pattern, /*keep_constrained_entries=*/false, coupling);
        }
    for (const auto i : discretisation.owned)
      pattern.add(i, i);
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



  template <int dim>
  void
  LumpedLaplacian<dim>::integrate(const dealii::FEValues<dim> &fe_values,
                                  const unsigned int           part,
                                  dealii::FullMatrix<double> &cell_matrix) const
  {
    cell_matrix = 0;
    for (unsigned int q = 0; q < crosses.size(); ++q)
      for (const unsigned int j : crosses[q])
        {
          dealii::Tensor<1, dim> flux = fe_values.shape_grad(j, q);
          if (parts.size() > 1)
            {
              const double derivative = flux[part];
              flux                    = 0;
              flux[part]              = derivative;
            }
          flux *= fe_values.JxW(q);
          for (const unsigned int i : crosses[q])
            if (coupling(i, j))
              cell_matrix(i, j) += fe_values.shape_grad(i, q) * flux;
        }
  }



  template <int dim>
  void LumpedLaplacian<dim>::prepare(const bool mixed)
  {
    const bool all = (mixed || !discretisation.box.is_box());
    coupling.reinit(crosses.size(), crosses.size());
    coupling.fill(false);
    for (unsigned int q = 0; q < crosses.size(); ++q)
      for (const unsigned int i : crosses[q])
        {
          coupling(q, i) = true;
          if (all)
            for (const unsigned int j : crosses[q])
              coupling(i, j) = true;
        }
    for (SparseMatrix &part : parts)
      allocate(part);
    lumped_mass = discretisation.owned_vector();

    dealii::FEValues<dim>      fe_values(discretisation.mapping,
                                    discretisation.element,
                                    nodal_rule,
                                    dealii::update_gradients |
                                      dealii::update_JxW_values);
    const unsigned int         n = discretisation.element.dofs_per_cell;
    dealii::FullMatrix<double> cell_matrix(n, n);
    dealii::Vector<double>     cell_mass(n);
    std::vector<dealii::types::global_dof_index> dofs(n);
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          fe_values.reinit(cell);
          cell->get_dof_indices(dofs);
          for (unsigned int q = 0; q < n; ++q)
            cell_mass(q) = fe_values.JxW(q);
          discretisation.constraints.distribute_local_to_global(cell_mass,
                                                                dofs,
                                                                lumped_mass);
          for (unsigned int part = 0; part < parts.size(); ++part)
            {
              integrate(fe_values, part, cell_matrix);
              discretisation.constraints.distribute_local_to_global(
                cell_matrix, dofs, parts[part]);
            }
        }
    for (SparseMatrix &part : parts)
      part.compress(dealii::VectorOperation::add);
    lumped_mass.compress(dealii::VectorOperation::add);
  }



  template <int dim>
  const Vector &LumpedLaplacian<dim>::mass() const
  {
    return lumped_mass;
  }



  template <int dim>
  const SparseMatrix &
  LumpedLaplacian<dim>::stiffness(const unsigned int part) const
  {
    return parts[part];
  }



  template <int dim>
  const dealii::Quadrature<dim> &LumpedLaplacian<dim>::rule() const
  {
    return nodal_rule;
  }



  template <int dim>
  const std::vector<unsigned int> &
  LumpedLaplacian<dim>::cross(const unsigned int q) const
  {
    return crosses[q];
  }



  template <int dim>
  bool LumpedLaplacian<dim>::couples(const unsigned int i,
                                     const unsigned int j) const
  {
    return coupling(i, j);
  }



  template class LumpedLaplacian<1>;
  template class LumpedLaplacian<2>;
  template class LumpedLaplacian<3>;
} // namespace sgdfp
