// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_SPREADING_H
#define SGDFP_OPERATORS_SPREADING_H

#include "operators/law.h"

#include <deal.II/base/quadrature_lib.h>

#include <cmath>
#include <map>

// Inside of OscillatingLaw.
namespace sgdfp
{
  // Points of p_c that carry less than this times the largest are left out.
  constexpr double visible_weight = 1e-9;

  // Directions with less of tr Q than this do not oscillate.
  constexpr double visible_share = 1e-8;

  /// Of the standard normal law, by the trapezoidal rule, which is exact to
  /// round-off where the spacing is below half a deviation: what is
  /// integrated has kinks at the faces of cells, between which it must have
  /// points.
  struct NormalRule
  {
    std::vector<double> nodes, weights;

    explicit NormalRule(const double spacing)
    {
      constexpr double reach = 6.5;
      const int        n     = std::ceil(reach / spacing);
      double           sum   = 0;
      for (int k = -n; k <= n; ++k)
        {
          nodes.push_back(k * spacing);
          weights.push_back(std::exp(-.5 * k * spacing * k * spacing));
          sum += weights.back();
        }
      for (double &weight : weights)
        weight /= sum;
    }
  };



  /// A point of theta with its share of the mass.
  template <int dim>
  struct Parcel
  {
    dealii::Point<dim> chart;
    double             mass;
  };



  /// Spreads the points of a law over where theta may be.
  template <int dim>
  class Spreading
  {
  public:
    /// @param target width of the cells that receive
    /// @param spacing of the points
    Spreading(const Law<dim> &centre, const double target, const double spacing)
      : centre(centre)
      , target(target)
      , spacing(spacing)
      , none(10)
      , few(10)
    {
      for (const double h : spacings)
        rules.emplace_back(h);
      none.nodes   = {0.};
      none.weights = {1.};
      // Gauss and Hermite's, where nothing is resolved anyway
      few.nodes   = {-std::sqrt(3.), 0., std::sqrt(3.)};
      few.weights = {1. / 6, 2. / 3, 1. / 6};
    }

    double outside = 0, trace = 0;

    /// Calls @p visit with points between which all parcels are.
    template <typename Visit>
    void for_each_end(const Visit &visit)
    {
      for_each_centre([&](const dealii::Point<dim> &c, const double) {
        const auto &box = centre.discretisation.box;
        const auto  Q   = centre.dynamics.oscillation(c);
        for (const double sign : {-1., 1.})
          {
            dealii::Point<dim> end = c;
            for (unsigned int d = 0; d < dim; ++d)
              end[d] = std::min(std::max(end[d] + sign * ends * dim *
                                                    std::sqrt(Q[d][d]),
                                         box.lower()[d]),
                                box.upper()[d]);
            visit(box.to_chart(end));
          }
      });
    }

    /// Calls @p visit with every parcel of every cell of this rank.
    template <typename Visit>
    void for_each(const Visit &visit)
    {
      outside = trace = 0;
      for_each_centre([&](const dealii::Point<dim> &c, const double mass) {
        spread(c, mass, visit);
      });
    }

  private:
    // Deviations that the rules reach, and half a spacing
    static constexpr double ends = 7;

    template <typename Use>
    void for_each_centre(const Use &use)
    {
      const auto                &discretisation = centre.discretisation;
      std::vector<LocalLaw<dim>> values;
      const double               least = least_mass();
      for (const auto &cell :
           discretisation.dof_handler.active_cell_iterators())
        if (cell->is_locally_owned())
          {
            auto &fe_values = values_for(cell);
            fe_values.reinit(cell);
            centre.evaluate(fe_values, false, values);
            for (const unsigned int q : fe_values.quadrature_point_indices())
              {
                const double mass = values[q].density() * fe_values.JxW(q);
                if (std::abs(mass) > least)
                  use(fe_values.quadrature_point(q), mass);
              }
          }
    }

    const Law<dim> &centre;
    const double    target, spacing;

    /// In deviations; the finest that is at least as fine as it has to be is
    /// used
    const std::vector<double> spacings =
      {.5, .35, .25, .18, .12, .08, .05, .03, .02, .01};
    std::vector<NormalRule> rules;
    NormalRule              none, few;

