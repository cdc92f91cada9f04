// SPDX-License-Identifier: GPL-3.0-or-later
// Draws from a law that is known, and that draws from another would be seen.
#include "postprocess/sampler.h"

#include "postprocess/sample_file.h"
#include "tests/problem.h"
#include "tests/temporary_file.h"

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <gtest/gtest.h>

#include <cmath>

using namespace sgdfp;
using dealii::Point;

namespace
{
  constexpr std::uint64_t n_draws = 1000000;
  constexpr unsigned int  n_bins  = 20; ///< in each coordinate



  /// Normal with covariance [[.2, .025], [.025, .1]], on a mesh with hanging
  /// nodes.
  std::unique_ptr<Problem<2>>
  normal_law(const MPI_Comm communicator = MPI_COMM_WORLD)
  {
    auto problem = ornstein_uhlenbeck({{.2, .05}, {.05, .3}}, 3, communicator);

    problem->domain.lower                        = {-6, -5};
    problem->domain.upper                        = {6, 5};
    problem->discretisation_parameters.tolerance = 1e-5;
    problem->solve_adaptively();
    return problem;
  }



  /// To two independent N(0, 1)
  std::array<double, 2> whitened(const Point<2> &theta)
  {
    const double a = std::sqrt(.2), b = .025 / a, c = std::sqrt(.1 - b * b);
    const double z = theta[0] / a;
    return {{z, (theta[1] - b * z) / c}};
  }



  /// Probability that a chi-square test of bins of equal probability gives, for
  /// draws that are stretched.
  double p_value(Sampler<2> &sampler, const double stretch)
  {
    const boost::math::normal normal;
    std::vector<double>       counts(n_bins * n_bins);
    for (const auto &draw : sampler.next(n_draws))
      {
        unsigned int bin = 0;
        for (const double z : whitened(draw.theta))
          bin = bin * n_bins +
                std::min<unsigned int>(boost::math::cdf(normal, stretch * z) *
                                         n_bins,
                                       n_bins - 1);
        counts[bin] += 1;
      }
    dealii::Utilities::MPI::sum(counts, MPI_COMM_WORLD, counts);
    const double expected = double(n_draws) / counts.size();
    double       chi2     = 0;
    for (const double count : counts)
      chi2 += (count - expected) * (count - expected) / expected;
    return boost::math::cdf(
      boost::math::complement(boost::math::chi_squared(counts.size() - 1),
                              chi2));
  }
} // namespace



TEST(Sampler, ChiSquareOfTwentySeedsAndOfAWrongOne)
{
  const auto problem = normal_law();
  ASSERT_TRUE(problem->discretisation->mesh->has_hanging_nodes());
  double least = 1, largest = 0;
  for (unsigned int seed = 1; seed <= 20; ++seed)
    {
      Sampler<2>   sampler(problem->adaptive->law(), seed);
      const double p = p_value(sampler, 1);
      EXPECT_GT(p, .001) << "seed " << seed;
      EXPECT_LT(sampler.error(), 1e-3);
      least   = std::min(least, p);
      largest = std::max(largest, p);
    }
  // Uniform between 0 and 1
  EXPECT_LT(least, .3);
  EXPECT_GT(largest, .7);
  for (unsigned int seed = 1; seed <= 3; ++seed)
    {
      Sampler<2> sampler(problem->adaptive->law(), seed);
      EXPECT_LT(p_value(sampler, 1.01), .001);
    }
}



// Moments within four standard errors; every number is drawn once, in any
// portions.
TEST(Sampler, MomentsAndNumbers)
{
  const auto problem = normal_law();
  Sampler<2> whole(problem->adaptive->law(), 7),
    portions(problem->adaptive->law(), 7);
  const auto draws = whole.next(n_draws);
  auto       parts = portions.next(1000);
  for (const auto &draw : portions.next(n_draws - 1000))
    parts.push_back(draw);
  ASSERT_EQ(parts.size(), draws.size());
  std::vector<double> sums(6);
  for (std::size_t i = 0; i < draws.size(); ++i)
    {
      ASSERT_EQ(parts[i].number, draws[i].number);
      ASSERT_TRUE(i == 0 || draws[i - 1].number < draws[i].number);
      const double u = draws[i].theta[0], v = draws[i].theta[1];
      sums[0] += u / n_draws;
      sums[1] += v / n_draws;
      sums[2] += u * u / n_draws;
      sums[3] += u * v / n_draws;
      sums[4] += v * v / n_draws;
      sums[5] += 1;
    }
  dealii::Utilities::MPI::sum(sums, MPI_COMM_WORLD, sums);
  EXPECT_EQ(sums[5], n_draws);
  const double s = 4 / std::sqrt(double(n_draws));
  EXPECT_NEAR(sums[0], 0, s * std::sqrt(.2));
  EXPECT_NEAR(sums[1], 0, s * std::sqrt(.1));
  EXPECT_NEAR(sums[2], .2, s * .2 * std::sqrt(2.));
  EXPECT_NEAR(sums[3], .025, s * std::sqrt(.2 * .1 + .025 * .025));
  EXPECT_NEAR(sums[4], .1, s * .1 * std::sqrt(2.));
}



