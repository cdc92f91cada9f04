// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/gaussian_moments.h"

#include "base/errors.h"

#include <cmath>

namespace sgdfp
{
  using dealii::Point;
  using dealii::SymmetricTensor;
  using dealii::Tensor;

  namespace
  {
    const double root_two        = std::sqrt(2.),
                 density_at_zero = 1 / std::sqrt(2 * std::acos(-1.));



    /// int_a^b of the standard normal density, without cancellation in tails
    double normal_mass(const double a, const double b)
    {
      if (a > 0)
        return 0.5 * (std::erfc(a / root_two) - std::erfc(b / root_two));
      if (b < 0)
        return 0.5 * (std::erfc(-b / root_two) - std::erfc(-a / root_two));
      return 0.5 * (std::erf(b / root_two) - std::erf(a / root_two));
    }



    double normal_density(const double t)
    {
      return density_at_zero * std::exp(-0.5 * t * t);
    }
  } // namespace



  template <int dim>
  GaussianMoments<dim>::GaussianMoments(const unsigned int degree)
    : basis(degree)
    , wide_rule(8)
    , panel_rule(6)
  {
    for (unsigned int q = 0; q < wide_rule.size(); ++q)
      for (const auto &l : basis.lines)
        wide_values.push_back(l.value(wide_rule.point(q)[0]));
  }



  template <int dim>
  void GaussianMoments<dim>::set_law(const Point<dim>              &new_mean,
                                     const SymmetricTensor<2, dim> &covariance)
  {
    mean = new_mean;
    for (unsigned int d = 0; d < dim; ++d)
      {
        deviation[d] = std::sqrt(std::max(0., covariance[d][d]));
        if (!(deviation[d] > 0))
          throw Refusal("not resolved",
                        "the noise of a step vanishes along a coordinate: its "
                        "transfer operator has no density. Raise "
                        "Noise/isotropic floor");
      }
    if constexpr (dim == 2)
      {
        // The outer coordinate is the one along which the conditional law
        // varies least, in units of its deviation.
        double best = -1;
        for (unsigned int o = 0; o < 2; ++o)
          {
            const double beta = covariance[0][1] / covariance[o][o];
            const double rest =
              covariance[1 - o][1 - o] - beta * covariance[0][1];
            const double conditional = std::sqrt(std::max(0., rest));
            const double scale =
              (conditional == 0 ?
                 0. :
                 std::min(deviation[o],
                          conditional / std::max(1e-300, std::abs(beta))));
            if (scale > best)
              {
                best      = scale;
                outer     = o;
                slope     = beta;
                remaining = conditional;
              }
          }
        if (!(best > 1e-5 * std::max(deviation[0], deviation[1])))
          throw Refusal("not resolved",
                        "the noise of a step is degenerate: its transfer "
                        "operator has no density. Raise Noise/isotropic floor");
      }
  }



  template <int dim>
  Tensor<1, dim> GaussianMoments<dim>::half_width() const
  {
    Tensor<1, dim> width;
    for (unsigned int d = 0; d < dim; ++d)
      width[d] = reach * deviation[d];
    return width;
  }



