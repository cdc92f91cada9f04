// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_LAW_DISTANCES_H
#define SGDFP_POSTPROCESS_LAW_DISTANCES_H

#include "postprocess/binned_law.h"

namespace sgdfp
{
  // Distances of two laws with probabilities p_i and q_i of the same bins, the
  // one outside included. What round-off makes negative counts as 0, but in
  // the total variation.

  /// 1/2 sum |p_i - q_i|
  double total_variation(const std::vector<double> &p,
                         const std::vector<double> &q);

  /// sqrt(1 - sum sqrt(p_i q_i)), at most 1
  double hellinger(const std::vector<double> &p, const std::vector<double> &q);

  /// sum (p_i - q_i)^2/(p_i + q_i); for p near q it is 2 KL(p|q).
  double symmetric_chi_squared(const std::vector<double> &p,
                               const std::vector<double> &q);

  /// KL(p|q) = sum p_i ln(p_i/q_i), in nats, over the bins where q_i > 0.
  struct Divergence
  {
    double value = 0;
    /// Bins with p_i > 0 = q_i, and what p has in them
    std::size_t n_uncovered = 0;
    double      uncovered   = 0;

    /// Whether it is: whether p has more than 1e-9, what a density resolves,
    /// where q has nothing.
    bool is_infinite() const;
  };

  Divergence kullback_leibler(const std::vector<double> &p,
                              const std::vector<double> &q);

  /// The distance of Wasserstein, of order 1, of two laws on a line that are
  /// uniform within each bin,
  ///
  ///     W_1 = int |F - G|,
  ///
  /// F and G their distribution functions; in the unit of @p width, that of a
  /// bin.
  double wasserstein(const std::vector<double> &p,
                     const std::vector<double> &q,
                     const double               width);



  /// What finite samples add to the distances between a law and the one it is
  /// sampled from, 0 for densities. Two halves differ by twice the standard
  /// deviation of the whole in every bin, so that
  ///
  ///     TV = TV(half 1, half 2)/2,  Hellinger likewise,
  ///     KL = chi^2(half 1, half 2)/4,  chi^2 = symmetric_chi_squared(),
  ///
  /// chi^2 since KL between halves is infinite where one of them has a count
  /// and the other has none. Halves are of different chains, so that steps of
  /// a chain that depend on each other count for what they are. W_1 depends on
  /// few slow modes, of which two halves are one example; by the effective
  /// number of samples N of the variable, F Gaussian about its mean,
  ///
  ///     W_1 = sqrt(2/pi) int sqrt(F (1 - F)/N).
  ///
  /// Where the two laws do differ, samples add less than this.
  struct FiniteSamples
  {
    double              total_variation = 0, hellinger = 0, kl = 0;
    std::vector<double> wasserstein; ///< one per variable
  };

  FiniteSamples finite_samples(const BinnedLaw &law);

  /// Of two laws that are sampled independently: squares of distances add up.
  FiniteSamples combined(const FiniteSamples &a, const FiniteSamples &b);
} // namespace sgdfp

#endif
