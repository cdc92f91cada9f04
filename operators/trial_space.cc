// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/trial_space.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sgdfp
{
  using dealii::Tensor;

  namespace
  {
    // A potential is never solved for, only evaluated: it may go further down.
    constexpr double potential_cap = 600;



    /// value = log(e^-x + e^-cap) for x with derivatives dx, ddx, and its own.
    template <int dim>
    void level_off(const double          x,
                   const Tensor<1, dim> &dx,
                   const Tensor<2, dim> &ddx,
                   const double          cap,
                   double               &value,
                   Tensor<1, dim>       &gradient,
                   Tensor<2, dim>       &hessian)
    {
      // s = -dl/dx goes from 1 to 0 across the cap.
      const double excess = x - cap;
      const double e      = std::exp(-std::abs(excess));
      const double s      = (excess < 0 ? 1 / (1 + e) : e / (1 + e));
      value               = (excess < 0 ? -x : -cap) + std::log1p(e);
      gradient            = -s * dx;
      hessian = -s * ddx + s * (1 - s) * dealii::outer_product(dx, dx);
    }
  } // namespace



  template <int dim>
  TrialSpace<dim>::TrialSpace(const Discretisation<dim> &discretisation)
    : discretisation(discretisation)
    , potential_rule(discretisation.element.degree + 13)
  {}



  template <int dim>
  void TrialSpace<dim>::set_nodal(Vector &log_values)
  {
    log_values.add(-maximum(log_values));
    log_at_nodes = discretisation.ghosted(log_values);
  }



  template <int dim>
  void TrialSpace<dim>::use_polynomials()
  {
    gibbs_loss   = nullptr;
    potential_of = nullptr;
    Vector zero  = discretisation.owned_vector();
    set_nodal(zero);
  }



  template <int dim>
  void TrialSpace<dim>::use_gibbs(const Loss<dim> &loss,
                                  const double     temperature,
                                  const double     cap)
  {
    potential_of      = nullptr;
    gibbs_cap         = cap;
    gibbs_loss        = &loss;
    this->temperature = temperature;
    minimum_loss      = minimum(discretisation.interpolate(
      [&](const dealii::Point<dim> &theta) { return loss.value(theta); }));
    const Vector log_values =
      discretisation.interpolate([&](const dealii::Point<dim> &theta) {
        double         value;
        Tensor<1, dim> gradient;
        Tensor<2, dim> hessian;
        gibbs_at(theta, value, gradient, hessian);
        return value;
      });
    // Not shifted: l at other points is computed, not interpolated.
    log_at_nodes = discretisation.ghosted(log_values);
  }



  template <int dim>
  void TrialSpace<dim>::use_log_of(const Vector &density,
                                   const double  floor_factor)
  {
    gibbs_loss                 = nullptr;
    potential_of               = nullptr;
    constexpr double round_off = 1e-12;
    const double     floor =
      floor_factor *
      std::max(std::max(0., -minimum(density)), round_off * maximum(density));
    Vector log_values = discretisation.owned_vector();
    for (const auto i : discretisation.owned)
      {
        const double P = density(i);
        const double s = std::hypot(P, 2 * floor);
        log_values(i)  = (P > 0 ? std::log(0.5 * (P + s)) :
                                  std::log(2 * floor * floor / (s - P)));
      }
    log_values.compress(dealii::VectorOperation::insert);
    discretisation.constraints.distribute(log_values);
    set_nodal(log_values);
  }



  template <int dim>
  void TrialSpace<dim>::use_nodal(const Vector &log_values)
  {
    gibbs_loss   = nullptr;
    potential_of = nullptr;
    Vector l     = log_values;
    discretisation.constraints.distribute(l);
    set_nodal(l);
  }



  template <int dim>
  void TrialSpace<dim>::use_same_as(const TrialSpace &other)
  {
    if (other.is_gibbs())
      return use_gibbs(*other.gibbs_loss, other.temperature, other.gibbs_cap);
    if (other.potential_of != nullptr && use_potential(*other.potential_of))
      return;
    use_nodal(discretisation.interpolate(
      other.discretisation,
      dealii::update_values,
      [&](const dealii::FEValues<dim> &at_nodes, std::vector<double> &l) {
        at_nodes.get_function_values(other.log_at_nodes, l);
      }));
  }



  template <int dim>
  const Vector &TrialSpace<dim>::nodal_log() const
  {
    return log_at_nodes;
  }



  template <int dim>
  bool TrialSpace<dim>::is_gibbs() const
  {
    return gibbs_loss != nullptr;
  }



  template <int dim>
  bool TrialSpace<dim>::is_exact() const
  {
    return gibbs_loss != nullptr || potential_of != nullptr;
  }



  template <int dim>
  void TrialSpace<dim>::gibbs_at(const dealii::Point<dim> &theta,
                                 double                   &value,
                                 Tensor<1, dim>           &gradient,
                                 Tensor<2, dim>           &hessian) const
  {
    const double x = (gibbs_loss->value(theta) - minimum_loss) / temperature;
    const Tensor<1, dim> dx = gibbs_loss->gradient(theta) / temperature;
    const Tensor<2, dim> ddx =
      Tensor<2, dim>(gibbs_loss->hessian(theta)) / temperature;
    level_off(x, dx, ddx, gibbs_cap, value, gradient, hessian);
  }



  template <int dim>
  double TrialSpace<dim>::potential_difference(const double x,
                                               const double y) const
  {
    double sum = 0;
    for (unsigned int q = 0; q < potential_rule.size(); ++q)
      {
        dealii::Point<dim> theta;
        theta[0] = x + potential_rule.point(q)[0] * (y - x);
        const auto flux =
          potential_of->flux(theta, MatrixFieldDerivatives::divergence);
        const double D = flux.diffusion.value[0][0];
        if (!(D > 0))
          return std::numeric_limits<double>::quiet_NaN();
        sum += potential_rule.weight(q) * flux.drift[0] / D;
      }
    return sum * (y - x);
  }



  template <int dim>
  bool TrialSpace<dim>::use_potential(const Dynamics<dim> &dynamics)
  {
    use_polynomials();
    if (dim > 1 || !dynamics.is_local())
      return false;
    // The mesh of one dimension is known to every rank as a whole.
    std::vector<std::pair<double, unsigned int>> middles;
    for (const auto &cell : discretisation.mesh->active_cell_iterators())
      {
        const dealii::Point<dim> middle = discretisation.box.from_chart(
          0.5 * (cell->vertex(0) + dealii::Tensor<1, dim>(cell->vertex(1))));
        middles.emplace_back(middle[0], cell->active_cell_index());
      }
    std::sort(middles.begin(), middles.end());

    potential_of = &dynamics;
    potential_in_middle.assign(middles.size(), 0.);
    double sum = 0, highest = 0;
    for (std::size_t i = 1; i < middles.size(); ++i)
      {
        sum += potential_difference(middles[i - 1].first, middles[i].first);
        potential_in_middle[middles[i].second] = sum;
        highest                                = std::max(highest, sum);
      }
    for (double &value : potential_in_middle)
      value -= highest;
    if (!std::isfinite(sum))
      {
        use_polynomials();
        return false;
      }

    Vector log_values = discretisation.owned_vector();
    std::vector<dealii::types::global_dof_index> dofs(
      discretisation.element.dofs_per_cell);
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          cell->get_dof_indices(dofs);
          for (unsigned int i = 0; i < dofs.size(); ++i)
            if (discretisation.owned.is_element(dofs[i]))
              {
                double         value;
                Tensor<1, dim> gradient;
                Tensor<2, dim> hessian;
                potential_at(cell,
                             discretisation.mapping.transform_unit_to_real_cell(
                               cell,
                               discretisation.element.unit_support_point(i)),
                             value,
                             gradient,
                             hessian);
                log_values(dofs[i]) = value;
              }
        }
    log_values.compress(dealii::VectorOperation::insert);
    log_at_nodes = discretisation.ghosted(log_values);
    return true;
  }



  template <int dim>
  void TrialSpace<dim>::potential_at(
    const typename dealii::Triangulation<dim>::cell_iterator &cell,
    const dealii::Point<dim>                                 &theta,
    double                                                   &value,
    Tensor<1, dim>                                           &gradient,
    Tensor<2, dim>                                           &hessian) const
  {
    const dealii::Point<dim> middle = discretisation.box.from_chart(
      0.5 * (cell->vertex(0) + dealii::Tensor<1, dim>(cell->vertex(1))));
    const auto   flux = potential_of->flux(theta, MatrixFieldDerivatives::all);
    const double D    = flux.diffusion.value[0][0];
    const double x    = -(potential_in_middle[cell->active_cell_index()] +
                       potential_difference(middle[0], theta[0]));
    Tensor<1, dim> dx;
    Tensor<2, dim> ddx;
    if (D > 0)
      {
        dx[0]     = -flux.drift[0] / D;
        ddx[0][0] = -flux.drift_gradient[0][0] / D -
                    dx[0] * flux.diffusion.gradient[0][0][0] / D;
      }
    level_off(x, dx, ddx, potential_cap, value, gradient, hessian);
  }



  template <int dim>
  void TrialSpace<dim>::evaluate(const dealii::FEValuesBase<dim> &fe_values,
                                 const bool                       hessians,
                                 Values                          &values) const
  {
    const unsigned int n = fe_values.n_quadrature_points;
    values.value.resize(n);
    values.gradient.resize(n);
    values.hessian.resize(n);
    if (is_gibbs())
      for (unsigned int q = 0; q < n; ++q)
        gibbs_at(fe_values.quadrature_point(q),
                 values.value[q],
                 values.gradient[q],
                 values.hessian[q]);
    else if (potential_of != nullptr)
      for (unsigned int q = 0; q < n; ++q)
        potential_at(fe_values.get_cell(),
                     fe_values.quadrature_point(q),
                     values.value[q],
                     values.gradient[q],
                     values.hessian[q]);
    else
      {
        fe_values.get_function_values(log_at_nodes, values.value);
        fe_values.get_function_gradients(log_at_nodes, values.gradient);
        if (hessians)
          fe_values.get_function_hessians(log_at_nodes, values.hessian);
      }
  }



  template <int dim>
  Vector TrialSpace<dim>::inverse_weights() const
  {
    Vector weights = discretisation.owned_vector();
    for (const auto i : discretisation.owned)
      weights(i) = std::exp(-static_cast<double>(log_at_nodes(i)));
    weights.compress(dealii::VectorOperation::insert);
    return weights;
  }



  template class TrialSpace<1>;
  template class TrialSpace<2>;
  template class TrialSpace<3>;
} // namespace sgdfp
