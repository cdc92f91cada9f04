// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_BINNED_LAW_H
#define SGDFP_POSTPROCESS_BINNED_LAW_H

#include <cstddef>
#include <string>
#include <vector>

namespace sgdfp
{
  /// Equal bins of a box, the same number in every direction; the bin of the
  /// first variable counts fastest.
  struct Bins
  {
    std::vector<double> lower, upper; ///< corners of the box
    std::size_t         number = 1;   ///< per direction

    unsigned int dimension() const;

    /// Of all directions together.
    std::size_t size() const;

    double width(const unsigned int direction) const;

    /// Edge number 0 .. number of a direction
    double edge(const unsigned int direction, const std::size_t i) const;

    /// Whether theta -> -theta maps bins onto bins.
    bool is_symmetric() const;

    /// "40 x 40 of (-4, -3) .. (4, 3)"
    std::string description() const;
  };



  /// What any law, computed or sampled, is compared by: the probabilities
  ///
  ///     p_i = P(theta in bin i),  i < n = bins.size(),   p_n = P(outside),
  ///
  /// whose sum is 1. What is outside of the box is one further bin.
  struct BinnedLaw
  {
    Bins                bins;
    std::vector<double> probabilities; ///< n + 1

    /// Of samples: the probabilities in two independent halves of them; of a
    /// density: empty.
    std::vector<std::vector<double>> halves;
    double                           n_samples = 0;
    /// Number of independent samples with the same standard error of the mean,
    /// of every variable
    std::vector<double> effective_samples;

    /// Of a density: its integral before it was normalised, and half the sum
    /// of what the p_i change by with a finer quadrature rule.
    double mass              = 1;
    double integration_error = 0;

    bool is_sample() const;
  };



  /// From the counts of two halves, n + 1 numbers each.
  BinnedLaw law_of_counts(const Bins                &bins,
                          const std::vector<double> &first,
                          const std::vector<double> &second);

  /// In @p number bins per direction, which must divide those of @p law.
  BinnedLaw merged(const BinnedLaw &law, const std::size_t number);

  /// The average of the law and its image under theta -> -theta. The bins must
  /// be symmetric.
  BinnedLaw symmetrised(const BinnedLaw &law);

  /// Of one direction, given that theta is in the box: bins.number
  /// probabilities whose sum is 1 (0 where nothing is in the box).
  std::vector<double> marginal(const Bins                &bins,
                               const std::vector<double> &probabilities,
                               const unsigned int         direction);
} // namespace sgdfp

#endif