    /// By the number of pieces of a cell
    std::map<unsigned int, std::unique_ptr<dealii::FEValues<dim>>> by_pieces;

    dealii::FEValues<dim> &
    values_for(const typename Discretisation<dim>::Cell &cell)
    {
      const auto        &mesh     = centre.discretisation;
      const unsigned int n_points = mesh.element.degree + 2;
      constexpr double   most     = 64;
      double             width    = 0;
      for (unsigned int d = 0; d < dim; ++d)
        width = std::max(width,
                         mesh.box.from_chart(cell->vertex((1 << dim) - 1))[d] -
                           mesh.box.from_chart(cell->vertex(0))[d]);
      // Pieces end at the faces of the cells that receive, where what is
      // integrated has kinks.
      const double       per_target = std::ceil(target / (n_points * spacing));
      const unsigned int pieces     = std::max(
        1.,
        std::min(most, std::max(1., std::round(width / target)) * per_target));
      auto &found = by_pieces[pieces];
      if (!found)
        found = std::make_unique<dealii::FEValues<dim>>(
          mesh.mapping,
          mesh.element,
          dealii::QIterated<dim>(dealii::QGauss<1>(n_points), pieces),
          dealii::update_values | dealii::update_gradients |
            dealii::update_quadrature_points | dealii::update_JxW_values);
      return *found;
    }

    const NormalRule &rule_for(const double deviation) const
    {
      if (deviation < spacing / 2)
        return few;
      for (std::size_t i = 0; i < rules.size(); ++i)
        if (spacings[i] * deviation <= spacing)
          return rules[i];
      return rules.back();
    }

    double least_mass() const
    {
      double largest = 0;
      for (const auto i : centre.discretisation.owned)
        largest =
          std::max(largest,
                   std::abs(static_cast<double>(centre.nodal_density()(i))));
      largest            = dealii::Utilities::MPI::max(largest,
                                            centre.discretisation.communicator);
      const auto &box    = centre.discretisation.box;
      double      volume = 1;
      for (unsigned int d = 0; d < dim; ++d)
        volume *= box.upper()[d] - box.lower()[d];
      constexpr double points_per_cell = 100;
      return visible_weight * largest * volume /
             (centre.discretisation.mesh->n_global_active_cells() *
              points_per_cell);
    }

    template <typename Visit>
    void
    spread(const dealii::Point<dim> &c, const double mass, const Visit &visit)
    {
      const auto   Q     = centre.dynamics.oscillation(c);
      const double total = dealii::trace(Q);
      trace += total * mass;
      const auto pairs =
        dealii::eigenvectors(Q,
                             dealii::SymmetricTensorEigenvectorMethod::jacobi);
      std::array<const NormalRule *, dim>     along;
      std::array<dealii::Tensor<1, dim>, dim> axes;
      for (unsigned int d = 0; d < dim; ++d)
        {
          const double eigenvalue = std::max(0., pairs[d].first);
          axes[d]                 = std::sqrt(eigenvalue) * pairs[d].second;
          along[d]                = (eigenvalue <= visible_share * total ?
                                       &none :
                                       &rule_for(std::sqrt(eigenvalue)));
        }
      std::array<unsigned int, dim> n{};
      for (;;)
        {
          dealii::Point<dim> theta = c;
          double             share = mass;
          for (unsigned int d = 0; d < dim; ++d)
            {
              theta += along[d]->nodes[n[d]] * axes[d];
              share *= along[d]->weights[n[d]];
            }
          hand_over(theta, share, visit);
          unsigned int d = 0;
          while (d < dim && ++n[d] == along[d]->nodes.size())
            n[d++] = 0;
          if (d == dim)
            return;
        }
    }

    template <typename Visit>
    void
    hand_over(dealii::Point<dim> theta, const double mass, const Visit &visit)
    {
      const auto &box    = centre.discretisation.box;
      bool        leaves = false;
      for (unsigned int d = 0; d < dim; ++d)
        if (!(theta[d] >= box.lower()[d] && theta[d] <= box.upper()[d]))
          {
            leaves = true;
            theta[d] =
              std::min(std::max(theta[d], box.lower()[d]), box.upper()[d]);
          }
      if (leaves)
        outside += mass;
      visit(Parcel<dim>{box.to_chart(theta), mass});
    }
  };
} // namespace sgdfp

#endif
