// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_ENSEMBLE_PARAMETERS_H
#define SGDFP_SOLVERS_ENSEMBLE_PARAMETERS_H

#include <deal.II/base/parameter_handler.h>

#include <cstdint>
#include <string>

namespace sgdfp
{
  /// Entries of subsection Ensemble that say how many chains run, how long, and
  /// what is averaged.
  struct EnsembleParameters
  {
    std::string   law      = "stationary";
    unsigned int  chains   = 10000;
    std::uint64_t burn_in  = 1000;
    std::uint64_t steps    = 10000;
    unsigned int  thinning = 10;
    std::uint64_t seed     = 1;
    unsigned int  bins     = 100;
    unsigned int  samples  = 0;

    void add_parameters(dealii::ParameterHandler &prm);

    /// @throws EntryError
    void check(const unsigned int dimension) const;

    /// Whether averages are over time too, not only over chains.
    bool is_stationary() const;

    /// How often every chain is looked at.
    std::uint64_t n_observations() const;
  };
} // namespace sgdfp

#endif
