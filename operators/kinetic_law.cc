// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/kinetic_law.h"

#include <cmath>

namespace sgdfp
{
  using dealii::Tensor;

  template <int dim>
  KineticLaw<dim>::KineticLaw(const KineticGenerator<dim> &generator,
                              const Vector                &P)
    : generator(generator)
    , discretisation(generator.space.discretisation)
  {
    const Vector inverse = generator.space.trial_space.inverse_weights();
    for (unsigned int n = 0; n < generator.indices.size(); ++n)
      if (generator.indices.is_even(n))
        {
          Vector u = generator.nodal(P, n);
          u.scale(inverse);
          factors.push_back(discretisation.ghosted(u));
        }
      else
        factors.push_back(generator.discontinuous(P, n));
  }



  template <int dim>
  KineticLaw<dim>::Evaluator::Evaluator(const KineticLaw              &law,
                                        const dealii::Quadrature<dim> &rule)
    : law(law)
    , fe_values(law.discretisation.mapping,
                law.discretisation.element,
                rule,
                dealii::update_values | dealii::update_gradients |
                  dealii::update_quadrature_points | dealii::update_JxW_values)
    , odd_values(rule.size(), law.generator.space.odd_element.dofs_per_cell)
    , exponential(rule.size())
    , even_local(law.discretisation.element.dofs_per_cell)
    , odd_local(law.generator.space.odd_element.dofs_per_cell)
    , at_points(rule.size())
    , values(law.generator.indices.size(), rule.size())
    , dofs(odd_local.size())
  {
    for (unsigned int q = 0; q < rule.size(); ++q)
      for (unsigned int j = 0; j < odd_local.size(); ++j)
        odd_values(q, j) =
          law.generator.space.odd_element.shape_value(j, rule.point(q));
  }



  template <int dim>
  void KineticLaw<dim>::Evaluator::reinit(
    const typename Discretisation<dim>::Cell &other)
  {
    const auto &space = law.generator.space;
    const auto  cell  = law.discretisation.same_cell(other);
    fe_values.reinit(cell);
    values = 0;
    if (!space.is_inside(cell))
      return;
    space.trial_space.evaluate(fe_values, false, l);
    const unsigned int n_points = fe_values.n_quadrature_points;
    for (unsigned int q = 0; q < n_points; ++q)
      exponential[q] = std::exp(l.value[q]);
    space.odd_cell(cell)->get_dof_indices(dofs);
    for (unsigned int n = 0; n < law.factors.size(); ++n)
      {
        if (law.generator.indices.is_even(n))
          {
            cell->get_dof_values(law.factors[n], even_local);
            for (unsigned int q = 0; q < n_points; ++q)
              {
                double sum = 0;
                for (unsigned int j = 0; j < even_local.size(); ++j)
                  sum += fe_values.shape_value(j, q) * even_local(j);
                at_points(q) = sum;
              }
          }
        else
          {
            for (unsigned int j = 0; j < dofs.size(); ++j)
              odd_local(j) = static_cast<double>(law.factors[n](dofs[j]));
            odd_values.vmult(at_points, odd_local);
          }
        for (unsigned int q = 0; q < n_points; ++q)
          values(n, q) = exponential[q] * at_points(q);
      }
  }



  template <int dim>
  double KineticLaw<dim>::Evaluator::operator()(const unsigned int n,
                                                const unsigned int q) const
  {
    return values(n, q);
  }



  template <int dim>
  VelocityMoments<dim>
  KineticLaw<dim>::Evaluator::moments(const unsigned int q) const
  {
    const auto &indices = law.generator.indices;
    const auto &s       = law.generator.scales.thermal_velocity;
    const auto  at      = [&](std::array<int, dim> n) {
      const int place = indices.find(n);
      return place < 0 ? 0. : values(place, q);
    };
    VelocityMoments<dim> result;
    result.density = values(0, q);
    for (unsigned int i = 0; i < dim; ++i)
      {
        std::array<int, dim> n{};
        n[i]           = 1;
        result.flux[i] = s[i] * at(n);
        for (unsigned int j = i; j < dim; ++j)
          {
            // v_i^2 = s_i^2 (1 + sqrt(2) h_2)
            std::array<int, dim> m = n;
            ++m[j];
            result.second[i][j] =
              s[i] * s[j] *
              (i == j ? values(0, q) + std::sqrt(2.) * at(m) : at(m));
          }
      }
    return result;
  }



  template <int dim>
  double KineticLaw<dim>::Evaluator::density(const unsigned int    q,
                                             const Tensor<1, dim> &v) const
  {
    const auto &indices    = law.generator.indices;
    const auto &s          = law.generator.scales.thermal_velocity;
    double      maxwellian = 1;
    for (unsigned int i = 0; i < dim; ++i)
      {
        const double xi = v[i] / s[i];
        evaluate_hermite(xi, indices.degree, hermite[i]);
        maxwellian *= std::exp(-0.5 * xi * xi) /
                      (s[i] * std::sqrt(2 * dealii::numbers::PI));
      }
    double sum = 0;
    for (unsigned int n = 0; n < indices.size(); ++n)
      {
        double product = values(n, q);
        for (unsigned int i = 0; i < dim; ++i)
          product *= hermite[i][indices[n][i]];
        sum += product;
      }
    return maxwellian * sum;
  }



  template <int dim>
  const dealii::FEValues<dim> &KineticLaw<dim>::Evaluator::points() const
  {
    return fe_values;
  }



  template <int dim>
  void KineticLaw<dim>::for_each_point(
    const std::function<void(const Evaluator &,
                             const unsigned int,
                             const dealii::Point<dim> &,
                             const double)> &visit) const
  {
    Evaluator at(*this, discretisation.quadrature);
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned() && generator.space.is_inside(cell))
        {
          at.reinit(cell);
          for (unsigned int q = 0; q < discretisation.quadrature.size(); ++q)
            visit(at, q, at.points().quadrature_point(q), at.points().JxW(q));
        }
  }



  template <int dim>
  double KineticLaw<dim>::tail() const
  {
    const auto         &indices = generator.indices;
    std::vector<double> sums(2, 0.);
    for_each_point([&](const Evaluator   &at,
                       const unsigned int q,
                       const dealii::Point<dim> &,
                       const double JxW) {
      sums[0] += std::abs(at(0, q)) * JxW;
      for (unsigned int n = 0; n < indices.size(); ++n)
        if (indices.level(n) == indices.degree)
          sums[1] += std::abs(at(n, q)) * JxW;
    });
    dealii::Utilities::MPI::sum(sums, discretisation.communicator, sums);
    return sums[1] / sums[0];
  }



  template class KineticLaw<1>;
  template class KineticLaw<2>;
} // namespace sgdfp
