// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/dynamics.h"

#include "base/errors.h"
#include "models/deep_linear_network.h"
#include "models/quadratic_loss.h"

#include <gtest/gtest.h>

using namespace sgdfp;
using dealii::FullMatrix;
using dealii::Point;

namespace
{
  std::shared_ptr<const Loss<2>> network(const double label_noise)
  {
    FullMatrix<double> one(1, 1);
    one(0, 0) = 1;
    return std::make_shared<DeepLinearNetwork<2>>(
      std::vector<unsigned int>{1, 1, 1},
      DataMoments::gaussian(one, one, label_noise),
      0.);
  }
} // namespace



TEST(Dynamics, MinibatchDiffusionIsEtaOverTwiceTheBatchTimesC)
{
  const auto          loss = network(0.5);
  OptimiserParameters optimiser;
  optimiser.learning_rate = 0.3;
  optimiser.batch_size    = 4;
  NoiseParameters noise;
  noise.isotropic_floor = 0.01;
  const Dynamics<2> dynamics(loss, noise, optimiser);
  const Point<2>    theta(0.7, -1.2);
  const auto C = loss->gradient_covariance(theta, MatrixFieldDerivatives::all);
  const auto D = dynamics.diffusion(theta, MatrixFieldDerivatives::all);
  EXPECT_NEAR(D.value[0][0], 0.3 / 8 * C.value[0][0] + 0.01, 1e-15);
  EXPECT_NEAR(D.value[0][1], 0.3 / 8 * C.value[0][1], 1e-15);
  EXPECT_NEAR(D.divergence[0], 0.3 / 8 * C.divergence[0], 1e-15);
  EXPECT_FALSE(dynamics.isotropic_temperature());
}



TEST(Dynamics, TheCalculusMovesTheDivergenceOfDIntoTheDrift)
{
  const auto     loss = network(0.5);
  const Point<2> theta(0.7, -1.2);
  for (const auto &[name, weight] :
       {std::make_pair("ito", 1.), {"midpoint", 0.5}, {"isothermal", 0.}})
    {
      NoiseParameters noise;
      noise.calculus = name;
      const Dynamics<2> dynamics(loss, noise, OptimiserParameters());
      const auto        flux =
        dynamics.flux(theta, MatrixFieldDerivatives::divergence);
      const auto expected =
        dynamics.drift(theta) - weight * flux.diffusion.divergence;
      EXPECT_NEAR((flux.drift - expected).norm(), 0, 1e-14) << name;
    }
}



TEST(Optimiser, WithoutReplacementHasTheFinitePopulationFactor)
{
  OptimiserParameters optimiser;
  optimiser.batch_size = 10;
  EXPECT_EQ(optimiser.sampling_factor(100), 1);
  optimiser.sampling = "without replacement";
  EXPECT_NEAR(optimiser.sampling_factor(100), 0.9 * 100 / 99., 1e-15);
  EXPECT_EQ(optimiser.sampling_factor(10), 0); // the whole data: no noise
  EXPECT_EQ(optimiser.sampling_factor(0), 1);  // a population is infinite
  EXPECT_THROW(optimiser.sampling_factor(9), EntryError);
}



TEST(Dynamics, KnowsWhereThereIsNoDensity)
{
  NoiseParameters noise;
  EXPECT_NE(Dynamics<2>(network(0.5), noise, {}).why_no_density(), "");
  noise.isotropic_floor = 0.01;
  EXPECT_EQ(Dynamics<2>(network(0.5), noise, {}).why_no_density(), "");
  noise.isotropic_floor = 0;
  noise.type            = "none";
  EXPECT_NE(Dynamics<2>(network(0.5), noise, {}).why_no_density(), "");
  // Rank deficiency alone is no reason: the law is hypoelliptic.
  noise.type           = "constant";
  noise.diffusion      = {{0.2, 0.2}, {0.2, 0.2}};
  const auto quadratic = std::make_shared<QuadraticLoss<2>>(
    dealii::SymmetricTensor<2, 2>(dealii::Tensor<2, 2>({{1, 0}, {0, 3}})),
    dealii::Tensor<1, 2>(),
    0.);
  EXPECT_EQ(Dynamics<2>(quadratic, noise, {}).why_no_density(), "");
  noise.type = "minibatch";
  EXPECT_THROW(Dynamics<2>(quadratic, noise, {}), EntryError);
}



TEST(NoiseParameters, RefuseWhatIsNoDiffusionMatrix)
{
  NoiseParameters noise;
  noise.type = "constant";
  for (const std::vector<std::vector<double>> &bad :
       {std::vector<std::vector<double>>{{1, 2}, {3, 4}},
        {{1, 2}, {2, 1}},
        {{1, 0}},
        {{1, 0, 0}, {0, 1, 0}},
        {{-1, 0}, {0, 1}}})
    {
      noise.diffusion = bad;
      EXPECT_THROW(noise.check(2), EntryError);
    }
  noise.diffusion = {{0.2, 0.2}, {0.2, 0.2}};
  EXPECT_NO_THROW(noise.check(2));
}



TEST(LossParameters, RefuseNetworksThatDoNotFitTheDimension)
{
  LossParameters loss;
  EXPECT_NO_THROW(loss.check(2));
  EXPECT_THROW(loss.check(3), EntryError);
  loss.widths = {2, 1};
  EXPECT_THROW(loss.check(2), EntryError); // teacher is 1 x 1
  loss.teacher          = {{1, 2}};
  loss.input_covariance = {{1, 0.5}, {0.5, 1}};
  EXPECT_NO_THROW(loss.check(2));
  loss.input_covariance = {{1, 2}, {2, 1}};
  EXPECT_THROW(loss.check(2), EntryError);
}
