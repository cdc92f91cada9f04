// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/density_statistics.h"

#include <deal.II/base/quadrature_lib.h>

#include <algorithm>

namespace sgdfp
{
  using dealii::Point;
  using dealii::Tensor;

  namespace
  {
    /// About where the mass is: moments about it cancel little. The middle of
    /// a graded box would be far out in the tail.
    template <int dim>
    Point<dim> centre_of(const ParameterBox<dim> &box)
    {
      Point<dim> centre = 0.5 * (box.lower() + Tensor<1, dim>(box.upper()));
      if (box.is_graded())
        for (unsigned int d = 0; d < dim; ++d)
          centre[d] = std::min(std::max(0., box.lower()[d]), box.upper()[d]);
      return centre;
    }
  } // namespace



  template <int dim>
  DensityStatistics<dim>::DensityStatistics(const Law<dim> &law)
    : centre(centre_of(law.discretisation.box))
  {}



  template <int dim>
  void DensityStatistics<dim>::visit(
    const typename Postprocessor<dim>::Sample &sample)
  {
    const double dm = sample.law.density() * sample.weight;
    mass += dm;
    negative_mass += std::max(0., -dm);
    // About the centre of the box, to cancel less in the covariance.
    const Tensor<1, dim> x = sample.theta - centre;
    first += dm * x;
    second += dm * outer_product(x, x);
    if (sample.is_outer)
      {
        outer_first += std::abs(dm) * x.norm();
        outer_second += std::abs(dm) * x.norm_square();
      }
  }



  template <int dim>
  void DensityStatistics<dim>::finish(const Law<dim> &law, Summary &summary)
  {
    using dealii::Utilities::MPI::sum;
    const MPI_Comm communicator = law.discretisation.communicator;
    mass                        = sum(mass, communicator);
    negative_mass               = sum(negative_mass, communicator);
    first                       = sum(first, communicator);
    second                      = sum(second, communicator);

    Vector nodal = law.discretisation.owned_vector();
    nodal        = law.nodal_density();
    summary.set("density/mass", mass);
    summary.set("density/minimum", minimum(nodal));
    summary.set("density/maximum", maximum(nodal));
    summary.set("density/negative_mass", negative_mass);
    // As for the observables (MomentSum).
    outer_first  = sum(outer_first, communicator);
    outer_second = sum(outer_second, communicator);
    if (outer_first > outer_share * (first.norm() + centre.norm()))
      summary.set_null("moments/mean", heavy_tail);
    else
      summary.set("moments/mean", to_json(Tensor<1, dim>(centre) + first));
    if (outer_second > outer_share * trace(second))
      summary.set_null("moments/covariance", heavy_tail);
    else
      summary.set("moments/covariance",
                  to_json(second - outer_product(first, first)));
  }



