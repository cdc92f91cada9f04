// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/law_distances.h"

#include <deal.II/base/exceptions.h>
#include <deal.II/base/numbers.h>

#include <algorithm>
#include <cmath>

namespace sgdfp
{
  using Numbers = std::vector<double>;



  double total_variation(const Numbers &p, const Numbers &q)
  {
    AssertDimension(p.size(), q.size());
    double sum = 0;
    for (std::size_t i = 0; i < p.size(); ++i)
      sum += std::abs(p[i] - q[i]);
    return sum / 2;
  }



  double hellinger(const Numbers &p, const Numbers &q)
  {
    AssertDimension(p.size(), q.size());
    // As half the sum of squares of differences: 1 - sum would cancel.
    double sum = 0;
    for (std::size_t i = 0; i < p.size(); ++i)
      {
        const double difference =
          std::sqrt(std::max(p[i], 0.)) - std::sqrt(std::max(q[i], 0.));
        sum += difference * difference;
      }
    return std::sqrt(sum / 2);
  }



  double symmetric_chi_squared(const Numbers &p, const Numbers &q)
  {
    AssertDimension(p.size(), q.size());
    double sum = 0;
    for (std::size_t i = 0; i < p.size(); ++i)
      {
        const double a = std::max(p[i], 0.), b = std::max(q[i], 0.);
        if (a + b > 0)
          sum += (a - b) * (a - b) / (a + b);
      }
    return sum;
  }



  bool Divergence::is_infinite() const
  {
    constexpr double resolved = 1e-9;
    return uncovered > resolved;
  }



  Divergence kullback_leibler(const Numbers &p, const Numbers &q)
  {
    AssertDimension(p.size(), q.size());
    Divergence divergence;
    for (std::size_t i = 0; i < p.size(); ++i)
      {
        const double a = std::max(p[i], 0.), b = std::max(q[i], 0.);
        // a ln(a/b) - a + b has no sign to cancel, and the same sum.
        if (a > 0 && b > 0)
          divergence.value += a * (std::log(a) - std::log(b)) - a + b;
        else if (a > 0)
          {
            ++divergence.n_uncovered;
            divergence.uncovered += a;
            divergence.value -= a;
          }
        else
          divergence.value += b;
      }
    return divergence;
  }



  double wasserstein(const Numbers &p, const Numbers &q, const double width)
  {
    AssertDimension(p.size(), q.size());
    double sum = 0, before = 0;
    for (std::size_t i = 0; i < p.size(); ++i)
      {
        const double after = before + p[i] - q[i];
        const double a = std::abs(before), b = std::abs(after);
        // F - G is linear in a bin: a trapezium, or two triangles where it
        // changes its sign.
        if (before * after < 0)
          sum += 0.5 * (a * a + b * b) / (a + b);
        else
          sum += 0.5 * (a + b);
        before = after;
      }
    return sum * width;
  }



  namespace
  {
    /// int sqrt(F (1 - F)) over the edges of the bins
    double spread(const Numbers &p, const double width)
    {
      double sum = 0, F = 0;
      for (const double probability : p)
        {
          F += probability;
          sum += std::sqrt(std::max(F * (1 - F), 0.));
        }
      return sum * width;
    }
  } // namespace



  FiniteSamples finite_samples(const BinnedLaw &law)
  {
    FiniteSamples result;
    result.wasserstein.assign(law.bins.dimension(), 0.);
    if (!law.is_sample())
      return result;
    const Numbers &first = law.halves[0], &second = law.halves[1];
    result.total_variation = total_variation(first, second) / 2;
    result.hellinger       = hellinger(first, second) / 2;
    result.kl              = symmetric_chi_squared(first, second) / 4;
    for (unsigned int d = 0; d < law.effective_samples.size(); ++d)
      result.wasserstein[d] =
        spread(marginal(law.bins, law.probabilities, d), law.bins.width(d)) *
        std::sqrt(2 / (dealii::numbers::PI * law.effective_samples[d]));
    return result;
  }



  FiniteSamples combined(const FiniteSamples &a, const FiniteSamples &b)
  {
    FiniteSamples result;
    result.total_variation = std::hypot(a.total_variation, b.total_variation);
    result.hellinger       = std::hypot(a.hellinger, b.hellinger);
    result.kl              = a.kl + b.kl;
    for (std::size_t d = 0; d < a.wasserstein.size(); ++d)
      result.wasserstein.push_back(
        std::hypot(a.wasserstein[d], b.wasserstein[d]));
    return result;
  }
} // namespace sgdfp
