// SPDX-License-Identifier: GPL-3.0-or-later
// Observables that every case has, against what is known of the law.
#include "tests/problem.h"

#include <gtest/gtest.h>

using namespace sgdfp;

namespace
{
  double mean(const Summary::Json &answer, const std::string &name)
  {
    return answer["observables"][name]["mean"].get<double>();
  }
} // namespace



TEST(LandscapeObservables, OfAQuadraticLossAreClosedForms)
{
  // L = (u^2 + 3 v^2)/2 with D = .1 I: normal, variances .1 and .1/3.
  auto        problem = ornstein_uhlenbeck({{0.1, 0}, {0, 0.1}}, 5);
  const auto &answer  = problem->answer();
  EXPECT_NEAR(mean(answer, "loss"), 0.1, 1e-9);
  EXPECT_NEAR(mean(answer, "sharpness"), 3, 1e-10);
  EXPECT_NEAR(mean(answer, "trace_of_hessian"), 4, 1e-10);
  EXPECT_FALSE(answer["observables"].contains("end_to_end"));

  // E|theta| by quadrature of the exact law, in polar coordinates.
  const dealii::QGauss<1> rule(100);
  double                  distance = 0, gradient = 0;
  for (unsigned int q = 0; q < rule.size(); ++q)
    {
      const double angle = 2 * M_PI * rule.point(q)[0];
      // u = sqrt(.1) r cos, v = sqrt(.1/3) r sin, E r = sqrt(pi/2)
      const double u = std::sqrt(0.1) * std::cos(angle);
      const double v = std::sqrt(0.1 / 3) * std::sin(angle);
      distance += rule.weight(q) * std::hypot(u, v) * std::sqrt(M_PI / 2);
      gradient += rule.weight(q) * std::hypot(u, 3 * v) * std::sqrt(M_PI / 2);
    }
  EXPECT_NEAR(mean(answer, "distance_to_minimum") / distance, 1, 1e-5);
  EXPECT_NEAR(mean(answer, "gradient_norm") / gradient, 1, 1e-5);
}



TEST(LandscapeObservables, OfANetworkAgreeWithExpressions)
{
  auto problem = scalar_network<2>(0.2, 0.05, 0.1);
  problem->use_box(5, 5);
  problem->observables.functions =
    "product: u*v; balance: abs(u^2-v^2); size: abs(u*v);"
    "loss: 0.5*((u*v-1)^2+0.25)+0.1*(u^2+v^2); curvature: u^2+v^2+0.4";
  const auto &answer = problem->answer();
  EXPECT_NEAR(mean(answer, "end_to_end"), mean(answer, "product"), 1e-10);
  EXPECT_NEAR(mean(answer, "trace_of_hessian"),
              mean(answer, "curvature"),
              1e-10);
  EXPECT_NEAR(mean(answer, "effective_rank"), 1, 1e-9);
  // Gauss quadrature of a kink against one that sees it.
  EXPECT_NEAR(mean(answer, "imbalance_1"), mean(answer, "balance"), 1e-3);
  EXPECT_NEAR(mean(answer, "singular_value_1"), mean(answer, "size"), 1e-3);
  // The user's function of that name takes precedence, and says the same.
  EXPECT_NEAR(mean(answer, "loss"),
              answer["free_energy"]["energy"].get<double>(),
              1e-12);
  EXPECT_FALSE(answer.contains("slice"));
}



