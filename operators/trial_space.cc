// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/trial_space.h"

#include <cmath>

namespace sgdfp
{
  using dealii::Tensor;

  namespace
  {
    // Reference densities level off at e^-40 of their maximum: further down
    // nothing contributes and exponentials would under- or overflow.
    constexpr double exponent_cap = 40;
  } // namespace



  template <int dim>
  TrialSpace<dim>::TrialSpace(const Discretisation<dim> &discretisation)
    : discretisation(discretisation)
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
    gibbs_loss  = nullptr;
    Vector zero = discretisation.owned_vector();
    set_nodal(zero);
  }



  template <int dim>
  void TrialSpace<dim>::use_gibbs(const Loss<dim> &loss,
                                  const double     temperature)
  {
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
  void TrialSpace<dim>::gibbs_at(const dealii::Point<dim> &theta,
                                 double                   &value,
                                 Tensor<1, dim>           &gradient,
                                 Tensor<2, dim>           &hessian) const
  {
    const double x = (gibbs_loss->value(theta) - minimum_loss) / temperature;
    const Tensor<1, dim> dx = gibbs_loss->gradient(theta) / temperature;
    const Tensor<2, dim> ddx =
      Tensor<2, dim>(gibbs_loss->hessian(theta)) / temperature;

    // s = -dl/dx goes from 1 to 0 across the cap.
    const double excess = x - exponent_cap;
    const double e      = std::exp(-std::abs(excess));
    const double s      = (excess < 0 ? 1 / (1 + e) : e / (1 + e));
    value               = (excess < 0 ? -x : -exponent_cap) + std::log1p(e);
    gradient            = -s * dx;
    hessian = -s * ddx + s * (1 - s) * dealii::outer_product(dx, dx);
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
