// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_REFERENCE_H
#define SGDFP_POSTPROCESS_REFERENCE_H

#include "base/expression_entry.h"
#include "models/loss.h"

#include <functional>

namespace sgdfp
{
  /// Entries of subsection Reference: the tempered posterior that the law is
  /// compared with.
  struct ReferenceParameters
  {
    std::string temperature         = "auto";
    double      samples             = 100;
    double      inverse_temperature = 1;
    double      noise_variance      = 1;
    std::string prior               = "gaussian 1";
    bool        follow_training     = false;

    void add_parameters(dealii::ParameterHandler &prm);

    /// @throws EntryError for a temperature that is no positive number.
    void check() const;
  };



  /// A density q_T = exp(-U/T)/Z_T on the box. U is the loss (tempered
  /// posterior), or, for the Bayesian posterior of n samples,
  ///
  ///     q ~ exp(-n beta L/s) prior,   T = s/(n beta),   U = L - T log prior,
  ///
  /// L without weight decay, s the noise variance of the likelihood; the prior
  /// is not tempered.
  template <int dim>
  struct GibbsDensity
  {
    using Energy = std::function<double(const dealii::Point<dim> &)>;

    /// log q_T at a point
    double log_density(const dealii::Point<dim> &theta) const
    {
      return log_density_at(energy(theta));
    }

    /// log q_T where the energy is @p u
    double log_density_at(const double u) const
    {
      return -(u - minimum_energy) / temperature - log_partition;
    }

    double temperature;
    double minimum_energy;
    /// log int exp(-(U - minimum_energy)/T)
    double log_partition;
    Energy energy;
  };



  /// -log of the prior; infinite where it is 0.
  /// @throws EntryError for a prior that cannot be read; when called, where an
  /// expression is negative or not finite
  template <int dim>
  std::function<double(const dealii::Point<dim> &)>
  minus_log_prior(const ReferenceParameters &parameters,
                  const Vocabulary          &vocabulary);



  /// U of the Bayesian posterior; see GibbsDensity. Infinite where the prior
  /// is 0.
  /// @throws EntryError for a prior that cannot be read; when called, where an
  /// expression is negative or not finite
  template <int dim>
  typename GibbsDensity<dim>::Energy
  bayesian_energy(const Loss<dim>           &loss,
                  const ReferenceParameters &parameters,
                  const Vocabulary          &vocabulary);
} // namespace sgdfp

#endif
