// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/errors.h"
#include "models/batch_source.h"
#include "models/deep_linear_network.h"
#include "tests/temporary_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <sstream>

using namespace sgdfp;
using dealii::Point;
using dealii::Tensor;

namespace
{
  struct Sample
  {
    double x1, x2, y;
  };



  std::vector<Sample> make_samples(const unsigned int n)
  {
    std::mt19937                     generator(7);
    std::normal_distribution<double> normal;
    std::vector<Sample>              samples(n);
    for (Sample &s : samples)
      {
        s.x1 = 1e3 + normal(generator); // a large mean: cancellation shows
        s.x2 = normal(generator);
        s.y  = 0.5 * s.x1 - s.x2 + 0.3 * normal(generator);
      }
    return samples;
  }



  std::string csv(const std::vector<Sample> &samples)
  {
    std::ostringstream out;
    out.precision(17);
    out << "y1,ignored,x1,x2\n"; // any order, other columns allowed
    for (const Sample &s : samples)
      out << s.y << ",0," << s.x1 << ',' << s.x2 << '\n';
    return out.str();
  }



  /// Gradient of 1/2 (a b.x - y)^2 by (b1, b2, a).
  Tensor<1, 3> sample_gradient(const Sample &s, const Point<3> &theta)
  {
    const double bx = theta[0] * s.x1 + theta[1] * s.x2;
    const double r  = theta[2] * bx - s.y;
    return Tensor<1, 3>({r * theta[2] * s.x1, r * theta[2] * s.x2, r * bx});
  }
} // namespace



TEST(DataFile, CovarianceEqualsTheBruteForceSampleCovariance)
{
  const auto                 samples = make_samples(257);
  const TemporaryFile        file(csv(samples), true);
  const DeepLinearNetwork<3> network(
    {2, 1, 1}, DataMoments::from_file(MPI_COMM_WORLD, file.name, 2, 1), 0.);
  const Point<3> theta(0.4, -0.9, 1.1);

  const double n = samples.size();
  Tensor<1, 3> mean;
  double       loss = 0;
  for (const Sample &s : samples)
    {
      mean += sample_gradient(s, theta) / n;
      const double r = theta[2] * (theta[0] * s.x1 + theta[1] * s.x2) - s.y;
      loss += 0.5 * r * r / n;
    }
  Tensor<2, 3> covariance;
  for (const Sample &s : samples)
    {
      const auto g = sample_gradient(s, theta) - mean;
      covariance += outer_product(g, g) / n;
    }
  const auto C =
    network.gradient_covariance(theta, MatrixFieldDerivatives::divergence);
  constexpr double relative = 1e-12;
  EXPECT_EQ(network.n_samples(), samples.size());
  EXPECT_NEAR(network.value(theta), loss, relative * loss);
  EXPECT_NEAR((network.gradient(theta) - mean).norm(),
              0,
              relative * mean.norm());
  EXPECT_NEAR((Tensor<2, 3>(C.value) - covariance).norm(),
              0,
              relative * covariance.norm());
}



TEST(DataFile, ManySamplesApproachTheGaussianPopulation)
{
  // 1 % is three standard errors of a variance at 2e5 samples.
  std::mt19937                     generator(3);
  std::normal_distribution<double> normal;
  std::ostringstream               out;
  out << "x1,y1\n";
  for (unsigned int i = 0; i < 200000; ++i)
    {
      const double x = 1.5 * normal(generator);
      out << x << ',' << x + 0.5 * normal(generator) << '\n';
    }
  const TemporaryFile        file(out.str(), true);
  const DeepLinearNetwork<2> network(
    {1, 1, 1}, DataMoments::from_file(MPI_COMM_WORLD, file.name, 1, 1), 0.);
  const auto C =
    network.gradient_covariance(Point<2>(1.2, 0.5),
                                MatrixFieldDerivatives::divergence);
  EXPECT_NEAR(C.value[1][1] / 3.1428, 1, 0.03);
}