TEST(LandscapeObservables, OfTwoModesHaveARank)
{
  // diag(u, v) with teacher diag(1, .5): one layer, ordinary regression.
  auto                       problem = std::make_unique<Problem<2>>();
  dealii::FullMatrix<double> one = dealii::IdentityMatrix(2), teacher = one;
  teacher(1, 1) = 0.5;
  problem->loss = std::make_shared<DeepLinearNetwork<2>>(
    NetworkLayout::diagonal({2, 2}),
    DataMoments::gaussian(one, teacher, 0.5),
    0.);
  problem->noise.type                = "isotropic";
  problem->noise.temperature         = 1e-3;
  problem->domain.lower              = {0.5, 0};
  problem->domain.upper              = {1.5, 1};
  problem->domain.initial_refinement = 5;
  const auto &answer                 = problem->answer();
  EXPECT_NEAR(mean(answer, "end_to_end_11"), 1, 1e-8);
  EXPECT_NEAR(mean(answer, "end_to_end_22"), 0.5, 1e-8);
  EXPECT_EQ(mean(answer, "end_to_end_12"), 0);
  EXPECT_NEAR(mean(answer, "singular_value_1"), 1, 1e-6);
  EXPECT_NEAR(mean(answer, "singular_value_2"), 0.5, 1e-6);
  // exp of the entropy of (2/3, 1/3), moved a little by the noise
  EXPECT_NEAR(mean(answer, "effective_rank"),
              std::exp(std::log(3.) - 2. / 3 * std::log(2.)),
              2e-3);
}



TEST(SliceStatistics, TellHowMuchLeaves)
{
  auto          problem = std::make_unique<Problem<1>>();
  NetworkLayout layout({1, 1, 1});
  layout.offset     = {0, 1};
  layout.directions = {{1, 0}};
  dealii::FullMatrix<double> one(1, 1);
  one(0, 0) = 1;
  problem->loss =
    std::make_shared<DeepLinearNetwork<1>>(layout,
                                           DataMoments::gaussian(one, one, 0.5),
                                           0.05);
  problem->optimiser.learning_rate = 0.1;
  problem->use_box(6, 8);
  // v = 1: dL/du = (u-1) + .05 u, dL/dv = (u-1) u + .05; C = c (1, u)(1, u)^T
  problem->observables.functions =
    "along: ((u-1)+0.05*u)^2; across: ((u-1)*u+0.05)^2;"
    "noise_along: 2*(u-1)^2+0.25; noise_across: (2*(u-1)^2+0.25)*u^2";
  const auto  &answer       = problem->answer();
  const double across       = mean(answer, "across"),
               noise_across = mean(answer, "noise_across");
  EXPECT_NEAR(answer["slice"]["drift_leaving"].get<double>(),
              std::sqrt(across / (across + mean(answer, "along"))),
              1e-10);
  EXPECT_NEAR(answer["slice"]["noise_leaving"].get<double>(),
              std::sqrt(noise_across /
                        (noise_across + mean(answer, "noise_along"))),
              1e-10);
}



// Edges that lie nowhere near faces of cells, along the axes and across.
TEST(Observables, IntegrateUpToTheJump)
{
  // Anchor A1: u ~ N(0, .2), v ~ N(0, .1), covariance .05.
  auto problem = ornstein_uhlenbeck({{0.2, 0.1}, {0.1, 0.3}}, 6);
  problem->observables.functions =
    "strip: if(abs(u) < 0.27, 1, 0); half: if(u + v > 0.31, 1, 0);"
    "box: if(u > 0.1 && v > -0.2, 1, 0); step: floor(u)";
  const auto &answer = problem->answer();
  EXPECT_NEAR(mean(answer, "strip"), std::erf(0.27 / std::sqrt(0.4)), 1e-6);
  EXPECT_NEAR(mean(answer, "half"),
              0.5 * std::erfc(0.31 / std::sqrt(2 * 0.4)),
              1e-6);
  // floor is antisymmetric about 1/2 up to the points where it jumps.
  EXPECT_NEAR(mean(answer, "step"), -0.5, 1e-6);
  // P(u > .1, v > -.2) by one quadrature: v given u is N(u/4, .0875).
  const dealii::QGauss<1> rule(60);
  double                  exact = 0;
  for (unsigned int q = 0; q < rule.size(); ++q)
    {
      const double u = 0.1 + 2.9 * rule.point(q)[0];
      exact += 2.9 * rule.weight(q) * std::exp(-u * u / 0.4) /
               std::sqrt(0.4 * M_PI) * 0.5 *
               std::erfc((-0.2 - u / 4) / std::sqrt(2 * 0.0875));
    }
  EXPECT_NEAR(mean(answer, "box"), exact, 2e-6);
}
