// SPDX-License-Identifier: GPL-3.0-or-later
// Distances of laws on bins, against normal laws in closed form.
#include "base/errors.h"
#include "postprocess/histogram.h"
#include "postprocess/histogram_file.h"
#include "postprocess/law_binning.h"
#include "postprocess/law_comparison.h"
#include "postprocess/law_distances.h"
#include "solvers/common_bins.h"
#include "tests/problem.h"
#include "tests/temporary_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

using namespace sgdfp;

namespace
{
  double distribution(const double x)
  {
    return 0.5 * std::erfc(-x / std::sqrt(2.));
  }



  Bins line(const double half_width, const std::size_t number)
  {
    Bins bins;
    bins.lower  = {-half_width};
    bins.upper  = {half_width};
    bins.number = number;
    return bins;
  }



  /// N(mean, deviation^2) on bins of a line.
  BinnedLaw
  normal_law(const Bins &bins, const double mean, const double deviation = 1)
  {
    BinnedLaw law;
    law.bins      = bins;
    double inside = 0;
    for (std::size_t i = 0; i < bins.number; ++i)
      {
        law.probabilities.push_back(
          distribution((bins.edge(0, i + 1) - mean) / deviation) -
          distribution((bins.edge(0, i) - mean) / deviation));
        inside += law.probabilities.back();
      }
    law.probabilities.push_back(1 - inside);
    return law;
  }



  /// Samples of N(0, 1), each taken @p repetitions times, as a chain that
  /// hardly moves does.
  Histogram<1> sampled(const Bins        &bins,
                       const unsigned int n_samples,
                       const unsigned int repetitions)
  {
    Histogram<1>               histogram(bins.lower,
                           bins.upper,
                           static_cast<unsigned int>(bins.number));
    std::mt19937               random(7);
    std::normal_distribution<> normal;
    for (unsigned int s = 0; s < n_samples; ++s)
      {
        const dealii::Point<1> theta(normal(random));
        for (unsigned int r = 0; r < repetitions; ++r)
          histogram.add(theta, s % 2);
      }
    return histogram;
  }



  /// Through the file, as sgdfp-compare gets it.
  BinnedLaw as_read(const Histogram<1> &histogram)
  {
    const TemporaryFile file("", /*shared=*/true);
    if (file.rank == 0)
      histogram.write(file.name, "{}");
    MPI_Barrier(MPI_COMM_WORLD);
    return read_histogram(MPI_COMM_WORLD, file.name);
  }



  double sum(const std::vector<double> &numbers)
  {
    return std::accumulate(numbers.begin(), numbers.end(), 0.);
  }
} // namespace



TEST(LawDistances, OfShiftedNormalLawsAreThoseOfTheClosedForm)
{
  const Bins   bins  = line(9, 3600);
  const double shift = 0.7;
  const auto   p     = normal_law(bins, shift).probabilities;
  const auto   q     = normal_law(bins, 0).probabilities;
  // Bins lose information of the order of their width squared.
  const double by_bins = bins.width(0) * bins.width(0);
  EXPECT_NEAR(total_variation(p, q), 2 * distribution(shift / 2) - 1, by_bins);
  EXPECT_NEAR(hellinger(p, q),
              std::sqrt(1 - std::exp(-shift * shift / 8)),
              by_bins);
  EXPECT_NEAR(kullback_leibler(p, q).value, shift * shift / 2, by_bins);
  EXPECT_NEAR(wasserstein(marginal(bins, p, 0),
                          marginal(bins, q, 0),
                          bins.width(0)),
              shift,
              by_bins);
}



TEST(LawDistances, KlHasADirection)
{
  const Bins   bins  = line(12, 4800);
  const double sigma = 1.5;
  const auto   p     = normal_law(bins, 0, sigma).probabilities;
  const auto   q     = normal_law(bins, 0).probabilities;
  const double s2    = sigma * sigma;
  EXPECT_NEAR(kullback_leibler(p, q).value,
              0.5 * (s2 - 1 - std::log(s2)),
              1e-4);
  EXPECT_NEAR(kullback_leibler(q, p).value,
              0.5 * (1 / s2 - 1 + std::log(s2)),
              1e-4);
  // int |F - G| = E|Z| (sigma - 1)
  EXPECT_NEAR(wasserstein(marginal(bins, p, 0),
                          marginal(bins, q, 0),
                          bins.width(0)),
              (sigma - 1) * std::sqrt(2 / dealii::numbers::PI),
              1e-4);
}



TEST(LawDistances, WassersteinSplitsABinWhereTheDistributionsCross)
{
  // F - G goes from 0 to 1/2, to -1/2 and back to 0 in three bins of width 2:
  // areas 1/2, 1/4 + 1/4 where the sign changes, and 1/2.
  EXPECT_NEAR(wasserstein({0.5, 0, 0.5}, {0, 1, 0}, 2), 1.5, 1e-14);
}