TEST(DataFile, MissingColumnsAndFilesAreNamedOnEveryRank)
{
  const TemporaryFile file("x1,z\n1,2\n", true);
  try
    {
      DataMoments::from_file(MPI_COMM_WORLD, file.name, 1, 1);
      FAIL();
    }
  catch (const UserError &error)
    {
      EXPECT_NE(std::string(error.what()).find("'y1'"), std::string::npos);
    }
  EXPECT_THROW(DataMoments::from_file(MPI_COMM_WORLD, "none.csv", 1, 1),
               UserError);
}



namespace
{
  constexpr const char *rows_with_weights = "x1,y1,weight\n"
                                            "1,2,1\n"
                                            "-1,.5,0\n"
                                            "2,3,3\n";

  void expect_same(const DataMoments &a, const DataMoments &b)
  {
    const auto mean_a = a.mean(), mean_b = b.mean();
    const auto C_a = a.covariance(), C_b = b.covariance();
    EXPECT_NEAR(a.residual_loss, b.residual_loss, 1e-14);
    for (unsigned int i = 0; i < mean_a.size(); ++i)
      {
        EXPECT_NEAR(mean_a[i], mean_b[i], 1e-13);
        for (unsigned int j = 0; j < mean_a.size(); ++j)
          EXPECT_NEAR(C_a(i, j), C_b(i, j), 1e-12);
      }
    for (unsigned int i = 0; i < a.third.size(); ++i)
      EXPECT_NEAR(a.third[i], b.third[i], 1e-11);
  }
} // namespace



TEST(DataFile, WeightsAreRepetitions)
{
  const TemporaryFile weighted(rows_with_weights, true),
    repeated("y1,x1\n3,2\n2,1\n3,2\n3,2\n", true);
  const auto moments =
    DataMoments::from_file(MPI_COMM_WORLD, weighted.name, 1, 1);
  expect_same(moments,
              DataMoments::from_file(MPI_COMM_WORLD, repeated.name, 1, 1));
  EXPECT_EQ(moments.n_samples, 2u);
  EXPECT_TRUE(moments.has_shares);
}



// Those of the case take the place of those of the file.
TEST(DataFile, GivenWeightsMaskRows)
{
  const TemporaryFile weighted(rows_with_weights, true),
    masked("x1,y1\n-1,.5\n2,3\n", true);
  const auto weights = parse_row_weights("entry", "1: 0; 2-3: 1");
  const auto moments =
    DataMoments::from_file(MPI_COMM_WORLD, weighted.name, 1, 1, weights);
  expect_same(moments,
              DataMoments::from_file(MPI_COMM_WORLD, masked.name, 1, 1));
  EXPECT_FALSE(moments.has_shares);
  for (const char *given : {"4: 1", "1-3: 0"})
    EXPECT_THROW(DataMoments::from_file(MPI_COMM_WORLD,
                                        weighted.name,
                                        1,
                                        1,
                                        parse_row_weights("entry", given)),
                 UserError);
  for (const char *wrong : {"0: 1", "2", "2: -1", "3-2: 1", "1: 1; 1: 2", "a"})
    EXPECT_THROW(parse_row_weights("entry", wrong), EntryError) << wrong;
}



// The shares of the rows among many draws, within four standard errors.
TEST(DataFile, BatchesFollowWeights)
{
  const TemporaryFile weighted(rows_with_weights, true);
  LossParameters      loss;
  loss.widths = {1, 1};
  loss.data   = "file";
  loss.file   = weighted.name;
  OptimiserParameters optimiser;
  const auto source = make_batch_source(loss, optimiser, "", MPI_COMM_WORLD);
  const RandomStream stream(1);
  std::vector<Lanes> means(2);
  double             n_third = 0, n = 0;
  for (unsigned int step = 0; step < 2000; ++step)
    {
      RandomStream::Draws draws(stream, 0, step);
      source->draw(draws, means);
      for (unsigned int lane = 0; lane < n_lanes; ++lane, ++n)
        {
          ASSERT_TRUE(means[0][lane] == 1 || means[0][lane] == 4);
          n_third += (means[0][lane] == 4);
        }
    }
  EXPECT_NEAR(n_third / n, .75, 4 * std::sqrt(.75 * .25 / n));
  optimiser.sampling = "without replacement";
  EXPECT_THROW(make_batch_source(loss, optimiser, "", MPI_COMM_WORLD),
               EntryError);
}
