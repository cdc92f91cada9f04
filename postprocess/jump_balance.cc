// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/jump_balance.h"

#include "base/text.h"
#include "meshes/point_value.h"

#include <boost/math/special_functions/bessel.hpp>

#include <cmath>

namespace sgdfp
{
  using dealii::Point;
  using dealii::numbers::PI;

  namespace
  {
    /// nu(r) in d dimensions
    double levy_density(const double alpha,
                        const double m,
                        const double d,
                        const double r)
    {
      const double s = alpha / 2;
      if (m == 0)
        return alpha * std::pow(2., alpha - 1) * std::tgamma((d + alpha) / 2) /
               (std::pow(PI, d / 2) * std::tgamma(1 - s)) *
               std::pow(r, -d - alpha);
      const double order = s + d / 2;
      return s / std::tgamma(1 - s) * std::pow(4 * PI, -d / 2) * 2 *
             std::pow(2 * m / r, order) *
             boost::math::cyl_bessel_k(order, m * r);
    }
  } // namespace



  template <int dim>
  double jump_rate(const StableNoise<dim> &noise,
                   const Point<dim>       &x,
                   const Point<dim>       &y)
  {
    if (!noise.by_coordinates())
      return noise.rates(x)[0] *
             levy_density(noise.alpha(), noise.tempering(), dim, x.distance(y));
    unsigned int n_different = 0, axis = 0;
    for (unsigned int d = 0; d < dim; ++d)
      if (x[d] != y[d])
        {
          ++n_different;
          axis = d;
        }
    if (n_different != 1)
      return 0;
    return noise.rates(x)[axis] * levy_density(noise.alpha(),
                                               noise.tempering(),
                                               1,
                                               std::abs(x[axis] - y[axis]));
  }



  template <int dim>
  double JumpPair<dim>::asymmetry() const
  {
    return std::abs(forward - backward) / (forward + backward);
  }



  template <int dim>
  void report_jump_balance(
    const Law<dim>                                       &law,
    const std::vector<std::pair<Point<dim>, Point<dim>>> &pairs,
    const double                                          density_error,
    Summary                                              &summary)
  {
    const auto &noise     = *law.dynamics.jumps();
    Vector      nodal     = law.discretisation.owned_vector();
    nodal                 = law.nodal_density();
    Summary::Json list    = Summary::Json::array();
    double        largest = 0;
    const auto    as_json = [](const Point<dim> &x) {
      Summary::Json array = Summary::Json::array();
      for (unsigned int d = 0; d < dim; ++d)
        array.push_back(x[d]);
      return array;
    };
    for (const auto &[x, y] : pairs)
      {
        JumpPair<dim> pair{x,
                           y,
                           jump_rate(noise, x, y),
                           jump_rate(noise, y, x)};
        if (!(pair.forward + pair.backward > 0))
          continue;
        pair.forward *= value_at(law.discretisation, nodal, x);
        pair.backward *= value_at(law.discretisation, nodal, y);
        largest = std::max(largest, pair.asymmetry());
        list.push_back({{"from", as_json(x)},
                        {"to", as_json(y)},
                        {"forward", pair.forward},
                        {"backward", pair.backward},
                        {"asymmetry", pair.asymmetry()}});
      }
    const std::string local = "it belongs to local noise; jumps are judged by "
                              "the flows between pairs of points";
    summary.set("detailed_balance/pairs", list);
    summary.set_null("detailed_balance/certificate", local);
    summary.set_null("detailed_balance/entropy_production",
                     "jumps have no local current: " + local);
    summary.set_null("detailed_balance/negative_control_current", local);
    constexpr double safety = 10;
    if (list.empty())
      summary.set_null("detailed_balance/holds",
                       "no pair of points is joined by jumps: give "
                       "Observables/probe points that are");
    else if (largest > safety * density_error)
      summary.set("detailed_balance/holds", false);
    else
      summary.set_null("detailed_balance/holds",
                       "the flows between all pairs agree to " +
                         to_text(largest) +
                         ", within ten times the error of the density: pairs "
                         "can refute balance, not prove it");
  }



#define INSTANTIATE(dim)                                    \
  template double jump_rate(const StableNoise<dim> &,       \
                            const Point<dim> &,             \
                            const Point<dim> &);            \
  template struct JumpPair<dim>;                            \
  template void report_jump_balance(                        \
    const Law<dim> &,                                       \
    const std::vector<std::pair<Point<dim>, Point<dim>>> &, \
    const double,                                           \
    Summary &);

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE
} // namespace sgdfp
