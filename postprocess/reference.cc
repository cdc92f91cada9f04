// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/reference.h"

#include "base/errors.h"
#include "base/text.h"

#include <deal.II/base/numbers.h>
#include <deal.II/base/utilities.h>

#include <cmath>
#include <cstdlib>

namespace sgdfp
{
  void ReferenceParameters::add_parameters(dealii::ParameterHandler &prm)
  {
    namespace Patterns = dealii::Patterns;
    prm.enter_subsection("Reference");
    prm.add_parameter(
      "temperature",
      temperature,
      "Temperature of the tempered posterior exp(-L/T) that the "
      "law is compared with: auto (T*, the closest in KL), "
      "nominal (trace of D over the dimension, averaged over "
      "the law), a number, or bayes: the posterior exp(-n beta L/noise "
      "variance) prior of n samples, weight decay not part of L");
    prm.add_parameter("samples",
                      samples,
                      "bayes: number n of samples",
                      Patterns::Double(0));
    prm.add_parameter("inverse temperature",
                      inverse_temperature,
                      "bayes: beta",
                      Patterns::Double(0));
    prm.add_parameter("noise variance",
                      noise_variance,
                      "bayes: variance of the likelihood",
                      Patterns::Double(0));
    prm.add_parameter("prior",
                      prior,
                      "bayes: gaussian STANDARD_DEVIATION, flat, or an "
                      "expression for the density (up to a factor)");
    prm.add_parameter("follow training",
                      follow_training,
                      "sgdfp-transient: at every step compare p_t too with the "
                      "posterior of the n = batch size * t/learning rate "
                      "samples seen so far");
    prm.leave_subsection();
  }



  void ReferenceParameters::check() const
  {
    for (const auto &[name, value] :
         {std::make_pair("samples", samples),
          std::make_pair("inverse temperature", inverse_temperature),
          std::make_pair("noise variance", noise_variance)})
      if (!(value > 0))
        throw EntryError(std::string("Reference/") + name,
                         to_text(value),
                         "must be positive",
                         "For no data at all compare with the prior in "
                         "another way; for a flat posterior use a small "
                         "number.");
    if (temperature == "auto" || temperature == "nominal" ||
        temperature == "bayes")
      return;
    const auto value = to_number(temperature);
    if (!value || *value <= 0)
      throw EntryError("Reference/temperature",
                       temperature,
                       "must be auto, nominal, bayes or a positive number",
                       "Use auto for the closest temperature T*.");
  }



  template <int dim>
  std::function<double(const dealii::Point<dim> &)>
  minus_log_prior(const ReferenceParameters &parameters,
                  const Vocabulary          &vocabulary)
  {
    const std::string prior = dealii::Utilities::trim(parameters.prior);
    if (prior == "flat")
      return [](const dealii::Point<dim> &) { return 0.; };
    if (prior.compare(0, 8, "gaussian") == 0)
      {
        const std::string number    = dealii::Utilities::trim(prior.substr(8));
        char             *end       = nullptr;
        const double      deviation = std::strtod(number.c_str(), &end);
        if (number.empty() || *end != '\0' || !(deviation > 0) ||
            !std::isfinite(deviation))
          throw EntryError("Reference/prior",
                           parameters.prior,
                           "its standard deviation must be a positive number",
                           "Write gaussian 1, flat, or an expression.");
        const double normalisation =
          dim * (std::log(deviation) + 0.5 * std::log(2 * dealii::numbers::PI));
        return [deviation, normalisation](const dealii::Point<dim> &theta) {
          return 0.5 * theta.square() / (deviation * deviation) + normalisation;
        };
      }
    const ExpressionTape tape(
      {parse_entry("Reference/prior", parameters.prior, vocabulary)});
    return [tape, text = parameters.prior](const dealii::Point<dim> &theta) {
      double density;
      tape.evaluate(theta.begin_raw(), &density);
      if (!(density >= 0) || !std::isfinite(density))
        throw EntryError("Reference/prior",
                         text,
                         "it is " + to_text(density) + " at " + to_text(theta),
                         "A density is nowhere negative or infinite.");
      return -std::log(density);
    };
  }



  template <int dim>
  typename GibbsDensity<dim>::Energy
  bayesian_energy(const Loss<dim>           &loss,
                  const ReferenceParameters &parameters,
                  const Vocabulary          &vocabulary)
  {
    const double T = parameters.noise_variance /
                     (parameters.samples * parameters.inverse_temperature);
    return [&loss, T, prior = minus_log_prior<dim>(parameters, vocabulary)](
             const dealii::Point<dim> &theta) {
      return loss.value(theta) - loss.weight_decay_loss(theta) +
             T * prior(theta);
    };
  }



#define INSTANTIATE(dim)                                                      \
  template std::function<double(const dealii::Point<dim> &)> minus_log_prior( \
    const ReferenceParameters &, const Vocabulary &);                         \
  template typename GibbsDensity<dim>::Energy bayesian_energy(                \
    const Loss<dim> &, const ReferenceParameters &, const Vocabulary &);

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE
} // namespace sgdfp
