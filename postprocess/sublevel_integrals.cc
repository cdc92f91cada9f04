// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/sublevel_integrals.h"

#include <deal.II/base/mpi.h>

#include <boost/math/tools/toms748_solve.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace sgdfp
{
  using dealii::Point;

  namespace
  {
    /// Pieces in which critical points of K along a line are looked for.
    constexpr unsigned int n_search = 32;

    /// Where f, of different signs at a and b, is 0.
    template <typename Function>
    double root(const Function &f,
                const double    a,
                const double    b,
                const double    f_a,
                const double    f_b)
    {
      if (a > b)
        return root(f, b, a, f_b, f_a);
      if (f_a == 0)
        return a;
      if (f_b == 0)
        return b;
      std::uintmax_t n_steps = 100;
      const auto     ends    = boost::math::tools::toms748_solve(
        f,
        a,
        b,
        f_a,
        f_b,
        [](const double x, const double y) {
          return std::abs(x - y) <= 4e-16 * std::max(std::abs(x), std::abs(y));
        },
        n_steps);
      return (ends.first + ends.second) / 2;
    }
  } // namespace



  template <int dim>
  SublevelIntegrals<dim>::SublevelIntegrals(const Loss<dim>  &loss,
                                            const double      minimum,
                                            const Point<dim> &lower,
                                            const Point<dim> &upper,
                                            const double      tolerance,
                                            const MPI_Comm    communicator)
    : loss(loss)
    , minimum(minimum)
    , lower(lower)
    , upper(upper)
    , tolerance(tolerance)
    , communicator(communicator)
  {}



  template <int dim>
  double SublevelIntegrals<dim>::K(const Point<dim> &theta) const
  {
    return std::max(0., loss.value(theta) - minimum);
  }



  template <int dim>
  unsigned int SublevelIntegrals<dim>::n_components() const
  {
    return 3 * n.size() + levels.size();
  }



  template <int dim>
  QuadratureTolerance
  SublevelIntegrals<dim>::tolerances(const unsigned int d,
                                     const Values      &absolute) const
  {
    // Integrals that are integrands must not look rough.
    const double        part = tolerance * std::pow(0.3, d);
    QuadratureTolerance result;
    for (const double N : n)
      for (unsigned int k = 0; k < 3; ++k)
        result.relative.push_back(std::max(part, 10 * noise * N));
    // Lengths have kinks where the set reaches a side of the box, areas have
    // roots where a line touches it.
    for (const double eps : levels)
      result.relative.push_back(
        std::max({1e-8, 10 * (dim == 3 ? tolerance : part), 10 * noise / eps}));
    result.absolute = absolute;
    return result;
  }



  template <int dim>
  std::vector<double>
  SublevelIntegrals<dim>::negligible(const Values &peak) const
  {
    // A peak is at least K^(-1/2) wide in every coordinate around it.
    const auto share = [&](const double K) {
      return 0.1 * tolerance * std::pow(std::min(1., K), (dim - 1) / 2.);
    };
    Values result = peak;
    for (unsigned int j = 0; j < n.size(); ++j)
      for (unsigned int k = 0; k < 3; ++k)
        result[3 * j + k] *= share(1 / n[j]);
    for (unsigned int l = 0; l < levels.size(); ++l)
      result[3 * n.size() + l] *= share(levels[l]);
    return result;
  }



  template <int dim>
  void SublevelIntegrals<dim>::compute(const std::vector<double> &wanted_levels,
                                       const std::vector<double> &wanted_n,
                                       const double               the_noise)
  {
    noise                   = the_noise;
    constexpr double enough = 1e-3; // of K, relative
    levels.clear();
    n.clear();
    for (const double eps : wanted_levels)
      if (noise <= enough * eps)
        levels.push_back(eps);
    for (const double N : wanted_n)
      if (noise * N <= enough)
        n.push_back(N);

    const unsigned int rank =
                         dealii::Utilities::MPI::this_mpi_process(communicator),
                       n_ranks =
                         dealii::Utilities::MPI::n_mpi_processes(communicator);
    Values                peak(n_components(), 0.);
    const VectorIntegrand f = [&](const std::vector<double> &x,
                                  std::vector<double>       &values) {
      const Values absolute = negligible(peak);
      for (std::size_t i = rank; i < x.size(); i += n_ranks)
        {
          Point<dim> theta;
          theta[0]          = x[i];
          const Values part = over(1, theta, absolute);
          std::copy(part.begin(), part.end(), &values[i * n_components()]);
        }
      dealii::Utilities::MPI::sum(values, communicator, values);
      for (std::size_t i = 0; i < values.size(); ++i)
        {
          double &highest = peak[i % n_components()];
          highest         = std::max(highest, values[i]);
        }
    };

    VectorIntegral result;
    if constexpr (dim == 1)
      {
        Point<1> theta;
        result.value = along_line(theta, peak);
        result.error.resize(result.value.size());
        for (unsigned int c = 0; c < n_components(); ++c)
          result.error[c] = tolerances(0, peak).relative[c] * result.value[c];
        result.has_converged = true;
      }
    else
      {
        auto what  = tolerances(0, peak);
        what.batch = 8;
        std::vector<double> breakpoints;
        for (unsigned int i = 0; i <= 8; ++i)
          breakpoints.push_back(lower[0] + (upper[0] - lower[0]) * i / 8);
        result = integrate(f, breakpoints, what);
      }
    has_converged = result.has_converged;
    log_Z.clear();
    n_mean.clear();
    heat_capacity.clear();
    Z_errors.clear();
    volume_errors.clear();
    volumes.assign(result.value.begin() + 3 * n.size(), result.value.end());
    for (unsigned int i = 0; i < levels.size(); ++i)
      volume_errors.push_back(
        volumes[i] > 0 ? result.error[3 * n.size() + i] / volumes[i] : 1.);
    for (unsigned int i = 0; i < n.size(); ++i)
      {
        const double *Z = &result.value[3 * i];
        log_Z.push_back(std::log(Z[0]));
        n_mean.push_back(Z[1] / Z[0]);
        heat_capacity.push_back(Z[2] / Z[0] - std::pow(Z[1] / Z[0], 2));
        Z_errors.push_back(result.error[3 * i] / Z[0]);
      }
  }



  template <int dim>
  std::vector<double> SublevelIntegrals<dim>::over(const unsigned int d,
                                                   Point<dim>        &theta,
                                                   const Values &absolute) const
  {
    if (d + 1 >= dim)
      return along_line(theta, absolute);
    const VectorIntegrand f = [&](const std::vector<double> &x,
                                  std::vector<double>       &values) {
      for (std::size_t i = 0; i < x.size(); ++i)
        {
          theta[d]          = x[i];
          const Values part = over(d + 1, theta, absolute);
          std::copy(part.begin(), part.end(), &values[i * n_components()]);
        }
    };
    std::vector<double> breakpoints;
    for (unsigned int i = 0; i <= 4; ++i)
      breakpoints.push_back(lower[d] + (upper[d] - lower[d]) * i / 4);
    return integrate(f, breakpoints, tolerances(d, absolute)).value;
  }



  template <int dim>
  std::vector<double>
  SublevelIntegrals<dim>::monotone_pieces(Point<dim> &theta) const
  {
    const unsigned int d     = dim - 1;
    const auto         slope = [&](const double x) {
      theta[d] = x;
      return loss.gradient(theta)[d];
    };
    std::vector<double> ends = {lower[d]};
    double              a = lower[d], slope_a = slope(a);
    for (unsigned int i = 1; i <= n_search; ++i)
      {
        const double b       = lower[d] + (upper[d] - lower[d]) * i / n_search,
                     slope_b = slope(b);
        if (slope_b == 0 && i < n_search)
          ends.push_back(b);
        else if (slope_a * slope_b < 0)
          ends.push_back(root(slope, a, b, slope_a, slope_b));
        a       = b;
        slope_a = slope_b;
      }
    ends.push_back(upper[d]);
    return ends;
  }



  template <int dim>
  void SublevelIntegrals<dim>::add_lengths(const std::vector<double> &ends,
                                           Point<dim>                &theta,
                                           Values &values) const
  {
    const auto at = [&](const double x) {
      theta[dim - 1] = x;
      return K(theta);
    };
    for (unsigned int i = 0; i + 1 < ends.size(); ++i)
      {
        // From where K is small to where it is large
        double inner = ends[i], outer = ends[i + 1];
        double K_inner = at(inner), K_outer = at(outer);
        if (K_inner > K_outer)
          {
            std::swap(inner, outer);
            std::swap(K_inner, K_outer);
          }
        // Levels descend: each root is a bracket of the next.
        double end = outer, K_end = K_outer;
        for (unsigned int l = 0; l < levels.size(); ++l)
          {
            const double eps = levels[l];
            if (K_inner >= eps)
              break;
            if (K_end >= eps)
              {
                end   = root([&](const double x) { return at(x) - eps; },
                           inner,
                           end,
                           K_inner - eps,
                           K_end - eps);
                K_end = eps;
              }
            values[3 * n.size() + l] += std::abs(end - inner);
          }
      }
  }



  template <int dim>
  std::vector<double>
  SublevelIntegrals<dim>::along_line(Point<dim>   &theta,
                                     const Values &absolute) const
  {
    const auto ends = monotone_pieces(theta);
    auto       what = tolerances(dim - 1, absolute);
    what.relative.resize(3 * n.size());
    what.absolute.resize(3 * n.size());
    const VectorIntegrand f = [&](const std::vector<double> &x,
                                  std::vector<double>       &values) {
      double *value = values.data();
      for (std::size_t i = 0; i < x.size(); ++i, value += 3 * n.size())
        {
          theta[dim - 1] = x[i];
          const double k = K(theta);
          for (unsigned int j = 0; j < n.size(); ++j)
            {
              const double nK = n[j] * k, weight = std::exp(-nK);
              if (weight == 0)
                break; // n ascends
              value[3 * j]     = weight;
              value[3 * j + 1] = nK * weight;
              value[3 * j + 2] = nK * nK * weight;
            }
        }
    };
    Values result(n_components(), 0.);
    if (!n.empty())
      {
        const auto Z = integrate(f, ends, what).value;
        std::copy(Z.begin(), Z.end(), result.begin());
      }
    add_lengths(ends, theta, result);
    return result;
  }



  template class SublevelIntegrals<1>;
  template class SublevelIntegrals<2>;
  template class SublevelIntegrals<3>;
} // namespace sgdfp
