// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_UNIT_AVERAGES_H
#define SGDFP_POSTPROCESS_UNIT_AVERAGES_H

#include <deal.II/base/mpi.h>

#include <utility>
#include <vector>

namespace sgdfp
{
  /// Averages of functions of a Markov chain over many independent chains and
  /// over time, with standard errors that know of the correlation in time.
  ///
  /// The samples of a chain are cut into batches of equal length. A unit is a
  /// chain, or, with fewer than 64 chains, a batch. Units are independent
  /// (batches approximately), so with n of them and a function f
  ///
  ///     SE(mean f)^2 = Var_units(mean of f in a unit)/n,
  ///     effective sample size = Var(f)/SE^2.
  ///
  /// Covariances have the error of their linearisation about the means.
  /// Second moments are summed about a reference point, against cancellation.
  ///
  /// Sources: Geyer, Practical Markov chain Monte Carlo (1992); Asmussen and
  /// Glynn, Stochastic Simulation, III.3 and IV.5.
  class UnitAverages
  {
  public:
    using Pair = std::pair<unsigned int, unsigned int>;

    /// @param n_local chains of this rank
    /// @param n_chains of all
    /// @param pairs of functions whose covariances are wanted
    /// @param reference of every function
    UnitAverages(const MPI_Comm             communicator,
                 const std::size_t          n_local,
                 const std::size_t          n_chains,
                 const std::size_t          n_samples_per_chain,
                 const std::vector<Pair>   &pairs,
                 const std::vector<double> &reference);

    /// Sample number @p sample of a chain of this rank. Every chain gives the
    /// same number of them.
    void add(const std::size_t          local_chain,
             const std::size_t          sample,
             const std::vector<double> &values);

    /// Sums over chains and ranks. Collective.
    void finish();

    struct Estimate
    {
      double value = 0, standard_error = 0;
    };

    Estimate mean(const unsigned int function) const;

    /// Of pair number @p pair.
    Estimate covariance(const unsigned int pair) const;

    /// Var(f)/SE^2 for a pair (f, f).
    double effective_samples(const unsigned int pair) const;

    /// Standard deviations between the means of the second and the first half
    /// of the chains; NaN for fewer than 16 chains or a single sample.
    double drift(const unsigned int function) const;

    std::size_t n_samples() const;

  private:
    /// Sum over units of this rank, then over ranks, of @p n_results numbers.
    template <typename Use>
    std::vector<double> sum_over_units(const unsigned int n_results,
                                       const Use         &use) const;

    void compute_errors();
    void compare_halves();

    const MPI_Comm            communicator;
    const std::size_t         n_local, n_chains, n_samples_per_chain;
    const std::vector<Pair>   pairs;
    const std::vector<double> reference;
    const unsigned int        n_functions, n_sums;
    const std::size_t         n_batches;
    /// [chain][batch][first moments, second moments], about the reference
    std::vector<double>   sums;
    std::vector<double>   first, second; ///< means, about the reference
    std::vector<Estimate> means, covariances;
    std::vector<double>   drifts;
  };
} // namespace sgdfp

#endif
