// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/common_bins.h"

#include "base/errors.h"

#include <algorithm>
#include <cmath>

namespace sgdfp
{
  namespace
  {
    const BinOwner *coarsest_histogram(const std::vector<BinOwner> &owners)
    {
      const BinOwner *coarsest = nullptr;
      for (const BinOwner &owner : owners)
        if (owner.is_histogram &&
            (coarsest == nullptr || owner.bins.number < coarsest->bins.number))
          coarsest = &owner;
      return coarsest;
    }



    /// @throws UserError unless every histogram can be merged to the bins of
    /// the coarsest
    void check_histograms(const std::vector<BinOwner> &owners,
                          const BinOwner              &coarsest)
    {
      for (const BinOwner &owner : owners)
        if (owner.is_histogram &&
            (owner.bins.lower != coarsest.bins.lower ||
             owner.bins.upper != coarsest.bins.upper ||
             owner.bins.number % coarsest.bins.number != 0))
          throw UserError(
            "The histograms of '" + coarsest.folder + "' (" +
            coarsest.bins.description() + ") and '" + owner.folder + "' (" +
            owner.bins.description() +
            ") have no bins in common. Run one of them anew with the same "
            "Domain/lower and upper, and a multiple of the other's "
            "Ensemble/bins.");
    }



    /// @throws UserError
    void check_box(const CompareLine &line, const unsigned int dimension)
    {
      const bool has_lengths =
        line.lower.size() == dimension && line.upper.size() == dimension;
      bool is_box = has_lengths;
      for (unsigned int d = 0; is_box && d < dimension; ++d)
        is_box = line.lower[d] < line.upper[d];
      if (!is_box)
        throw UserError("--lower and --upper are no corners of a box of " +
                        std::to_string(dimension) +
                        (dimension == 1 ? " variable" : " variables") +
                        ". Give one number per variable each, lower below "
                        "upper: --lower=-3,-3 --upper=3,3");
    }



    /// Of densities alone.
    Bins bins_of_box(const std::vector<BinOwner> &owners,
                     const CompareLine           &line)
    {
      Bins               bins      = owners.front().bins;
      const unsigned int dimension = bins.dimension();
      bins.number = (dimension == 1 ? 200 : dimension == 2 ? 60 : 24);
      if (line.bins > 0)
        bins.number = line.bins;
      for (const BinOwner &owner : owners)
        for (unsigned int d = 0; d < dimension; ++d)
          {
            bins.lower[d] = std::min(bins.lower[d], owner.bins.lower[d]);
            bins.upper[d] = std::max(bins.upper[d], owner.bins.upper[d]);
          }
      if (!line.lower.empty())
        {
          check_box(line, dimension);
          bins.lower = line.lower;
          bins.upper = line.upper;
        }
      if (std::pow(static_cast<double>(bins.number), dimension) > 1e7)
        throw UserError("--bins is " + std::to_string(line.bins) +
                        " per direction but more than 1e7 bins in all are too "
                        "many. Choose fewer.");
      return bins;
    }



    Bins bins_of_histogram(const BinOwner &coarsest, const CompareLine &line)
    {
      if (!line.lower.empty())
        throw UserError("--lower and --upper are for densities, but '" +
                        coarsest.folder +
                        "' is an ensemble with bins of its own (" +
                        coarsest.bins.description() + "). Leave them out.");
      Bins bins = coarsest.bins;
      if (line.bins == 0)
        return bins;
      if (bins.number % line.bins != 0)
        throw UserError("--bins is " + std::to_string(line.bins) +
                        " but the histogram of '" + coarsest.folder + "' has " +
                        std::to_string(bins.number) +
                        " per direction, and bins can only be merged. Choose "
                        "a divisor of it.");
      bins.number = line.bins;
      return bins;
    }
  } // namespace



  Bins common_bins(const std::vector<BinOwner> &owners, const CompareLine &line)
  {
    Bins bins;
    if (const BinOwner *coarsest = coarsest_histogram(owners))
      {
        check_histograms(owners, *coarsest);
        bins = bins_of_histogram(*coarsest, line);
      }
    else
      bins = bins_of_box(owners, line);
    if (line.symmetrise && !bins.is_symmetric())
      throw UserError("--symmetrise asks for bins of a box that is symmetric "
                      "about 0, and these are " +
                      bins.description() +
                      ". Give such a box (--lower, --upper; for ensembles "
                      "Domain/lower and upper of the case), or leave the "
                      "option out.");
    return bins;
  }
} // namespace sgdfp
