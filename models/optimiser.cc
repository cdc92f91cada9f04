// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/optimiser.h"

#include "base/errors.h"
#include "base/text.h"

#include <cmath>


namespace sgdfp
{
  void OptimiserParameters::add_parameters(dealii::ParameterHandler &prm)
  {
    namespace Patterns = dealii::Patterns;
    prm.enter_subsection("Optimiser");
    prm.add_parameter("learning rate",
                      learning_rate,
                      "eta, step of SGD in units of time t = eta k",
                      Patterns::Double(0));
    prm.add_parameter("batch size",
                      batch_size,
                      "B, samples per SGD step",
                      Patterns::Integer(1));
    prm.add_parameter("sampling",
                      sampling,
                      "How a batch is drawn from a data file; a population is "
                      "infinite, both are the same",
                      Patterns::Selection("with replacement|without "
                                          "replacement"));
    prm.add_parameter("momentum",
                      momentum,
                      "mu of heavy-ball momentum, v' = mu v - eta g, theta' = "
                      "theta + v'; > 0: underdamped dynamics in phase space, "
                      "t = k sqrt(learning rate), with D at learning rate "
                      "eta/(1 - mu)",
                      Patterns::Double(0));
    prm.add_parameter("friction",
                      friction,
                      "gamma of the underdamped dynamics: auto is (1 - "
                      "momentum)/sqrt(learning rate); a number makes the "
                      "dynamics underdamped too");
    prm.add_parameter("drift",
                      drift,
                      "gradient flow: -grad L, SGD to first order in the "
                      "learning rate; second order: drift and noise with the "
                      "terms of the next order; central flow: the centre of "
                      "the oscillation at the edge of stability",
                      Patterns::Selection("gradient flow|second order|"
                                          "central flow"));
    prm.add_parameter("time",
                      time,
                      "continuous: a stochastic differential equation; "
                      "discrete: the chain of steps theta + eta b + sqrt(2 eta "
                      "D) z, by its transfer operator (one and two parameters)",
                      Patterns::Selection("continuous|discrete"));
    prm.add_parameter("additional drift",
                      additional_drift,
                      "c(theta) in b = -grad L + c, per unit t: one expression "
                      "per parameter, separated by commas, for an update that "
                      "is no gradient; none if empty");
    prm.leave_subsection();
  }



  void OptimiserParameters::check() const
  {
    if (!(learning_rate > 0))
      throw EntryError("Optimiser/learning rate",
                       to_text(learning_rate),
                       "must be positive",
                       "Typical values are 0.001 to 1.");
    if (!(momentum < 1))
      throw EntryError("Optimiser/momentum",
                       to_text(momentum),
                       "must be below 1",
                       "Typical values are 0.5 to 0.99; 0 is plain SGD.");
    if (is_modified() && is_underdamped())
      throw EntryError("Optimiser/drift",
                       drift,
                       "is the equation of SGD without momentum",
                       "Set momentum = 0 and friction = auto, or drift = "
                       "gradient flow.");
    if (is_discrete() && (is_underdamped() || is_modified()))
      throw EntryError("Optimiser/time",
                       time,
                       "is the chain of plain SGD itself",
                       "Set momentum = 0, friction = auto and drift = gradient "
                       "flow, or time = continuous.");
    if (is_modified() && !additional_drift.empty())
      throw EntryError("Optimiser/drift",
                       drift,
                       "is not known for an additional drift",
                       "Leave additional drift empty, or set drift = gradient "
                       "flow.");
    if (friction == "auto")
      return;
    const auto number = to_number(friction);
    if (!number || !(*number > 0))
      throw EntryError("Optimiser/friction",
                       friction,
                       "must be a positive number, per unit t, or auto",
                       "auto is (1 - momentum)/sqrt(learning rate).");
  }



  bool OptimiserParameters::is_modified() const
  {
    return is_second_order() || is_central_flow();
  }



  bool OptimiserParameters::is_central_flow() const
  {
    return drift == "central flow";
  }



  bool OptimiserParameters::is_discrete() const
  {
    return time == "discrete";
  }



  OptimiserParameters OptimiserParameters::plain() const
  {
    OptimiserParameters result = *this;
    result.drift               = "gradient flow";
    result.time                = "continuous";
    return result;
  }



  bool OptimiserParameters::is_second_order() const
  {
    return drift == "second order";
  }



  bool OptimiserParameters::is_underdamped() const
  {
    return momentum > 0 || friction != "auto";
  }



  double OptimiserParameters::friction_rate() const
  {
    return friction == "auto" ? (1 - momentum) / std::sqrt(learning_rate) :
                                *to_number(friction);
  }



  double OptimiserParameters::effective_learning_rate() const
  {
    return learning_rate / (1 - momentum);
  }



  void OptimiserParameters::check_weights(const bool has_shares) const
  {
    if (has_shares && sampling != "with replacement")
      throw EntryError("Optimiser/sampling",
                       sampling,
                       "rows of the data file have weights other than 0 and 1, "
                       "by which rows can only be drawn with replacement",
                       "Set sampling = with replacement, or use the weights 0 "
                       "and 1.");
  }



  double
  OptimiserParameters::sampling_factor(const unsigned int n_samples) const
  {
    if (sampling == "with replacement" || n_samples == 0)
      return 1;
    if (batch_size > n_samples)
      throw EntryError("Optimiser/batch size",
                       std::to_string(batch_size),
                       "the data file has only " + std::to_string(n_samples) +
                         " rows",
                       "Choose a smaller batch or sampling = with "
                       "replacement.");
    if (n_samples == 1)
      return 0;
    const double n = n_samples;
    return (1 - batch_size / n) * n / (n - 1);
  }



  double
  OptimiserParameters::third_sampling_factor(const unsigned int n_samples) const
  {
    if (sampling == "with replacement" || n_samples == 0)
      return 1;
    if (n_samples < 3)
      return 0;
    const double n = n_samples, B = batch_size;
    return (n - B) * (n - 2 * B) / ((n - 1) * (n - 2));
  }
} // namespace sgdfp