TEST(LawDistances, InfiniteKlIsNullWithItsReason)
{
  ComparedLaw wide, narrow;
  wide.law   = normal_law(line(6, 60), 0);
  narrow.law = wide.law;
  // As an ensemble without a sample in a bin
  narrow.law.probabilities[30] = 0;
  const auto json              = compare(wide, narrow, {"x"});
  EXPECT_TRUE(json.at("reverse_kl").is_null());
  EXPECT_NE(json.at("reverse_kl_reason").get<std::string>().find("in 1 bin "),
            std::string::npos);
  EXPECT_TRUE(json.at("kl").is_number());
}



TEST(LawDistances, FiniteSamplesAreEstimatedFromTwoHalves)
{
  const Bins bins  = line(5, 40);
  const auto exact = normal_law(bins, 0).probabilities;
  for (const unsigned int repetitions : {1, 10})
    {
      // The ten copies of a sample are no news: the estimate must know.
      const Histogram<1> histogram = sampled(bins, 40000, repetitions);
      BinnedLaw          law       = as_read(histogram);
      law.effective_samples        = {40000};
      const auto bias              = finite_samples(law);
      EXPECT_EQ(law.n_samples, 40000. * repetitions);
      EXPECT_NEAR(bias.total_variation,
                  histogram.split_total_variation(),
                  1e-15);
      const auto &p = law.probabilities;
      EXPECT_NEAR(total_variation(p, exact) / bias.total_variation, 1, 0.35);
      EXPECT_NEAR(hellinger(p, exact) / bias.hellinger, 1, 0.35);
      EXPECT_NEAR(kullback_leibler(p, exact).value / bias.kl, 1, 0.6);
      // Half the number of bins with samples over the number of samples
      EXPECT_NEAR(bias.kl * 2 * 40000 / 36, 1, 0.5);
      const double W1 = wasserstein(marginal(bins, p, 0),
                                    marginal(bins, exact, 0),
                                    bins.width(0));
      EXPECT_LT(W1, 3 * bias.wasserstein[0]);
      // int sqrt(F (1 - F)) of N(0, 1), by quadrature
      const double spread = 1.61474385342;
      EXPECT_NEAR(bias.wasserstein[0],
                  std::sqrt(2 / dealii::numbers::PI) * spread / 200,
                  2e-4);
      const auto twice = combined(bias, bias);
      EXPECT_NEAR(twice.total_variation / bias.total_variation,
                  std::sqrt(2.),
                  1e-14);
      EXPECT_NEAR(twice.kl / bias.kl, 2, 1e-14);
    }
}



TEST(BinnedLaw, MergedBinsAreTheSumsOfTheirParts)
{
  Bins bins;
  bins.lower  = {0, 0};
  bins.upper  = {1, 2};
  bins.number = 6;
  std::vector<double> first(37), second(37);
  for (std::size_t i = 0; i < 37; ++i)
    {
      first[i]  = static_cast<double>(i);
      second[i] = static_cast<double>(i * i);
    }
  const BinnedLaw law    = law_of_counts(bins, first, second);
  const BinnedLaw coarse = merged(law, 2);
  EXPECT_EQ(coarse.probabilities.size(), 5u);
  EXPECT_NEAR(sum(coarse.probabilities), 1, 1e-14);
  EXPECT_EQ(coarse.probabilities.back(), law.probabilities.back());
  double upper_left = 0, of_half = 0;
  for (std::size_t j = 3; j < 6; ++j)
    for (std::size_t i = 0; i < 3; ++i)
      {
        upper_left += law.probabilities[i + 6 * j];
        of_half += law.halves[1][i + 6 * j];
      }
  EXPECT_NEAR(coarse.probabilities[2], upper_left, 1e-15);
  EXPECT_NEAR(coarse.halves[1][2], of_half, 1e-15);
  // Marginals of merged bins are merged marginals.
  const auto fine_marginal   = marginal(bins, law.probabilities, 1);
  const auto coarse_marginal = marginal(coarse.bins, coarse.probabilities, 1);
  EXPECT_NEAR(coarse_marginal[0],
              fine_marginal[0] + fine_marginal[1] + fine_marginal[2],
              1e-15);
}



TEST(BinnedLaw, SymmetrisedIsTheAverageWithTheImage)
{
  const Bins      bins  = line(8, 160);
  const BinnedLaw left  = normal_law(bins, -1.3, 0.4),
                  right = normal_law(bins, 1.3, 0.4);
  EXPECT_GT(total_variation(left.probabilities, right.probabilities), 0.99);
  const BinnedLaw average = symmetrised(left);
  EXPECT_NEAR(total_variation(average.probabilities,
                              symmetrised(right).probabilities),
              0,
              1e-14);
  EXPECT_NEAR(sum(average.probabilities), 1, 1e-14);
  EXPECT_NEAR(average.probabilities[80 - 26],
              average.probabilities[79 + 26],
              1e-16);
  // In two dimensions both signs change together.
  Bins plane;
  plane.lower  = {-1, -2};
  plane.upper  = {1, 2};
  plane.number = 2;
  const BinnedLaw corners =
    symmetrised(law_of_counts(plane, {4, 0, 0, 0, 2}, {0, 2, 0, 0, 0}));
  EXPECT_EQ(corners.probabilities,
            (std::vector<double>{0.25, 0.125, 0.125, 0.25, 0.25}));
}



