// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/dynamics.h"

#include "base/errors.h"
#include "models/balanced_network.h"
#include "models/quadratic_loss.h"

#include <gtest/gtest.h>

#include <random>

using namespace sgdfp;
using dealii::FullMatrix;
using dealii::Point;
using dealii::Tensor;

namespace
{
  DataMoments scalar_data(const double label_noise, const double teacher = 1)
  {
    FullMatrix<double> input(1, 1), map(1, 1);
    input(0, 0) = 1;
    map(0, 0)   = teacher;
    return DataMoments::gaussian(input, map, label_noise);
  }



  /// Why pure minibatch noise has no density
  template <int dim>
  std::string collapse(const std::shared_ptr<const Loss<dim>> &loss,
                       const std::string                      &calculus = "ito")
  {
    NoiseParameters noise;
    noise.calculus = calculus;
    return Dynamics<dim>(loss, noise, {}).why_no_density();
  }



  template <int dim>
  std::string collapse(const NetworkLayout &layout,
                       const DataMoments   &data,
                       const double         weight_decay,
                       const std::string   &calculus = "ito")
  {
    return collapse<dim>(std::make_shared<DeepLinearNetwork<dim>>(layout,
                                                                  data,
                                                                  weight_decay),
                         calculus);
  }



  bool contains(const std::string &text, const std::string &part)
  {
    return text.find(part) != std::string::npos;
  }



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



TEST(Dynamics, CollapsesWhereGradientNoiseVanishesOnTheMinima)
{
  const std::string onto_minima = "minimum set";
  // One layer, and a chain that shares its weights: theta^2 = 1.
  NetworkLayout shared({1, 1, 1});
  shared.share({{1, 2}});
  for (const NetworkLayout &layout : {NetworkLayout({1, 1}), shared})
    {
      EXPECT_TRUE(
        contains(collapse<1>(layout, scalar_data(0), 0), onto_minima));
      EXPECT_EQ(collapse<1>(layout, scalar_data(0.5), 0), "");
      // Weight decay takes the minimum away from where the noise vanishes,
      // unless both are at 0.
      EXPECT_EQ(collapse<1>(layout, scalar_data(0), 0.1), "");
      EXPECT_TRUE(
        contains(collapse<1>(layout, scalar_data(0, 0), 0.1), onto_minima));
    }
  // A square does not fit a negative teacher: it keeps its noise.
  EXPECT_EQ(collapse<1>(shared, scalar_data(0, -1), 0), "");

  // Nor does a single output weight fit two inputs.
  FullMatrix<double> input(2, 2), map(1, 2);
  input(0, 0) = input(1, 1) = 1;
  map(0, 0)                 = 1;
  map(0, 1)                 = 0.5;
  const auto data           = DataMoments::gaussian(input, map, 0.);
  EXPECT_TRUE(
    contains(collapse<2>(NetworkLayout({2, 1}), data, 0), onto_minima));
  EXPECT_TRUE(
    contains(collapse<3>(NetworkLayout({2, 1, 1}), data, 0), onto_minima));
  NetworkLayout slice({2, 1});
  slice.offset     = {0, 0};
  slice.directions = {{1, 0}};
  EXPECT_EQ(collapse<1>(slice, data, 0), "");
  slice.offset = {0, 0.5};
  EXPECT_TRUE(contains(collapse<1>(slice, data, 0), onto_minima));
}



TEST(Dynamics, BalancedLayersCollapseWhereTheyFit)
{
  const auto balanced = [](const double teacher,
                           const double label_noise,
                           const double weight_decay) {
    return std::make_shared<BalancedNetwork<1>>(NetworkLayout::diagonal({1, 1}),
                                                3,
                                                scalar_data(label_noise,
                                                            teacher),
                                                weight_decay);
  };
  EXPECT_NE(collapse<1>(balanced(1, 0, 0)), "");
  EXPECT_EQ(collapse<1>(balanced(1, 0.5, 0)), "");
  EXPECT_EQ(collapse<1>(balanced(1, 0, 0.1)), "");
  EXPECT_EQ(collapse<1>(balanced(-1, 0, 0)), ""); // w >= 0
}



TEST(Dynamics, ChainsCollapseByTheirCalculusAndSharing)
{
  const NetworkLayout chain({1, 1, 1});
  const auto          data = scalar_data(0.5);
  EXPECT_TRUE(contains(collapse<2>(chain, data, 0), "decays"));
  EXPECT_TRUE(contains(collapse<2>(chain, data, 0, "midpoint"), "decays"));
  EXPECT_TRUE(contains(collapse<2>(chain, data, 0.1, "isothermal"), "decays"));
  // Then u^2 - v^2 neither decays nor moves.
  EXPECT_TRUE(contains(collapse<2>(chain, data, 0, "isothermal"), "start"));
  NetworkLayout shared({1, 1, 1, 1});
  shared.share({{1, 2}});
  EXPECT_TRUE(contains(collapse<2>(shared, data, 0), "theta_i^2/n_i"));
  // What a drift of the user's does to it is not known.
  NoiseParameters     noise;
  OptimiserParameters optimiser;
  optimiser.additional_drift = "v, -u";
  EXPECT_EQ(Dynamics<2>(network(0.5), noise, optimiser, {{"u", "v"}, {}})
              .why_no_density(),
            "");
}



TEST(Dynamics, EqualSamplesMakeNoNoise)
{
  FullMatrix<double> one(1, 1);
  one(0, 0) = 1;
  EXPECT_TRUE(contains(collapse<1>(NetworkLayout({1, 1}),
                                   DataMoments::fixed_input({1.}, one, 0.),
                                   0.1),
                       "no minibatch noise"));
}



namespace
{
  /// The negative control has no current by construction: F = D^-1 r is
  /// grad log q, and all derivatives are those of r.
  template <int dim>
  void expect_equilibrium(const Dynamics<dim> &dynamics,
                          const Loss<dim>     &loss,
                          const double         ito_weight)
  {
    const double        T       = 0.7;
    const Dynamics<dim> control = dynamics.equilibrium_at(T);
    EXPECT_FALSE(control.isotropic_temperature());
    std::mt19937                           random(5);
    std::uniform_real_distribution<double> uniform(0.3, 1.5);
    for (unsigned int k = 0; k < 20; ++k)
      {
        Point<dim> x;
        for (unsigned int d = 0; d < dim; ++d)
          x[d] = uniform(random);
        const auto all = MatrixFieldDerivatives::all;
        const auto f   = control.flux(x, all);
        EXPECT_NEAR(
          (f.diffusion.value - dynamics.diffusion(x, all).value).norm(), 0, 0);
        const auto force = invert(Tensor<2, dim>(f.diffusion.value)) * f.drift;
        EXPECT_NEAR((force + loss.gradient(x) / T).norm(), 0, 1e-10);
        EXPECT_NEAR((control.drift(x) - ito_weight * f.diffusion.divergence -
                     f.drift)
                      .norm(),
                    0,
                    1e-12);
        const double h = 1e-5;
        for (unsigned int l = 0; l < dim; ++l)
          {
            Point<dim> above = x, below = x;
            above[l] += h;
            below[l] -= h;
            const auto difference = (control.flux(above, all).drift -
                                     control.flux(below, all).drift) /
                                    (2 * h);
            EXPECT_NEAR((difference - f.drift_gradient[l]).norm(),
                        0,
                        1e-8 * (1 + difference.norm()));
          }
      }
  }
} // namespace



TEST(Dynamics, TheNegativeControlIsInEquilibriumWithGibbs)
{
  for (const auto &[calculus, weight] :
       {std::make_pair("ito", 1.), {"midpoint", 0.5}, {"isothermal", 0.}})
    {
      NoiseParameters noise;
      noise.isotropic_floor = 0.05;
      noise.calculus        = calculus;
      OptimiserParameters optimiser;
      optimiser.additional_drift = "v, -u";
      const auto loss            = network(0.5);
      expect_equilibrium<2>(
        Dynamics<2>(loss, noise, optimiser, {{"u", "v"}, {}}), *loss, weight);

      const auto balanced = std::make_shared<BalancedNetwork<1>>(
        NetworkLayout::diagonal({1, 1}), 2, scalar_data(0.5), 0.1);
      expect_equilibrium<1>(Dynamics<1>(balanced, noise, {}),
                            *balanced,
                            weight);
    }
  NoiseParameters noise;
  noise.type        = "isotropic";
  noise.temperature = 0.7;
  EXPECT_TRUE(Dynamics<2>(network(0.5), noise, {}).isotropic_temperature());
  EXPECT_FALSE(Dynamics<2>(network(0.5), noise, {})
                 .equilibrium_at(0.7)
                 .isotropic_temperature());
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
