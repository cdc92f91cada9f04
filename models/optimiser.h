// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_OPTIMISER_H
#define SGDFP_MODELS_OPTIMISER_H

#include <deal.II/base/parameter_handler.h>

#include <string>

namespace sgdfp
{
  /// Entries of subsection Optimiser: theta' = theta - eta * (mean of the
  /// gradients of a batch of B samples).
  struct OptimiserParameters
  {
    double       learning_rate = 0.1;
    unsigned int batch_size    = 1;
    std::string  sampling      = "with replacement";
    /// mu in v' = mu v - eta g, theta' = theta + v'
    double momentum = 0;
    /// "auto" or a number
    std::string friction = "auto";
    /// gradient flow | second order | central flow
    std::string drift = "gradient flow";
    /// continuous | discrete
    std::string time = "continuous";
    /// Expressions of c(theta) in b = -grad L + c, or empty
    std::string additional_drift;

    void add_parameters(dealii::ParameterHandler &prm);

    /// Whether drift and noise are those of a ModifiedEquation: one of the next
    /// two.
    bool is_modified() const;

    bool is_second_order() const;

    bool is_central_flow() const;

    /// Whether the dynamics is the chain of steps itself.
    bool is_discrete() const;

    /// SGD itself, whatever stands for it.
    OptimiserParameters plain() const;

    /// Whether the dynamics has velocities: a momentum, or a friction.
    bool is_underdamped() const;

    /// gamma = (1 - mu)/sqrt(eta) per unit of t = k sqrt(eta), or what the case
    /// says; only where is_underdamped().
    double friction_rate() const;

    /// eta/(1 - mu): plain SGD with it has the same overdamped limit.
    double effective_learning_rate() const;

    /// @throws EntryError unless the learning rate is positive, momentum in [0,
    /// 1) and friction a positive number or auto; and for a drift that does not
    /// go with momentum or additional drift.
    void check() const;

    /// @param has_shares whether rows of the data have weights other than 0
    /// and 1
    /// @throws EntryError where that has no meaning
    void check_weights(const bool has_shares) const;

    /// Covariance of the batch gradient is C/B times this: 1 with replacement
    /// or for a population, else (1 - B/n) n/(n-1) [numerics.md, 8].
    /// @param n_samples rows of the data file, 0 for a population
    /// @throws EntryError for a batch larger than the data.
    double sampling_factor(const unsigned int n_samples) const;

    /// The third central moments of the batch gradient are those of a sample's
    /// over B^2 times this: 1 with replacement or for a population, else
    /// (n - B)(n - 2B)/((n - 1)(n - 2)).
    double third_sampling_factor(const unsigned int n_samples) const;
  };
} // namespace sgdfp

#endif
