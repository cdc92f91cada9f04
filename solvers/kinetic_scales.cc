// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/kinetic_scales.h"

#include "base/errors.h"
#include "base/text.h"
#include "models/extreme_eigenvalues.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace sgdfp
{
  using dealii::Point;

  namespace
  {
    // In units of T_0; beyond is 1 % of a law, or less.
    constexpr double bulk = 6;

    // What velocities have to be represented for.
    constexpr double reach = 10;


    template <int dim>
    constexpr unsigned int n_per_direction = (dim == 1 ? 4001 : 161);



    /// What is known at one point of the grid.
    template <int dim>
    struct Site
    {
      double weight = 0, loss = 0;

      double trace = 0; ///< tr D/tr M
      /// Extreme eigenvalues of D in units of M_ii
      double least = 0, greatest = 0;
    };



    template <int dim>
    std::vector<Site<dim>> sites(const ParameterBox<dim> &box,
                                 const Dynamics<dim>     &dynamics)
    {
      constexpr unsigned int n    = n_per_direction<dim>;
      const auto             low  = box.to_chart(box.lower());
      const auto             high = box.to_chart(box.upper());
      const auto             M    = dynamics.loss().mobility();
      const auto             at   = [&](const std::array<double, dim> &share) {
        Point<dim> xi = low;
        for (unsigned int d = 0; d < dim; ++d)
          xi[d] += share[d] * (high[d] - low[d]);
        return box.from_chart(xi);
      };
      std::vector<Site<dim>> result;
      for (unsigned int i = 0; i < n; ++i)
        for (unsigned int j = 0; j < (dim == 1 ? 1 : n); ++j)
          {
            std::array<double, dim> middle, left, right;
            for (unsigned int d = 0; d < dim; ++d)
              {
                const unsigned int k = (d == 0 ? i : j);
                left[d]              = static_cast<double>(k) / n;
                right[d]             = (k + 1.) / n;
                middle[d]            = (k + 0.5) / n;
              }
            const Point<dim> theta = at(middle);
            const auto       size  = at(right) - at(left);
            Site<dim>        site;
            site.weight = 1;
            for (unsigned int d = 0; d < dim; ++d)
              site.weight *= size[d];
            site.loss = dynamics.loss().value(theta);
            const auto D =
              dynamics.diffusion(theta, MatrixFieldDerivatives::divergence)
                .value;
            dealii::SymmetricTensor<2, dim> scaled;

            for (unsigned int d = 0; d < dim; ++d)
              {
                for (unsigned int e = d; e < dim; ++e)
                  scaled[d][e] = D[d][e] / std::sqrt(M[d][d] * M[e][e]);
              }
            site.trace = trace(D) / trace(M);
            std::tie(site.least, site.greatest) =
              extreme_eigenvalues<dim>(scaled);
            result.push_back(site);
          }
      return result;
    }



    /// E_{q_T} tr D/tr M
    template <int dim>
    double mean_trace(const std::vector<Site<dim>> &all,
                      const double                  minimum,
                      const double                  temperature)
    {
      double sum = 0, norm = 0;
      for (const Site<dim> &site : all)
        {
          const double w =
            site.weight * std::exp(-(site.loss - minimum) / temperature);
          sum += w * site.trace;
          norm += w;
        }
      return sum / norm;
    }
  } // namespace



  template <int dim>
  KineticScales<dim> KineticChoice<dim>::scales(const unsigned int degree) const
  {
    return {friction, thermal_velocity, degree};
  }



  template <int dim>
  bool
  KineticChoice<dim>::is_beyond(const dealii::SymmetricTensor<2, dim> &D) const
  {
    dealii::SymmetricTensor<2, dim> scaled;
    for (unsigned int d = 0; d < dim; ++d)
      for (unsigned int e = d; e < dim; ++e)
        scaled[d][e] = D[d][e] / (thermal_velocity[d] * thermal_velocity[e]);
    constexpr double most = 2;
    return extreme_eigenvalues<dim>(scaled).second > most;
  }



  template <int dim>
  std::string KineticChoice<dim>::description() const
  {
    return "gamma = " + to_text(friction) + "; D in the bulk " +
           to_text(least_temperature) + " to " + to_text(greatest_temperature) +
           "; T_ref = T_U = " + to_text(temperature);
  }



  template <int dim>
  void KineticChoice<dim>::report(Summary &summary) const
  {
    summary.set("kinetic/friction", friction);
    summary.set("kinetic/reference_temperature", temperature);
    summary.set("kinetic/trial_temperature", temperature);
    summary.set("kinetic/bulk_temperature_minimum", least_temperature);
    summary.set("kinetic/bulk_temperature_maximum", greatest_temperature);
  }



  template <int dim>
  KineticChoice<dim> choose_kinetic_scales(const ParameterBox<dim> &box,
                                           const Dynamics<dim>     &dynamics,
                                           const double             friction)
  {
    const auto all     = sites(box, dynamics);
    double     minimum = std::numeric_limits<double>::infinity();
    double     T       = 0;
    for (const auto &site : all)
      if (site.loss < minimum)
        {
          minimum = site.loss;
          T       = site.trace;
        }
    constexpr unsigned int n_iterations = 100;
    constexpr double       next_to_none = 1e-12;
    for (unsigned int i = 0; i < n_iterations; ++i)
      T = mean_trace(all, minimum, std::max(T, next_to_none));
    if (!(T > next_to_none))
      throw Refusal("no stationary density",
                    "the noise vanishes where the loss is least: no scale of "
                    "velocities is known. Raise Noise/isotropic floor");

    KineticChoice<dim> choice;
    choice.friction          = friction;
    choice.mean_temperature  = T;
    choice.least_temperature = std::numeric_limits<double>::infinity();
    double widest            = 0;
    for (const auto &site : all)
      {
        const double depth = site.loss - minimum;
        if (depth < bulk * T)
          {
            choice.least_temperature =
              std::min(choice.least_temperature, site.least);
            choice.greatest_temperature =
              std::max(choice.greatest_temperature, site.greatest);
          }
        if (depth < reach * T)
          widest = std::max(widest, site.greatest);
      }
    choice.temperature =
      std::max(0.5 * (choice.least_temperature + choice.greatest_temperature),
               0.5 * widest);
    const auto M = dynamics.loss().mobility();
    for (unsigned int d = 0; d < dim; ++d)
      choice.thermal_velocity[d] = std::sqrt(choice.temperature * M[d][d]);
    return choice;
  }



  template struct KineticChoice<1>;
  template struct KineticChoice<2>;
  template KineticChoice<1>
  choose_kinetic_scales(const ParameterBox<1> &, const Dynamics<1> &, double);
  template KineticChoice<2>
  choose_kinetic_scales(const ParameterBox<2> &, const Dynamics<2> &, double);
} // namespace sgdfp
