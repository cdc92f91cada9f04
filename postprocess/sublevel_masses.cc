// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/sublevel_masses.h"

#include "base/statistics_file.h"
#include "postprocess/jump_quadrature.h"

#include <deal.II/base/quadrature_lib.h>

#include <array>
#include <cmath>
#include <limits>

namespace sgdfp
{
  using dealii::Point;

  namespace
  {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();

    /// Curvature over slope of a box that is cut by a plane
    constexpr double linear_enough = 0.05;

    template <int dim>
    constexpr unsigned int most_splits = (dim == 1 ? 40 :
                                          dim == 2 ? 12 :
                                                     5);
  } // namespace



  template <int dim>
  SublevelMasses<dim>::SublevelMasses(const Law<dim> &law,
                                      const double    minimum,
                                      const double    temperature)
    : law(law)
    , loss(law.dynamics.loss())
    , minimum(minimum)
    , temperature(temperature)
  {
    // Four a decade
    std::vector<double> eps;
    for (int k = -16; k <= 4; ++k)
      eps.push_back(temperature * std::pow(10., k / 4.));
    const Sums fine   = integrate(eps, linear_enough),
               coarse = integrate(eps, 2 * linear_enough);
    // Of exp(-K/T), all over the box
    double Z = 0;
    law.for_each_point([&](const typename Law<dim>::Sample &sample) {
      Z += sample.weight *
           std::exp(-(loss.value(sample.theta) - minimum) / temperature);
    });
    Z = dealii::Utilities::MPI::sum(Z, law.discretisation.communicator);
    constexpr double resolved = 1e-2;
    for (std::size_t j = 0; j < eps.size(); ++j)
      {
        const auto &[sgd, gibbs, volume, unresolved] = fine[j];
        const double error =
          std::max(std::abs(sgd - coarse[j][0]) / sgd,
                   std::abs(volume - coarse[j][2]) / volume) +
          unresolved / volume;
        if (error < resolved)
          levels.push_back(
            {eps[j], sgd, gibbs / Z, volume, error, nan, nan, nan});
        else
          levels.clear(); // only what is above an unresolved one
      }
    find_exponents();
  }



