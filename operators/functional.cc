// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/functional.h"

#include <cmath>

namespace sgdfp
{
  namespace
  {
    const dealii::UpdateFlags flags =
      dealii::update_values | dealii::update_gradients |
      dealii::update_quadrature_points | dealii::update_JxW_values;
  }



  template <int dim>
  FunctionalAssembly<dim>::FunctionalAssembly(
    const Discretisation<dim> &discretisation,
    const TrialSpace<dim>     &trial_space,
    const unsigned int         n)
    : discretisation(discretisation)
    , trial_space(trial_space)
    , usual(discretisation.mapping,
            discretisation.element,
            discretisation.quadrature,
            flags)
    , sums(n, discretisation.owned_vector())
  {}



  template <int dim>
  void FunctionalAssembly<dim>::add(const Cell      &cell,
                                    const Functions &functions)
  {
    usual.reinit(cell);
    add(usual, cell, functions);
  }



  template <int dim>
  void FunctionalAssembly<dim>::add(const Cell                    &cell,
                                    const dealii::Quadrature<dim> &rule,
                                    const Functions               &functions)
  {
    dealii::FEValues<dim> fe_values(discretisation.mapping,
                                    discretisation.element,
                                    rule,
                                    flags);
    fe_values.reinit(cell);
    add(fe_values, cell, functions);
  }



  template <int dim>
  void FunctionalAssembly<dim>::add(const dealii::FEValues<dim> &fe_values,
                                    const Cell                  &cell,
                                    const Functions             &functions)
  {
    const unsigned int n_dofs = discretisation.element.dofs_per_cell;
    typename TrialSpace<dim>::Values    l;
    std::vector<double>                 values(sums.size());
    std::vector<dealii::Vector<double>> local(sums.size(),
                                              dealii::Vector<double>(n_dofs));
    trial_space.evaluate(fe_values, false, l);
    for (const unsigned int q : fe_values.quadrature_point_indices())
      {
        functions(fe_values.quadrature_point(q), values);
        const double weight = fe_values.JxW(q) * std::exp(l.value[q]);
        for (unsigned int j = 0; j < sums.size(); ++j)
          for (unsigned int i = 0; i < n_dofs; ++i)
            local[j](i) += weight * values[j] * fe_values.shape_value(i, q);
      }
    std::vector<dealii::types::global_dof_index> dofs(n_dofs);
    cell->get_dof_indices(dofs);
    for (unsigned int j = 0; j < sums.size(); ++j)
      discretisation.constraints.distribute_local_to_global(local[j],
                                                            dofs,
                                                            sums[j]);
  }



  template <int dim>
  std::vector<Vector> FunctionalAssembly<dim>::finish()
  {
    const Vector inverse_weights = trial_space.inverse_weights();
    for (Vector &sum : sums)
      {
        sum.compress(dealii::VectorOperation::add);
        sum.scale(inverse_weights);
      }
    return sums;
  }



  template class FunctionalAssembly<1>;
  template class FunctionalAssembly<2>;
  template class FunctionalAssembly<3>;
} // namespace sgdfp