TEST(LawBinning, BinsOfADensityAreItsIntegralsWhateverItsMesh)
{
  auto          problem = rotating_ornstein_uhlenbeck<2>(0.7, 5);
  const Law<2> &law     = problem->solve();
  Bins          bins; // of no relation to the cells, smaller than the box
  bins.lower             = {-2.1, -1.7};
  bins.upper             = {1.9, 3.3};
  bins.number            = 11;
  const BinnedLaw binned = bin_law(law, bins);
  EXPECT_NEAR(sum(binned.probabilities), 1, 1e-13);
  EXPECT_NEAR(binned.mass, 1, 1e-6);
  EXPECT_LT(binned.integration_error, 1e-6);
  double difference = 0, inside = 0;
  for (std::size_t j = 0; j < bins.number; ++j)
    for (std::size_t i = 0; i < bins.number; ++i)
      {
        const double exact =
          (distribution(bins.edge(0, i + 1)) - distribution(bins.edge(0, i))) *
          (distribution(bins.edge(1, j + 1)) - distribution(bins.edge(1, j)));
        inside += exact;
        difference +=
          std::abs(binned.probabilities[i + bins.number * j] - exact);
      }
  EXPECT_LT(difference, 1e-4);
  EXPECT_NEAR(binned.probabilities.back(), 1 - inside, 1e-4);
}



TEST(LawBinning, NarrowPeaksAndGradedMeshesAreIntegratedByBin)
{
  // N(0, 0.01^2) in a graded box of +-50, on bins of width 0.5: the edge of
  // two of them is in the middle of the peak.
  auto                          problem = std::make_unique<Problem<1>>();
  dealii::SymmetricTensor<2, 1> H;
  H[0][0] = 1;
  problem->loss =
    std::make_shared<QuadraticLoss<1>>(H, dealii::Tensor<1, 1>(), 0.);
  problem->noise.type        = "isotropic";
  problem->noise.temperature = 1e-4;
  problem->domain.grading    = 0.01;
  problem->use_box(50, 8);
  const BinnedLaw binned = bin_law(problem->solve(), line(50, 200));
  EXPECT_NEAR(binned.probabilities[99], 0.5, 1e-6);
  EXPECT_NEAR(binned.probabilities[100], 0.5, 1e-6);
  EXPECT_NEAR(binned.probabilities.back(), 0, 1e-12);
  EXPECT_LT(binned.integration_error, 1e-6);
}



TEST(LawComparison, MeansOfBothRunsGetTheirSignificance)
{
  ComparedLaw density, ensemble;
  density.law      = normal_law(line(6, 60), 0);
  ensemble.law     = density.law;
  density.means    = {{"observables/product", "E[product]", 1, 0},
                      {"observables/mine", "E[mine]", 2, 0}};
  ensemble.means   = {{"observables/product", "E[product]", 1.2, 0.1},
                      {"observables/other", "E[other]", 2, 0.1}};
  const auto means = compare(density, ensemble, {"x"}).at("means");
  EXPECT_EQ(means.at("observables").size(), 1u);
  const auto &product = means.at("observables").at("product");
  EXPECT_NEAR(product.at("difference").get<double>(), 0.2, 1e-15);
  EXPECT_NEAR(product.at("significance").get<double>(), 2, 1e-14);
  const auto alone =
    compare(density, density, {"x"}).at("means").at("observables");
  EXPECT_TRUE(alone.at("mine").at("significance").is_null());
}



TEST(CommonBins, AreThoseOfTheCoarsestHistogramOrThereAreNone)
{
  BinOwner density{"density", false, line(7, 1)},
    coarse{"coarse", true, line(4, 20)}, fine{"fine", true, line(4, 60)},
    odd{"odd", true, line(4, 30)}, elsewhere{"elsewhere", true, line(5, 20)};
  CompareLine asked;
  EXPECT_EQ(common_bins({density, density}, asked).number, 200u);
  const Bins bins = common_bins({density, fine, coarse}, asked);
  EXPECT_EQ(bins.number, 20u);
  EXPECT_EQ(bins.upper[0], 4);
  EXPECT_THROW(common_bins({odd, coarse}, asked), UserError);
  EXPECT_THROW(common_bins({elsewhere, coarse}, asked), UserError);
  asked.bins = 10;
  EXPECT_EQ(common_bins({density, fine, coarse}, asked).number, 10u);
  asked.bins = 40;
  EXPECT_THROW(common_bins({density, coarse}, asked), UserError);
  EXPECT_EQ(common_bins({density, density}, asked).number, 40u);
  asked.lower      = {-1};
  asked.upper      = {2};
  asked.symmetrise = true;
  EXPECT_THROW(common_bins({density, density}, asked), UserError);
  asked.lower = {-2};
  EXPECT_EQ(common_bins({density, density}, asked).lower[0], -2);
  asked.lower = {-2, 0};
  EXPECT_THROW(common_bins({density, density}, asked), UserError);
}