// The same draws on any number of ranks: those of all ranks together, and of
// each alone.
TEST(Sampler, RankIndependence)
{
  const auto shared = normal_law(), alone = normal_law(MPI_COMM_SELF);
  Sampler<2> of_all(shared->adaptive->law(), 5),
    of_one(alone->adaptive->law(), 5);
  constexpr unsigned int n        = 20000;
  const auto             expected = of_one.next(n);
  const auto             mine     = of_all.next(n);
  ASSERT_EQ(expected.size(), n);
  EXPECT_EQ(dealii::Utilities::MPI::sum(mine.size(), MPI_COMM_WORLD), n);
  for (const auto &draw : mine)
    EXPECT_LT(draw.theta.distance(expected[draw.number].theta), 1e-9);
}



// One and three dimensions

TEST(Sampler, OtherDimensions)
{
  auto one = std::make_unique<Problem<1>>();
  one->loss =
    std::make_shared<QuadraticLoss<1>>(dealii::unit_symmetric_tensor<1>(),
                                       dealii::Tensor<1, 1>(),
                                       0.);
  one->noise.type        = "isotropic";
  one->noise.temperature = 1;
  one->use_box(7, 6);
  Sampler<1> line(one->solve(), 1);
  auto       three = rotating_ornstein_uhlenbeck<3>(1, 3);
  Sampler<3> space(three->solve(), 1);
  const auto second_moment = [](const auto &draws) {
    double sum = 0;
    for (const auto &draw : draws)
      sum += draw.theta.square();
    return dealii::Utilities::MPI::sum(sum, MPI_COMM_WORLD);
  };
  constexpr double n = 100000;
  EXPECT_NEAR(second_moment(line.next(n)) / n, 1, 4 * std::sqrt(2 / n));
  EXPECT_NEAR(second_moment(space.next(n)) / n, 3, 4 * std::sqrt(6 / n));
}



// The file: as many rows as wanted, all of which meet the condition.
TEST(Sampler, FileOfConditionedDraws)
{
  const auto problem             = normal_law();
  problem->observables.functions = "product: u*v";
  const Observables<2> observables(problem->observables, problem->vocabulary);
  SampleParameters     parameters;
  parameters.samples   = 1000;
  parameters.condition = "u*v > 0.1";
  const TemporaryFile mark("", /*shared=*/true);
  const std::string   folder = mark.name + "-folder";
  std::filesystem::create_directory(folder);
  MPI_Barrier(MPI_COMM_WORLD);
  write_samples(problem->adaptive->law(),
                parameters,
                observables,
                problem->vocabulary,
                folder,
                problem->log,
                problem->summary);
  EXPECT_EQ(problem->summary.json()["samples"]["number"].get<unsigned int>(),
            1000u);
  std::ifstream file(folder + "/samples.csv");
  std::string   line;
  std::getline(file, line);
  EXPECT_EQ(line, "u,v,loss,product");
  unsigned int n = 0;
  while (std::getline(file, line))
    {
      double u, v, L, product;
      ASSERT_EQ(
        std::sscanf(line.c_str(), "%lf,%lf,%lf,%lf", &u, &v, &L, &product), 4);
      EXPECT_GT(u * v, .1);
      EXPECT_NEAR(product, u * v, 1e-15);
      EXPECT_NEAR(L, (u * u + 3 * v * v) / 2, 1e-14);
      ++n;
    }
  EXPECT_EQ(n, 1000u);
  MPI_Barrier(MPI_COMM_WORLD);
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}
