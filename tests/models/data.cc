// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/errors.h"
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
