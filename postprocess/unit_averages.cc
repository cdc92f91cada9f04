// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/unit_averages.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sgdfp
{
  namespace
  {
    constexpr std::size_t enough_units  = 64;
    constexpr std::size_t enough_chains = 16;



    /// At least the two halves of a chain.
    std::size_t choose_batches(const std::size_t n_chains,
                               const std::size_t n_samples)
    {
      std::size_t wanted =
        (n_chains >= enough_units ? 2 :
                                    (enough_units + n_chains - 1) / n_chains);
      wanted += wanted % 2;
      return n_samples >= wanted ? wanted : n_samples >= 2 ? 2 : 1;
    }
  } // namespace



  UnitAverages::UnitAverages(const MPI_Comm             communicator,
                             const std::size_t          n_local,
                             const std::size_t          n_chains,
                             const std::size_t          n_samples_per_chain,
                             const std::vector<Pair>   &pairs,
                             const std::vector<double> &reference)
    : communicator(communicator)
    , n_local(n_local)
    , n_chains(n_chains)
    , n_samples_per_chain(n_samples_per_chain)
    , pairs(pairs)
    , reference(reference)
    , n_functions(reference.size())
    , n_sums(reference.size() + pairs.size())
    , n_batches(choose_batches(n_chains, n_samples_per_chain))
    , sums(n_local * n_batches * n_sums, 0.)
  {}



  void UnitAverages::add(const std::size_t          local_chain,
                         const std::size_t          sample,
                         const std::vector<double> &values)
  {
    const std::size_t batch = sample * n_batches / n_samples_per_chain;
    double           *sum   = &sums[(local_chain * n_batches + batch) * n_sums];
    for (unsigned int i = 0; i < n_functions; ++i)
      sum[i] += values[i] - reference[i];
    for (unsigned int k = 0; k < pairs.size(); ++k)
      {
        const auto [i, j] = pairs[k];
        sum[n_functions + k] +=
          (values[i] - reference[i]) * (values[j] - reference[j]);
      }
  }



  template <typename Use>
  std::vector<double> UnitAverages::sum_over_units(const unsigned int n_results,
                                                   const Use         &use) const
  {
    std::vector<double> result(n_results, 0.);
    std::vector<double> unit(n_sums);
    const bool          by_chain = (n_chains >= enough_units);
    const std::size_t   n_parts  = (by_chain ? n_batches : 1);
    const double        n_samples =
      static_cast<double>(n_samples_per_chain) * n_parts / n_batches;
    for (std::size_t u = 0; u < n_local * n_batches / n_parts; ++u)
      {
        std::fill(unit.begin(), unit.end(), 0.);
        for (std::size_t part = 0; part < n_parts; ++part)
          for (unsigned int i = 0; i < n_sums; ++i)
            unit[i] += sums[(u * n_parts + part) * n_sums + i] / n_samples;
        use(unit, result);
      }
    dealii::Utilities::MPI::sum(result, communicator, result);
    return result;
  }



  void UnitAverages::finish()
  {
    const std::size_t n_units =
      n_chains * (n_chains >= enough_units ? 1 : n_batches);
    std::vector<double> total =
      sum_over_units(n_sums, [&](const auto &unit, auto &result) {
        for (unsigned int i = 0; i < n_sums; ++i)
          result[i] += unit[i] / n_units;
      });
    first.assign(total.begin(), total.begin() + n_functions);
    second.assign(total.begin() + n_functions, total.end());
    compute_errors();
    compare_halves();
  }



  void UnitAverages::compute_errors()
  {
    const std::size_t n_units =
      n_chains * (n_chains >= enough_units ? 1 : n_batches);
    const auto covariance_of = [&](const unsigned int k) {
      return second[k] - first[pairs[k].first] * first[pairs[k].second];
    };
    const std::vector<double> squares =
      sum_over_units(n_sums, [&](const auto &unit, auto &result) {
        for (unsigned int i = 0; i < n_functions; ++i)
          result[i] += std::pow(unit[i] - first[i], 2);
        for (unsigned int k = 0; k < pairs.size(); ++k)
          {
            // Mean over the unit of (f - mean f)(g - mean g)
            const auto [i, j] = pairs[k];
            const double local =
              unit[n_functions + k] - first[i] * (unit[j] - first[j]) -
              first[j] * (unit[i] - first[i]) - first[i] * first[j];
            result[n_functions + k] += std::pow(local - covariance_of(k), 2);
          }
      });
    const double divisor = static_cast<double>(n_units) * (n_units - 1);
    means.resize(n_functions);
    for (unsigned int i = 0; i < n_functions; ++i)
      means[i] = {reference[i] + first[i], std::sqrt(squares[i] / divisor)};
    covariances.resize(pairs.size());
    for (unsigned int k = 0; k < pairs.size(); ++k)
      covariances[k] = {covariance_of(k),
                        std::sqrt(squares[n_functions + k] / divisor)};
  }



  void UnitAverages::compare_halves()
  {
    drifts.assign(n_functions, std::numeric_limits<double>::quiet_NaN());
    if (n_chains < enough_chains || n_batches % 2 != 0)
      return;
    std::vector<double> moments(2 * n_functions, 0.);
    for (std::size_t c = 0; c < n_local; ++c)
      for (unsigned int i = 0; i < n_functions; ++i)
        {
          double difference = 0;
          for (std::size_t b = 0; b < n_batches; ++b)
            difference += (b < n_batches / 2 ? -1 : 1) *
                          sums[(c * n_batches + b) * n_sums + i];
          moments[i] += difference;
          moments[n_functions + i] += difference * difference;
        }
    dealii::Utilities::MPI::sum(moments, communicator, moments);
    for (unsigned int i = 0; i < n_functions; ++i)
      {
        const double mean = moments[i] / n_chains;
        const double variance =
          (moments[n_functions + i] / n_chains - mean * mean) / (n_chains - 1);
        drifts[i] = (variance > 0 ? mean / std::sqrt(variance) : 0.);
      }
  }



  UnitAverages::Estimate UnitAverages::mean(const unsigned int function) const
  {
    return means[function];
  }



  UnitAverages::Estimate UnitAverages::covariance(const unsigned int pair) const
  {
    return covariances[pair];
  }



  double UnitAverages::effective_samples(const unsigned int pair) const
  {
    const double error = means[pairs[pair].first].standard_error;
    return covariances[pair].value / (error * error);
  }



  double UnitAverages::drift(const unsigned int function) const
  {
    return drifts[function];
  }



  std::size_t UnitAverages::n_samples() const
  {
    return n_chains * n_samples_per_chain;
  }
} // namespace sgdfp