  template <int dim>
  void GaussianMoments<dim>::line(const double         a,
                                  const double         h,
                                  const double         centre,
                                  const double         sigma,
                                  std::vector<double> &moments)
  {
    const unsigned int n = basis.lines.size();
    moments.assign(n, 0.);
    if (h < sigma)
      {
        // A smooth law across the cell
        for (unsigned int q = 0; q < wide_rule.size(); ++q)
          {
            const double u = wide_rule.point(q)[0];
            const double w = wide_rule.weight(q) * h / sigma *
                             normal_density((a + h * u - centre) / sigma);
            for (unsigned int i = 0; i < n; ++i)
              moments[i] += w * wide_values[q * n + i];
          }
        return;
      }
    // l_i(c + s t) = sum_k l_i^(k)(c) s^k/k! t^k with the moments of t
    const double from = (a - centre) / sigma, to = (a + h - centre) / sigma;
    const double c = (centre - a) / h, s = sigma / h;
    std::array<double, 16> powers; // int t^k n(t) dt
    Assert(n <= powers.size(), dealii::ExcInternalError());
    const double at_from = normal_density(from), at_to = normal_density(to);
    double       from_power = 1, to_power = 1; // from^{k-1}, to^{k-1}
    powers[0] = normal_mass(from, to);
    for (unsigned int k = 1; k < n; ++k)
      {
        powers[k] = from_power * at_from - to_power * at_to +
                    (k > 1 ? (k - 1) * powers[k - 2] : 0.);
        from_power *= from;
        to_power *= to;
      }
    derivatives.resize(n);
    for (unsigned int i = 0; i < n; ++i)
      {
        basis.lines[i].value(c, derivatives);
        double scale = 1;
        for (unsigned int k = 0; k < n; ++k)
          {
            moments[i] += derivatives[k] * scale * powers[k];
            scale *= s / (k + 1);
          }
      }
  }



  template <int dim>
  void GaussianMoments<dim>::integrate(const Point<dim>    &lower,
                                       const Point<dim>    &upper,
                                       std::vector<double> &moments)
  {
    moments.assign(basis.size(), 0.);
    if constexpr (dim == 1)
      {
        line(
          lower[0], upper[0] - lower[0], mean[0], deviation[0], inner_moments);
        for (unsigned int i = 0; i < basis.size(); ++i)
          moments[i] = inner_moments[basis[i][0]];
      }
    else if constexpr (dim == 2)
      {
        const unsigned int o = outer, p = 1 - outer;
        const double       h = upper[o] - lower[o];
        // The part of the outer interval where the law meets the cell
        double from = std::max(lower[o], mean[o] - reach * deviation[o]);
        double to   = std::min(upper[o], mean[o] + reach * deviation[o]);
        if (slope != 0)
          {
            double y1 = (lower[p] - reach * remaining - mean[p]) / slope,
                   y2 = (upper[p] + reach * remaining - mean[p]) / slope;
            if (y1 > y2)
              std::swap(y1, y2);
            from = std::max(from, mean[o] + y1);
            to   = std::min(to, mean[o] + y2);
          }
        if (!(to > from))
          return;
        const double scale =
          std::min(deviation[o], remaining / std::max(1e-300, std::abs(slope)));
        const unsigned int n_panels =
          std::max(1., std::ceil((to - from) / scale));
        const double       width = (to - from) / n_panels;
        const unsigned int n     = basis.lines.size();
        outer_values.resize(n);
        for (unsigned int panel = 0; panel < n_panels; ++panel)
          for (unsigned int q = 0; q < panel_rule.size(); ++q)
            {
              const double y = from + (panel + panel_rule.point(q)[0]) * width;
              const double centre = mean[p] + slope * (y - mean[o]);
              // The ellipse beyond which there is nothing
              const double away  = std::max({0.,
                                             (lower[p] - centre) / remaining,
                                             (centre - upper[p]) / remaining});
              const double along = (y - mean[o]) / deviation[o];
              if (away * away + along * along > reach * reach)
                continue;
              const double w = panel_rule.weight(q) * width / deviation[o] *
                               normal_density(along);
              for (unsigned int i = 0; i < n; ++i)
                outer_values[i] = w * basis.lines[i].value((y - lower[o]) / h);
              line(lower[p],
                   upper[p] - lower[p],
                   centre,
                   remaining,
                   inner_moments);
              for (unsigned int i = 0; i < basis.size(); ++i)
                moments[i] +=
                  outer_values[basis[i][o]] * inner_moments[basis[i][p]];
            }
      }
    else
      Assert(false, dealii::ExcNotImplemented());
  }



  template class GaussianMoments<1>;
  template class GaussianMoments<2>;
  template class GaussianMoments<3>;
} // namespace sgdfp
