// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/binned_law.h"

#include "base/text.h"

#include <deal.II/base/exceptions.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace sgdfp
{
  unsigned int Bins::dimension() const
  {
    return static_cast<unsigned int>(lower.size());
  }



  std::size_t Bins::size() const
  {
    std::size_t n = 1;
    for (unsigned int d = 0; d < dimension(); ++d)
      n *= number;
    return n;
  }



  double Bins::width(const unsigned int direction) const
  {
    return (upper[direction] - lower[direction]) / static_cast<double>(number);
  }



  double Bins::edge(const unsigned int direction, const std::size_t i) const
  {
    // The last one without round-off: it may be the boundary of a mesh.
    return i == number ?
             upper[direction] :
             lower[direction] + static_cast<double>(i) * width(direction);
  }



  bool Bins::is_symmetric() const
  {
    constexpr double round_off = 1e-12;
    for (unsigned int d = 0; d < dimension(); ++d)
      if (std::abs(lower[d] + upper[d]) > round_off * (upper[d] - lower[d]))
        return false;
    return true;
  }



  std::string Bins::description() const
  {
    std::string numbers, low, high;
    for (unsigned int d = 0; d < dimension(); ++d)
      {
        numbers += (d == 0 ? "" : " x ") + std::to_string(number);
        low += (d == 0 ? "" : ", ") + to_text(lower[d]);
        high += (d == 0 ? "" : ", ") + to_text(upper[d]);
      }
    return numbers + " of (" + low + ") .. (" + high + ")";
  }



  bool BinnedLaw::is_sample() const
  {
    return !halves.empty();
  }



  namespace
  {
    using Numbers = std::vector<double>;



    /// The same change of the probabilities, and of those of both halves.
    BinnedLaw changed(const BinnedLaw                               &law,
                      const std::function<Numbers(const Numbers &)> &change)
    {
      BinnedLaw result     = law;
      result.probabilities = change(law.probabilities);
      for (Numbers &half : result.halves)
        half = change(half);
      return result;
    }



    void normalise(Numbers &probabilities)
    {
      const double sum =
        std::accumulate(probabilities.begin(), probabilities.end(), 0.);
      if (sum > 0)
        for (double &p : probabilities)
          p /= sum;
    }
  } // namespace



  BinnedLaw
  law_of_counts(const Bins &bins, const Numbers &first, const Numbers &second)
  {
    AssertDimension(first.size(), bins.size() + 1);
    AssertDimension(second.size(), bins.size() + 1);
    BinnedLaw law;
    law.bins          = bins;
    law.probabilities = first;
    for (std::size_t i = 0; i < first.size(); ++i)
      law.probabilities[i] += second[i];
    law.n_samples =
      std::accumulate(law.probabilities.begin(), law.probabilities.end(), 0.);
    law.halves = {first, second};
    normalise(law.probabilities);
    for (Numbers &half : law.halves)
      normalise(half);
    return law;
  }



  BinnedLaw merged(const BinnedLaw &law, const std::size_t number)
  {
    const std::size_t fine = law.bins.number;
    Assert(number > 0 && fine % number == 0, dealii::ExcInternalError());
    Bins bins        = law.bins;
    bins.number      = number;
    BinnedLaw result = changed(law, [&](const Numbers &probabilities) {
      Numbers sums(bins.size() + 1, 0.);
      for (std::size_t i = 0; i < law.bins.size(); ++i)
        {
          std::size_t rest = i, stride = 1, index = 0;
          for (unsigned int d = 0; d < bins.dimension(); ++d)
            {
              index += (rest % fine) / (fine / number) * stride;
              rest /= fine;
              stride *= number;
            }
          sums[index] += probabilities[i];
        }
      sums.back() = probabilities.back();
      return sums;
    });
    result.bins      = bins;
    return result;
  }



  BinnedLaw symmetrised(const BinnedLaw &law)
  {
    Assert(law.bins.is_symmetric(), dealii::ExcInternalError());
    return changed(law, [&](const Numbers &probabilities) {
      // All indices from behind: that is the order of the bins, read backwards.
      const std::size_t n       = law.bins.size();
      Numbers           average = probabilities;
      for (std::size_t i = 0; i < n; ++i)
        average[i] = 0.5 * (probabilities[i] + probabilities[n - 1 - i]);
      return average;
    });
  }



  std::vector<double> marginal(const Bins        &bins,
                               const Numbers     &probabilities,
                               const unsigned int direction)
  {
    std::size_t stride = 1;
    for (unsigned int d = 0; d < direction; ++d)
      stride *= bins.number;
    Numbers sums(bins.number, 0.);
    for (std::size_t i = 0; i < bins.size(); ++i)
      sums[i / stride % bins.number] += probabilities[i];
    normalise(sums);
    return sums;
  }
} // namespace sgdfp
