// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_ENSEMBLE_FUNCTIONS_H
#define SGDFP_SOLVERS_ENSEMBLE_FUNCTIONS_H

#include "base/summary.h"
#include "postprocess/unit_averages.h"

#include <string>
#include <vector>

namespace sgdfp
{
  /// The functions that an ensemble averages, by number: the parameters, with
  /// momentum their velocities (both: coordinates), the loss, the observables.
  class EnsembleFunctions
  {
  public:
    EnsembleFunctions(const std::vector<std::string> &variables,
                      const bool                      has_velocities,
                      const std::vector<std::string> &observables);

    unsigned int size() const;

    /// As in statistics.csv: "u", "v_u", "loss", ..
    std::string name(const unsigned int f) const;

    /// The pairs whose covariances are wanted: all of coordinates, the square
    /// of the others.
    const std::vector<UnitAverages::Pair> &pairs() const;

    /// Number of a pair, in either order.
    unsigned int pair(const unsigned int i, const unsigned int j) const;

    /// moments: mean [d], covariance [d][d], with momentum phase_covariance
    /// [2d][2d]; parameters, loss, observables: mean, variance,
    /// effective_samples; all with a standard error.
    void summarise(const UnitAverages &averages, Summary &summary) const;

    /// "  E[u] = .1 +- .01" and so on, a line each, without velocities
    std::string lines(const UnitAverages &averages) const;

    const unsigned int n_parameters, n_coordinates;

  private:
    void summarise_moments(const UnitAverages &averages,
                           Summary            &summary) const;

    /// Where it is in summary.json
    std::string path(const unsigned int f) const;

    std::vector<std::string>        names;
    std::vector<UnitAverages::Pair> all_pairs;
  };
} // namespace sgdfp

#endif
