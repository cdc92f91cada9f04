// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/training_posterior.h"

#include <deal.II/base/mpi.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace sgdfp
{
  template <int dim>
  TrainingPosterior<dim>::TrainingPosterior(
    const std::shared_ptr<const Loss<dim>> &loss,
    const double                            minimum,
    const ReferenceParameters              &parameters,
    const Vocabulary                       &vocabulary,
    const double                            samples_per_time)
    : loss(loss)
    , minimum(minimum)
    , factor(parameters.inverse_temperature / parameters.noise_variance)
    , samples_per_time(samples_per_time)
    , minus_log_prior(sgdfp::minus_log_prior<dim>(parameters, vocabulary))
  {}



  template <int dim>
  std::vector<std::string> TrainingPosterior<dim>::columns()
  {
    return {"samples_seen",
            "kl_to_posterior",
            "lambda_sgd",
            "lambda_posterior",
            "free_energy_sgd",
            "free_energy_posterior"};
  }



  template <int dim>
  void TrainingPosterior<dim>::clear()
  {
    for (auto *values : {&energies, &priors, &weights})
      values->clear();
  }



  template <int dim>
  void TrainingPosterior<dim>::add_point(const dealii::Point<dim> &theta,
                                         const double              weight)
  {
    energies.push_back(factor * (loss->value(theta) - minimum));
    priors.push_back(minus_log_prior(theta));
    weights.push_back(weight);
  }



  template <int dim>
  std::vector<double>
  TrainingPosterior<dim>::row(const double               time,
                              const std::vector<double> &densities,
                              const MPI_Comm             communicator) const
  {
    namespace MPI          = dealii::Utilities::MPI;
    const double n         = samples_per_time * time;
    const auto   potential = [&](const std::size_t i) {
      return n * energies[i] + priors[i];
    };
    double lowest = std::numeric_limits<double>::max();
    for (std::size_t i = 0; i < weights.size(); ++i)
      lowest = std::min(lowest, potential(i));
    lowest = MPI::min(lowest, communicator);

    // Of exp(lowest - potential): integral, that of energies, of squares of
    // point masses; E_p of energies
    std::vector<double> sums(4, 0.);
    for (std::size_t i = 0; i < weights.size(); ++i)
      {
        const double q = weights[i] * std::exp(lowest - potential(i));
        sums[0] += q;
        sums[1] += q * energies[i];
        sums[2] += q * q;
        sums[3] += weights[i] * densities[i] * energies[i];
      }
    MPI::sum(sums, communicator, sums);
    constexpr double nan          = std::numeric_limits<double>::quiet_NaN();
    constexpr double least_points = 8;
    const double     lambda_sgd   = n * sums[3];
    if (!(sums[0] * sums[0] > std::pow(least_points, dim) * sums[2]))
      return {n, nan, lambda_sgd, nan, nan, nan};

    double kl = 0;
    for (std::size_t i = 0; i < weights.size(); ++i)
      {
        const double p     = densities[i];
        const double log_q = lowest - potential(i) - std::log(sums[0]);
        const double q     = std::exp(log_q);
        if (p > 0)
          // Of an infinite potential, where the prior is 0: infinite too
          kl += weights[i] * (p * (std::log(p) - log_q) - p + q);
        else
          kl += weights[i] * (q - p);
      }
    kl                       = MPI::sum(kl, communicator);
    const double free_energy = lowest - std::log(sums[0]);
    return {
      n, kl, lambda_sgd, n * sums[1] / sums[0], free_energy + kl, free_energy};
  }



  template class TrainingPosterior<1>;
  template class TrainingPosterior<2>;
  template class TrainingPosterior<3>;
} // namespace sgdfp
