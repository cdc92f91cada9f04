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
    /// Expressions of c(theta) in b = -grad L + c, or empty
    std::string additional_drift;

    void add_parameters(dealii::ParameterHandler &prm);

    /// @throws EntryError unless the learning rate is positive.
    void check() const;

    /// Covariance of the batch gradient is C/B times this: 1 with replacement
    /// or for a population, else (1 - B/n) n/(n-1) [numerics.md, 8].
    /// @param n_samples rows of the data file, 0 for a population
    /// @throws EntryError for a batch larger than the data.
    double sampling_factor(const unsigned int n_samples) const;
  };
} // namespace sgdfp

#endif