  template <int dim>
  double mass_by_gauss(const Law<dim> &law, const unsigned int n_points)
  {
    const auto                &discretisation = law.discretisation;
    dealii::FEValues<dim>      fe_values(discretisation.mapping,
                                    discretisation.element,
                                    dealii::QGauss<dim>(n_points),
                                    dealii::update_values |
                                      dealii::update_gradients |
                                      dealii::update_quadrature_points |
                                      dealii::update_JxW_values);
    std::vector<LocalLaw<dim>> values;
    double                     mass = 0;
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          fe_values.reinit(cell);
          law.evaluate(fe_values, false, values);
          for (unsigned int q = 0; q < values.size(); ++q)
            mass += values[q].density() * fe_values.JxW(q);
        }
    return dealii::Utilities::MPI::sum(mass, discretisation.communicator);
  }



  template <int dim>
  OpenSides<dim> open_sides(const Dynamics<dim>     &dynamics,
                            const ParameterBox<dim> &box)
  {
    constexpr unsigned int n      = 65,
                           first  = 2; // points per edge, none at corners
    const Point<dim>     low      = box.to_chart(box.lower());
    const Tensor<1, dim> size     = box.to_chart(box.upper()) - low;
    unsigned int         n_points = 1;
    for (unsigned int d = 0; d + 1 < dim; ++d)
      n_points *= n;

    OpenSides<dim> open;
    for (unsigned int side = 0; side < 2 * dim; ++side)
      {
        const unsigned int normal = side / 2;
        open[side]                = false;
        const auto limit          = dynamics.loss().lower_limit();
        if (side % 2 == 0 && limit && box.lower()[normal] <= *limit)
          continue;
        for (unsigned int k = 0; k < n_points && !open[side]; ++k)
          {
            Point<dim> xi = low;
            for (unsigned int d = 0, rest = k; d < dim; ++d)
              if (d == normal)
                xi[d] += (side % 2) * size[d];
              else
                {
                  xi[d] += (rest % n + first) * size[d] / (n + 2 * first - 1);
                  rest /= n;
                }
            const auto     flux = dynamics.flux(box.from_chart(xi),
                                            MatrixFieldDerivatives::divergence);
            Tensor<1, dim> unit;
            unit[normal] = 1;
            // Written so that a NaN counts as open.
            open[side] = !((flux.diffusion.value * unit).norm() == 0 &&
                           flux.drift[normal] == 0);
          }
      }
    return open;
  }



  namespace
  {
    /// The boundary of a box: this share of its width.
    constexpr double boundary_share = 0.01;



    /// Cuts [a, b] at the inner edges of the strips; the flag tells whether a
    /// piece lies in a strip.
    struct Piece
    {
      double a, b;
      bool   in_strip;
    };

    std::vector<Piece>
    cut(const double a, const double b, const double low, const double high)
    {
      std::vector<Piece> pieces;
      if (a < low)
        pieces.push_back({a, std::min(b, low), true});
      if (std::min(b, high) > std::max(a, low))
        pieces.push_back({std::max(a, low), std::min(b, high), false});
      if (b > high)
        pieces.push_back({std::max(a, high), b, true});
      return pieces;
    }



    /// Integrates over the boundary strip; @p density fills the values at real
    /// points of a cell, whose unit coordinates it is given too.
    template <int dim>
    double integrate_strip(
      const Discretisation<dim>                              &discretisation,
      const OpenSides<dim>                                   &open_sides,
      const double                                            share,
      const std::function<void(const typename Law<dim>::Cell &,
                               const std::vector<Point<dim>> &real,
                               const std::vector<Point<dim>> &unit,
                               std::vector<double>           &values)> &density)
    {
      const ParameterBox<dim> &box   = discretisation.box;
      const Point<dim>         low   = box.to_chart(box.lower());
      const Tensor<1, dim>     width = box.to_chart(box.upper()) - low;
      const auto              &rule  = discretisation.quadrature;
      std::vector<Point<dim>>  real(rule.size()), unit(rule.size());
      std::vector<double>      values(rule.size()), jacobian(rule.size());
      double                   integral = 0;

      for (const auto &cell :
           discretisation.dof_handler.active_cell_iterators())
        if (cell->is_locally_owned())
          {
            std::array<std::vector<Piece>, dim> pieces;
            const Point<dim>                    a = cell->vertex(0);
            const Tensor<1, dim>                h =
              cell->vertex(dealii::GeometryInfo<dim>::vertices_per_cell - 1) -
              a;
            unsigned int n_parts = 1;
            for (unsigned int d = 0; d < dim; ++d)
              {
                const double strip = share * width[d];
                pieces[d]          = cut(a[d],
                                a[d] + h[d],
                                low[d] + (open_sides[2 * d] ? strip : -strip),
                                low[d] + width[d] +
                                  (open_sides[2 * d + 1] ? -strip : strip));
                n_parts *= pieces[d].size();
              }
            for (unsigned int part = 0; part < n_parts; ++part)
              {
                std::array<Piece, dim> side;
                bool                   in_strip = false;
                double                 volume   = 1;
                for (unsigned int d = 0, rest = part; d < dim; ++d)
                  {
                    side[d] = pieces[d][rest % pieces[d].size()];
                    rest /= pieces[d].size();
                    in_strip = in_strip || side[d].in_strip;
                    volume *= side[d].b - side[d].a;
                  }
                if (!in_strip)
                  continue;
                for (unsigned int q = 0; q < rule.size(); ++q)
                  {
                    for (unsigned int d = 0; d < dim; ++d)
                      {
                        real[q][d] = side[d].a +
                                     rule.point(q)[d] * (side[d].b - side[d].a);
                        unit[q][d] = (real[q][d] - a[d]) / h[d];
                      }
                    const Tensor<1, dim> slopes = box.chart_slopes(real[q]);
                    jacobian[q]                 = 1;
                    for (unsigned int d = 0; d < dim; ++d)
                      jacobian[q] *= slopes[d];
                    real[q] = box.from_chart(real[q]);
                  }
                density(cell, real, unit, values);
                for (unsigned int q = 0; q < rule.size(); ++q)
                  integral += values[q] * rule.weight(q) * volume * jacobian[q];
              }
          }
      return dealii::Utilities::MPI::sum(integral, discretisation.communicator);
    }
  } // namespace



  template <int dim>
  double boundary_mass(const Law<dim> &law)
  {
    return boundary_mass(law, open_sides(law.dynamics, law.discretisation.box));
  }



  template <int dim>
  double boundary_mass(const Law<dim>       &law,
                       const OpenSides<dim> &open,
                       const double          share)
  {
    std::vector<LocalLaw<dim>> local;
    return integrate_strip<dim>(law.discretisation,
                                open,
                                share,
                                [&](const typename Law<dim>::Cell &cell,
                                    const std::vector<Point<dim>> &,
                                    const std::vector<Point<dim>> &unit,
                                    std::vector<double>           &values) {
                                  law.evaluate(cell, unit, local);
                                  for (unsigned int q = 0; q < values.size();
                                       ++q)
                                    values[q] = std::abs(local[q].density());
                                });
  }



  template <int dim>
  double boundary_mass(const Discretisation<dim> &discretisation,
                       const OpenSides<dim>      &open_sides,
                       const std::function<double(const Point<dim> &)> &density)
  {
    return integrate_strip<dim>(discretisation,
                                open_sides,
                                boundary_share,
                                [&](const typename Law<dim>::Cell &,
                                    const std::vector<Point<dim>> &real,
                                    const std::vector<Point<dim>> &,
                                    std::vector<double> &values) {
                                  for (unsigned int q = 0; q < values.size();
                                       ++q)
                                    values[q] = density(real[q]);
                                });
  }



#define INSTANTIATE(dim)                                               \
  template OpenSides<dim> open_sides(const Dynamics<dim> &,            \
                                     const ParameterBox<dim> &);       \
  template class DensityStatistics<dim>;                               \
  template double mass_by_gauss(const Law<dim> &, const unsigned int); \
  template double boundary_mass(const Law<dim> &);                     \
  template double boundary_mass(const Law<dim> &,                      \
                                const OpenSides<dim> &,                \
                                const double);                         \
  template double boundary_mass(                                       \
    const Discretisation<dim> &,                                       \
    const OpenSides<dim> &,                                            \
    const std::function<double(const dealii::Point<dim> &)> &);

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE
} // namespace sgdfp
