// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/law.h"

namespace sgdfp
{
  using dealii::Point;

  template <int dim>
  Law<dim>::Law(const Discretisation<dim> &discretisation,
                const Dynamics<dim>       &dynamics,
                const TrialSpace<dim>     &trial_space,
                const Vector              &nodal_density)
    : discretisation(discretisation)
    , dynamics(dynamics)
    , trial_space(trial_space)
  {
    Vector u = nodal_density, weights = trial_space.inverse_weights();
    u.scale(weights);
    discretisation.constraints.distribute(u);
    polynomial = discretisation.ghosted(u);
    for (const auto i : discretisation.owned)
      weights(i) = static_cast<double>(u(i)) / static_cast<double>(weights(i));
    weights.compress(dealii::VectorOperation::insert);
    density = discretisation.ghosted(weights);
  }



  template <int dim>
  void Law<dim>::evaluate(const dealii::FEValuesBase<dim> &fe_values,
                          const bool                       second_derivatives,
                          std::vector<LocalLaw<dim>>      &values) const
  {
    const unsigned int               n = fe_values.n_quadrature_points;
    typename TrialSpace<dim>::Values l, u;
    trial_space.evaluate(fe_values, second_derivatives, l);
    u.value.resize(n);
    u.gradient.resize(n);
    u.hessian.resize(n);
    fe_values.get_function_values(polynomial, u.value);
    fe_values.get_function_gradients(polynomial, u.gradient);
    if (second_derivatives)
      fe_values.get_function_hessians(polynomial, u.hessian);

    values.resize(n);
    if (!is_carried.empty() &&
        !is_carried[fe_values.get_cell()->active_cell_index()])
      {
        u.value.assign(n, 0.);
        u.gradient.assign(n, {});
        u.hessian.assign(n, {});
      }
    for (unsigned int q = 0; q < n; ++q)
      values[q] = {u.value[q],
                   u.gradient[q],
                   u.hessian[q],
                   l.value[q],
                   l.gradient[q],
                   l.hessian[q]};
  }



  template <int dim>
  void Law<dim>::evaluate(const Cell                    &cell,
                          const std::vector<Point<dim>> &unit_points,
                          std::vector<LocalLaw<dim>>    &values) const
  {
    const dealii::Quadrature<dim> points(unit_points);
    dealii::FEValues<dim>         fe_values(discretisation.mapping,
                                    discretisation.element,
                                    points,
                                    dealii::update_values |
                                      dealii::update_gradients |
                                      dealii::update_quadrature_points);
    fe_values.reinit(cell);
    evaluate(fe_values, false, values);
  }



  template <int dim>
  Vector Law<dim>::interpolate(
    const Discretisation<dim>                          &other,
    const std::function<double(const LocalLaw<dim> &)> &quantity) const
  {
    std::vector<LocalLaw<dim>> local;
    return other.interpolate(discretisation,
                             dealii::update_values | dealii::update_gradients |
                               dealii::update_quadrature_points,
                             [&](const dealii::FEValues<dim> &at_nodes,
                                 std::vector<double>         &values) {
                               evaluate(at_nodes, false, local);
                               for (unsigned int i = 0; i < values.size(); ++i)
                                 values[i] = quantity(local[i]);
                             });
  }



  template <int dim>
  void Law<dim>::for_each_point(
    const std::function<void(const Sample &)> &visit) const
  {
    using namespace dealii;
    FEValues<dim>              fe_values(discretisation.mapping,
                            discretisation.element,
                            discretisation.quadrature,
                            update_values | update_gradients | update_hessians |
                              update_quadrature_points | update_JxW_values);
    std::vector<LocalLaw<dim>> values;
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          fe_values.reinit(cell);
          evaluate(fe_values, true, values);
          for (unsigned int q = 0; q < values.size(); ++q)
            {
              const auto flux = dynamics.flux(fe_values.quadrature_point(q),
                                              MatrixFieldDerivatives::all);
              visit(
                {fe_values.quadrature_point(q),
                 fe_values.JxW(q),
                 values[q],
                 flux,
                 discretisation.box.is_outer(fe_values.quadrature_point(q))});
            }
        }
  }



  template <int dim>
  void Law<dim>::limit_to(const std::function<bool(const Cell &)> &carries)
  {
    is_carried.assign(discretisation.mesh->n_active_cells(), false);
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (!cell->is_artificial())
        is_carried[cell->active_cell_index()] = carries(cell);
  }



  template <int dim>
  const Vector &Law<dim>::nodal_density() const
  {
    return density;
  }



  template <int dim>
  const TrialSpace<dim> &Law<dim>::trial() const
  {
    return trial_space;
  }



  template class Law<1>;
  template class Law<2>;
  template class Law<3>;
} // namespace sgdfp