  template <int dim>
  typename SublevelMasses<dim>::Sums
  SublevelMasses<dim>::integrate(const std::vector<double> &eps,
                                 const double               limit) const
  {
    Sums                       sums(eps.size(), {{0, 0, 0, 0}});
    std::vector<Node>          nodes;
    std::vector<Point<dim>>    unit;
    std::vector<LocalLaw<dim>> values;
    const auto                &discretisation = law.discretisation;
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          // Boxes too where the chart is graded, axis by axis
          const auto corner = [&](const Point<dim> &x) {
            return discretisation.mapping.transform_unit_to_real_cell(cell, x);
          };
          Point<dim> ones;
          for (unsigned int d = 0; d < dim; ++d)
            ones[d] = 1;
          const Point<dim> lower = corner(Point<dim>()), upper = corner(ones);
          Box              box;
          box.half   = 0.5 * (upper - lower);
          box.centre = lower + 0.5 * (upper - lower);
          nodes.clear();
          add(box, 0, 0, eps.size(), eps, limit, nodes, sums);
          if (nodes.empty())
            continue;
          unit.clear();
          for (const Node &node : nodes)
            unit.push_back(discretisation.box.unit_point(*cell, node.theta));
          law.evaluate(cell, unit, values);
          for (std::size_t i = 0; i < nodes.size(); ++i)
            for (unsigned int j = nodes[i].first; j < nodes[i].end; ++j)
              {
                const double dx = nodes[i].weight;
                sums[j][0] += dx * values[i].density();
                sums[j][1] += dx * std::exp(-nodes[i].K / temperature);
                sums[j][2] += dx;
              }
        }
    std::vector<double> all;
    for (const auto &of_level : sums)
      all.insert(all.end(), of_level.begin(), of_level.end());
    dealii::Utilities::MPI::sum(all, discretisation.communicator, all);
    for (std::size_t j = 0; j < sums.size(); ++j)
      std::copy_n(all.begin() + 4 * j, 4, sums[j].begin());
    return sums;
  }



  template <int dim>
  void SublevelMasses<dim>::add_inside(const Box         &box,
                                       const unsigned int first,
                                       const unsigned int end,
                                       std::vector<Node> &nodes) const
  {
    static const dealii::QGauss<dim> rule(3);
    double                           volume = 1;
    for (unsigned int d = 0; d < dim; ++d)
      volume *= 2 * box.half[d];
    for (unsigned int q = 0; q < rule.size(); ++q)
      {
        Point<dim> theta;
        for (unsigned int d = 0; d < dim; ++d)
          theta[d] = box.centre[d] + (2 * rule.point(q)[d] - 1) * box.half[d];
        nodes.push_back({theta,
                         loss.value(theta) - minimum,
                         first,
                         end,
                         rule.weight(q) * volume});
      }
  }



  template <int dim>
  void SublevelMasses<dim>::add_cut(const Box                    &box,
                                    const double                  centre,
                                    const dealii::Tensor<1, dim> &gradient,
                                    const unsigned int            level,
                                    std::vector<Node>            &nodes) const
  {
    dealii::Tensor<1, dim> on_unit;
    double                 at_corner = centre, steepest = 0, volume = 1;
    for (unsigned int d = 0; d < dim; ++d)
      {
        on_unit[d] = 2 * gradient[d] * box.half[d];
        at_corner -= gradient[d] * box.half[d];
        steepest = std::max(steepest, std::abs(on_unit[d]));
        volume *= 2 * box.half[d];
      }
    const double share = share_below<dim>(at_corner, on_unit);
    if (share == 0)
      return;
    // About the centroid of what is below: exact for one axis
    Point<dim> theta = box.centre;
    if (steepest > 0)
      for (unsigned int d = 0; d < dim; ++d)
        theta[d] -= (1 - share) * box.half[d] * on_unit[d] / steepest;
    nodes.push_back(
      {theta, loss.value(theta) - minimum, level, level + 1, share * volume});
  }



  template <int dim>
  void SublevelMasses<dim>::add(const Box                 &box,
                                const unsigned int         n_splits,
                                const unsigned int         first,
                                const unsigned int         end,
                                const std::vector<double> &eps,
                                const double               limit,
                                std::vector<Node>         &nodes,
                                Sums                      &sums) const
  {
    const double K        = loss.value(box.centre) - minimum;
    const auto   gradient = loss.gradient(box.centre);
    const auto   hessian  = loss.hessian(box.centre);
    double       slope = 0, curvature = 0, mean = K, volume = 1;
    for (unsigned int d = 0; d < dim; ++d)
      {
        volume *= 2 * box.half[d];
        slope += std::abs(gradient[d]) * box.half[d];
        mean += hessian[d][d] * box.half[d] * box.half[d] / 6;
        for (unsigned int e = 0; e < dim; ++e)
          curvature +=
            0.5 * std::abs(hessian[d][e]) * box.half[d] * box.half[e];
      }
    // In the first boxes third derivatives matter, and the law varies: these
    // are split anyway.
    constexpr unsigned int first_look = (dim == 3 ? 2 : 3);
    constexpr double       margin     = 1.2;
    const double           reach      = slope + margin * curvature;
    unsigned int           undecided = first, inside = end;
    if (n_splits >= first_look)
      {
        while (undecided < end && eps[undecided] < K - reach)
          ++undecided;
        inside = undecided;
        while (inside < end && eps[inside] < K + reach)
          ++inside;
        if (inside < end)
          add_inside(box, inside, end, nodes);
        if (undecided == inside)
          return;
        const bool is_last = (n_splits == most_splits<dim>);
        if (is_last ||
            (curvature <= limit * slope && slope <= 4 * limit * temperature))
          {
            for (unsigned int j = undecided; j < inside; ++j)
              {
                add_cut(box, mean - eps[j], gradient, j, nodes);
                if (curvature > limit * slope)
                  sums[j][3] += volume;
              }
            return;
          }
      }
    for (unsigned int child = 0; child < (1u << dim); ++child)
      {
        Box part;
        part.half = 0.5 * box.half;
        for (unsigned int d = 0; d < dim; ++d)
          part.centre[d] =
            box.centre[d] + (((child >> d) & 1) ? 1. : -1.) * part.half[d];
        add(part, n_splits + 1, undecided, inside, eps, limit, nodes, sums);
      }
  }



  template <int dim>
  void SublevelMasses<dim>::find_exponents()
  {
    for (std::size_t j = 1; j + 1 < levels.size(); ++j)
      {
        const Level &below = levels[j - 1], &above = levels[j + 1];
        const double step        = std::log(above.eps / below.eps);
        levels[j].sgd_exponent   = std::log(above.sgd / below.sgd) / step;
        levels[j].gibbs_exponent = std::log(above.gibbs / below.gibbs) / step;
        levels[j].volume_exponent =
          std::log(above.volume / below.volume) / step;
      }
  }



  template <int dim>
  void SublevelMasses<dim>::write(const std::string &folder) const
  {
    StatisticsFile file(law.discretisation.communicator,
                        folder + "/sublevels.csv",
                        {"level",
                         "sgd",
                         "gibbs",
                         "volume",
                         "relative_error",
                         "sgd_exponent",
                         "gibbs_exponent",
                         "volume_exponent"});
    file.open();
    for (const Level &level : levels)
      file.add({level.eps,
                level.sgd,
                level.gibbs,
                level.volume,
                level.relative_error,
                level.sgd_exponent,
                level.gibbs_exponent,
                level.volume_exponent});
  }



  template <int dim>
  void SublevelMasses<dim>::report(Summary &summary) const
  {
    const std::string path = "complexity/";
    if (levels.size() < 3)
      {
        for (const char *key :
             {"sgd_exponent", "gibbs_exponent", "volume_exponent"})
          summary.set_null(path + key,
                           "no sublevel sets of the loss are resolved");
        return;
      }
    const Level &least = levels[1];
    summary.set(path + "exponent_level", least.eps);
    summary.set(path + "sgd_exponent", least.sgd_exponent);
    summary.set(path + "gibbs_exponent", least.gibbs_exponent);
    summary.set(path + "volume_exponent", least.volume_exponent);
  }



  template class SublevelMasses<1>;
  template class SublevelMasses<2>;
  template class SublevelMasses<3>;
} // namespace sgdfp
