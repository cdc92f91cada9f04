// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/surplus.h"

#include <deal.II/fe/fe_tools.h>

#include <cmath>

namespace sgdfp
{
  template <int dim>
  void add_surplus(const Discretisation<dim> &discretisation,
                   const TrialSpace<dim>     &trial_space,
                   const Dynamics<dim>       &dynamics,
                   const Vector              &function,
                   dealii::Vector<double>    &indicators)
  {
    const auto                &fe = discretisation.element;
    const unsigned int         n  = fe.dofs_per_cell;
    const dealii::FE_Q<dim>    lower(fe.degree - 1);
    dealii::FullMatrix<double> difference(n, n);
    dealii::FETools::get_interpolation_difference_matrix(fe, lower, difference);

    dealii::FEValues<dim>  fe_values(discretisation.mapping,
                                    fe,
                                    discretisation.quadrature,
                                    dealii::update_values |
                                      dealii::update_gradients |
                                      dealii::update_quadrature_points |
                                      dealii::update_JxW_values);
    const Vector           ghosted = discretisation.ghosted(function);
    dealii::Vector<double> values(n), surplus(n);
    std::vector<dealii::types::global_dof_index> dofs(n);
    typename TrialSpace<dim>::Values             l;
    dealii::Vector<double> missed(discretisation.mesh->n_active_cells());
    double                 energy = 0;
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          fe_values.reinit(cell);
          cell->get_dof_indices(dofs);
          for (unsigned int i = 0; i < n; ++i)
            values(i) = ghosted(dofs[i]);
          difference.vmult(surplus, values);
          trial_space.evaluate(fe_values, /*hessians=*/false, l);
          double &here = missed(cell->active_cell_index());
          for (unsigned int q = 0; q < fe_values.n_quadrature_points; ++q)
            {
              const auto D =
                dynamics.diffusion(fe_values.quadrature_point(q),
                                   MatrixFieldDerivatives::divergence);
              const double weight =
                fe_values.JxW(q) * std::exp(l.value[q]) * trace(D.value);
              dealii::Tensor<1, dim> all, part;
              for (unsigned int i = 0; i < n; ++i)
                {
                  all += values(i) * fe_values.shape_grad(i, q);
                  part += surplus(i) * fe_values.shape_grad(i, q);
                }
              energy += weight * all.norm_square();
              here += weight * part.norm_square();
            }
        }
    energy = dealii::Utilities::MPI::sum(energy, discretisation.communicator);
    if (energy > 0)
      indicators.add(1 / energy, missed);
  }



#define INSTANTIATE(dim)                                 \
  template void add_surplus(const Discretisation<dim> &, \
                            const TrialSpace<dim> &,     \
                            const Dynamics<dim> &,       \
                            const Vector &,              \
                            dealii::Vector<double> &);

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE
} // namespace sgdfp
