// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/ensemble_parameters.h"

#include "base/errors.h"

#include <cmath>

namespace sgdfp
{
  void EnsembleParameters::add_parameters(dealii::ParameterHandler &prm)
  {
    namespace Patterns = dealii::Patterns;
    prm.enter_subsection("Ensemble");
    prm.add_parameter("law",
                      law,
                      "stationary: averages over chains and steps after the "
                      "burn-in; final: over chains after the last step",
                      Patterns::Selection("stationary|final"));
    prm.add_parameter("chains",
                      chains,
                      "Independent chains; they run in blocks of 256",
                      Patterns::Integer(2));
    prm.add_parameter("burn in",
                      burn_in,
                      "Steps before averages begin",
                      Patterns::Integer(0));
    prm.add_parameter("steps", steps, "Steps after that", Patterns::Integer(1));
    prm.add_parameter("thinning",
                      thinning,
                      "Every how many steps the chains are looked at",
                      Patterns::Integer(1));
    prm.add_parameter("seed",
                      seed,
                      "The same seed gives the same chains on any number of "
                      "ranks",
                      Patterns::Integer(0));
    prm.add_parameter("bins",
                      bins,
                      "Of the histogram over the box of Domain, per direction",
                      Patterns::Integer(1));
    prm.add_parameter("samples",
                      samples,
                      "Last states of that many chains in samples.csv",
                      Patterns::Integer(0));
    prm.leave_subsection();
  }



  void EnsembleParameters::check(const unsigned int dimension) const
  {
    if (is_stationary() && steps / thinning < 2)
      throw EntryError("Ensemble/thinning",
                       std::to_string(thinning),
                       "the chains would be looked at less than twice in " +
                         std::to_string(steps) + " steps",
                       "Choose a smaller one, or law = final.");
    constexpr unsigned int most_chains = 100000000; // 2 GB per parameter
    if (chains > most_chains)
      throw EntryError("Ensemble/chains",
                       std::to_string(chains),
                       "1e8 are the most",
                       "Let fewer chains make more steps.");
    if (samples > chains)
      throw EntryError("Ensemble/samples",
                       std::to_string(samples),
                       "there are only " + std::to_string(chains) + " chains",
                       "Choose fewer samples or more chains.");
    if (std::pow(static_cast<double>(bins), dimension) > 1e7)
      throw EntryError("Ensemble/bins",
                       std::to_string(bins),
                       "the histogram would have more than 1e7 bins",
                       "Choose fewer per direction.");
  }



  bool EnsembleParameters::is_stationary() const
  {
    return law == "stationary";
  }



  std::uint64_t EnsembleParameters::n_observations() const
  {
    return is_stationary() ? steps / thinning : 1;
  }
} // namespace sgdfp
