// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/ensemble_functions.h"

#include "base/text.h"

#include <algorithm>

namespace sgdfp
{
  EnsembleFunctions::EnsembleFunctions(
    const std::vector<std::string> &variables,
    const bool                      has_velocities,
    const std::vector<std::string> &observables)
    : n_parameters(variables.size())
    , n_coordinates(has_velocities ? 2 * n_parameters : n_parameters)
    , names(variables)
  {
    if (has_velocities)
      for (const std::string &v : variables)
        names.push_back("v_" + v);
    names.push_back("loss");
    names.insert(names.end(), observables.begin(), observables.end());

    for (unsigned int i = 0; i < n_coordinates; ++i)
      for (unsigned int j = i; j < n_coordinates; ++j)
        all_pairs.emplace_back(i, j);
    for (unsigned int f = n_coordinates; f < size(); ++f)
      all_pairs.emplace_back(f, f);
  }



  unsigned int EnsembleFunctions::size() const
  {
    return names.size();
  }



  std::string EnsembleFunctions::name(const unsigned int f) const
  {
    return names[f];
  }



  std::string EnsembleFunctions::path(const unsigned int f) const
  {
    if (f < n_coordinates)
      return "parameters/" + names[f];
    return f == n_coordinates ? names[f] : "observables/" + names[f];
  }



  const std::vector<UnitAverages::Pair> &EnsembleFunctions::pairs() const
  {
    return all_pairs;
  }



  unsigned int EnsembleFunctions::pair(const unsigned int i,
                                       const unsigned int j) const
  {
    return std::find(all_pairs.begin(),
                     all_pairs.end(),
                     UnitAverages::Pair(std::min(i, j), std::max(i, j))) -
           all_pairs.begin();
  }



  void EnsembleFunctions::summarise_moments(const UnitAverages &averages,
                                            Summary            &summary) const
  {
    using Json            = Summary::Json;
    const auto covariance = [&](const unsigned int n, const bool is_error) {
      Json matrix = Json::array();
      for (unsigned int i = 0; i < n; ++i)
        {
          matrix.push_back(Json::array());
          for (unsigned int j = 0; j < n; ++j)
            {
              const auto found = averages.covariance(pair(i, j));
              matrix.back().push_back(is_error ? found.standard_error :
                                                 found.value);
            }
        }
      return matrix;
    };
    Json mean = Json::array(), error = Json::array();
    for (unsigned int i = 0; i < n_parameters; ++i)
      {
        mean.push_back(averages.mean(i).value);
        error.push_back(averages.mean(i).standard_error);
      }
    summary.set("moments/mean", mean);
    summary.set("moments/mean_standard_error", error);
    const auto set_covariance = [&](const std::string &name,
                                    const unsigned int n) {
      summary.set("moments/" + name, covariance(n, false));
      summary.set("moments/" + name + "_standard_error", covariance(n, true));
    };
    set_covariance("covariance", n_parameters);
    if (n_coordinates > n_parameters)
      set_covariance("phase_covariance", n_coordinates);
  }



  void EnsembleFunctions::summarise(const UnitAverages &averages,
                                    Summary            &summary) const
  {
    summarise_moments(averages, summary);
    for (unsigned int f = 0; f < size(); ++f)
      {
        if (f >= n_parameters && f < n_coordinates)
          continue;
        const auto mean     = averages.mean(f);
        const auto variance = averages.covariance(pair(f, f));
        summary.set(path(f) + "/mean", mean.value);
        summary.set(path(f) + "/standard_error", mean.standard_error);
        summary.set(path(f) + "/variance", variance.value);
        summary.set(path(f) + "/variance_standard_error",
                    variance.standard_error);
        // A function that does not vary has no such size.
        if (mean.standard_error > 0)
          summary.set(path(f) + "/effective_samples",
                      averages.effective_samples(pair(f, f)));
        else
          summary.set_null(path(f) + "/effective_samples", "it is constant");
      }
  }



  std::string EnsembleFunctions::lines(const UnitAverages &averages) const
  {
    std::string text;
    for (unsigned int f = 0; f < size(); ++f)
      if (f < n_parameters || f >= n_coordinates)
        text += "  E[" + names[f] + "] = " + to_text(averages.mean(f).value) +
                " +- " + to_text(averages.mean(f).standard_error) + "\n";
    return text;
  }
} // namespace sgdfp
