// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/kinetic_statistics.h"

#include "models/extreme_eigenvalues.h"
#include "postprocess/postprocessor.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sgdfp
{
  using dealii::Point;
  using dealii::SymmetricTensor;
  using dealii::Tensor;

  namespace
  {
    // Below this share of the greatest density a law is not seen.
    constexpr double visible = 1e-3;

    // Least over greatest eigenvalue of a D that is singular.
    constexpr double singular = 1e-10;



    template <int dim>
    double mass_at_trimmed(const KineticLaw<dim> &law)
    {
      const auto                         &mesh = law.discretisation;
      typename KineticLaw<dim>::Evaluator at(law, mesh.quadrature);
      double                              sum = 0;
      for (const auto &cell : mesh.dof_handler.active_cell_iterators())
        if (cell->is_locally_owned() && law.generator.space.is_inside(cell) &&
            law.generator.space.is_at_trimmed(cell))
          {
            at.reinit(cell);
            for (unsigned int q = 0; q < mesh.quadrature.size(); ++q)
              sum += std::abs(at(0, q)) * at.points().JxW(q);
          }
      return dealii::Utilities::MPI::sum(sum, mesh.communicator);
    }



    /// At one theta: the larger of |grad D| width/|D| and |curl D^-1 b|
    /// relative to the derivatives of D^-1 b.
    template <int dim>
    double imbalance(const Dynamics<dim> &dynamics,
                     const Point<dim>    &theta,
                     const double         width)
    {
      const auto flux = dynamics.flux(theta, MatrixFieldDerivatives::all);
      const SymmetricTensor<2, dim> &D     = flux.diffusion.value;
      double                         slope = 0;
      for (unsigned int d = 0; d < dim; ++d)
        slope = std::max(slope, flux.diffusion.gradient[d].norm());
      double     result  = slope * width / D.norm();
      const auto inverse = invert(D);
      double     curl = 0, size = 0;
      // The drift of the flux is b where D is constant; elsewhere it does not
      // matter.
      for (unsigned int i = 0; i < dim; ++i)
        {
          const Tensor<1, dim> row = inverse * flux.drift_gradient[i];
          for (unsigned int j = 0; j < dim; ++j)
            {
              const Tensor<1, dim> column = inverse * flux.drift_gradient[j];
              curl = std::max(curl, std::abs(row[j] - column[i]));
              size = std::max(size, std::abs(row[j]));
            }
        }
      return size > 0 ? std::max(result, curl / size) : result;
    }
  } // namespace



  template <int dim>
  KineticStatistics<dim>::KineticStatistics(const KineticLaw<dim> &law,
                                            const Dynamics<dim>   &dynamics)
    : mean(2 * dim, 0.)
    , covariance(2 * dim, std::vector<double>(2 * dim, 0.))
  {
    const MPI_Comm     communicator = law.discretisation.communicator;
    constexpr unsigned n            = 2 * dim;
    // Mass, means, second moments, |current|, heat, greatest density
    std::vector<double> sums(1 + n + n * n + 2, 0.);
    double              greatest = 0, condition = 1;
    const double        gamma = law.generator.scales.friction;
    law.for_each_point([&](const auto        &at,
                           const unsigned int q,
                           const Point<dim>  &theta,
                           const double       JxW) {
      const auto moments = at.moments(q);
      const auto p       = moments.density;
      sums[0] += p * JxW;
      for (unsigned int i = 0; i < dim; ++i)
        {
          sums[1 + i] += theta[i] * p * JxW;
          sums[1 + dim + i] += moments.flux[i] * JxW;
          for (unsigned int j = 0; j < dim; ++j)
            {
              const auto add = [&](const unsigned int row,
                                   const unsigned int column,
                                   const double       value) {
                sums[1 + n + row * n + column] += value * JxW;
              };
              add(i, j, theta[i] * theta[j] * p);
              add(i, dim + j, theta[i] * moments.flux[j]);
              add(dim + j, i, theta[i] * moments.flux[j]);
              add(dim + i, dim + j, moments.second[i][j]);
            }
        }
      sums[1 + n + n * n] += moments.flux.norm() * JxW;
      greatest = std::max(greatest, p);
      const auto D =
        dynamics.diffusion(theta, MatrixFieldDerivatives::divergence).value;
      const auto [low, high] = extreme_eigenvalues<dim>(D);
      if (p > visible * greatest)
        condition = std::min(condition, high > 0 ? low / high : 0.);
      if (low > singular * high)
        sums[2 + n + n * n] +=
          gamma * (invert(D) * moments.second - dim * p) * JxW;
    });
    dealii::Utilities::MPI::sum(sums, communicator, sums);
    greatest  = dealii::Utilities::MPI::max(greatest, communicator);
    condition = dealii::Utilities::MPI::min(condition, communicator);

    const double mass = sums[0];
    for (unsigned int i = 0; i < n; ++i)
      mean[i] = sums[1 + i] / mass;
    for (unsigned int i = 0; i < n; ++i)
      for (unsigned int j = 0; j < n; ++j)
        covariance[i][j] = sums[1 + n + i * n + j] / mass - mean[i] * mean[j];
    current = sums[1 + n + n * n];
    if (condition > singular)
      entropy_production = sums[2 + n + n * n];

    double width = 0;
    for (unsigned int i = 0; i < dim; ++i)
      width += covariance[i][i];
    width        = std::sqrt(width);
    double least = std::numeric_limits<double>::infinity(), most = 0;
    double worst = 0;
    law.for_each_point([&](const auto        &at,
                           const unsigned int q,
                           const Point<dim>  &theta,
                           const double) {
      const auto moments = at.moments(q);
      if (!(moments.density > visible * greatest))
        return;
      const auto [low, high] =
        extreme_eigenvalues<dim>(moments.second / moments.density);
      least = std::min(least, low);
      most  = std::max(most, high);
      if (condition > singular)
        worst = std::max(worst, imbalance(dynamics, theta, width));
    });
    least_temperature    = dealii::Utilities::MPI::min(least, communicator);
    greatest_temperature = dealii::Utilities::MPI::max(most, communicator);
    if (condition > singular)
      certificate = dealii::Utilities::MPI::max(worst, communicator);

    trimmed_edge_mass = mass_at_trimmed(law);
  }



  template <int dim>
  double negative_phase_mass(const KineticLaw<dim> &law)
  {
    // The trapezoidal rule in v_i/s_i, which for what decays like a Gaussian
    // has no error to speak of.
    constexpr int                    n       = 20;
    constexpr double                 step    = 0.3;
    const auto                      &indices = law.generator.indices;
    std::vector<std::vector<double>> hermite;
    std::vector<double>              weights;
    for (int k = -n; k <= n; ++k)
      {
        const double xi = k * step;
        hermite.emplace_back();
        evaluate_hermite(xi, indices.degree, hermite.back());
        weights.push_back(step * std::exp(-0.5 * xi * xi) /
                          std::sqrt(2 * dealii::numbers::PI));
      }
    const unsigned int  n_points = weights.size(), N = indices.degree;
    std::vector<double> partial(N + 1);
    double              sum = 0;
    law.for_each_point([&](const auto        &at,
                           const unsigned int q,
                           const Point<dim> &,
                           const double JxW) {
      for (unsigned int b = 0; b < (dim == 1 ? 1 : n_points); ++b)
        {
          // Sum over n_2 first, for every n_1.
          std::fill(partial.begin(), partial.end(), 0.);
          for (unsigned int i = 0; i < indices.size(); ++i)
            partial[indices[i][0]] +=
              at(i, q) * (dim == 1 ? 1. : hermite[b][indices[i][dim - 1]]);
          for (unsigned int a = 0; a < n_points; ++a)
            {
              double f = 0;
              for (unsigned int m = 0; m <= N; ++m)
                f += partial[m] * hermite[a][m];
              sum += std::max(0., -f) * weights[a] *
                     (dim == 1 ? 1. : weights[b]) * JxW;
            }
        }
    });
    return dealii::Utilities::MPI::sum(sum, law.discretisation.communicator);
  }



  template <int dim>
  void KineticStatistics<dim>::report(Summary &summary) const
  {
    summary.set("moments/phase_covariance", covariance);
    Summary::Json temperature = Summary::Json::array(), velocity = temperature;
    for (unsigned int i = 0; i < dim; ++i)
      {
        Summary::Json row = Summary::Json::array();
        for (unsigned int j = 0; j < dim; ++j)
          row.push_back(covariance[dim + i][dim + j] +
                        mean[dim + i] * mean[dim + j]);
        temperature.push_back(row);
        velocity.push_back(mean[dim + i]);
      }
    summary.set("kinetic/mean_velocity", velocity);
    summary.set("kinetic/mean_temperature", temperature);
    summary.set("kinetic/temperature_minimum", least_temperature);
    summary.set("kinetic/temperature_maximum", greatest_temperature);

    summary.set("kinetic/trimmed_edge_mass", trimmed_edge_mass);
    const std::string is_singular = "D is singular in the law";
    if (certificate)
      summary.set("detailed_balance/certificate", *certificate);
    else
      summary.set_null("detailed_balance/certificate", is_singular);
    if (entropy_production)
      summary.set("detailed_balance/entropy_production", *entropy_production);
    else
      summary.set_null("detailed_balance/entropy_production", is_singular);
  }



  template struct KineticStatistics<1>;
  template struct KineticStatistics<2>;
  template double negative_phase_mass(const KineticLaw<1> &);
  template double negative_phase_mass(const KineticLaw<2> &);
} // namespace sgdfp
