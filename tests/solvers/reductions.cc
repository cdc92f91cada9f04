// SPDX-License-Identifier: GPL-3.0-or-later
// Laws of one parameter that are known in closed form.
#include "models/balanced_network.h"
#include "models/expression_loss.h"
#include "tests/problem.h"

#include <gtest/gtest.h>

using namespace sgdfp;

namespace
{
  std::shared_ptr<const Loss<1>> half_square()
  {
    return std::make_shared<ExpressionLoss<1>>(
      Expression::parse("x^2/2", {"x"}), "x^2/2", "0", 0.);
  }
} // namespace



// p ~ (1 + x^2)^(a - 6) for L = x^2/2, D = .1 (1 + x^2) in a box without flux.
TEST(Calculus, HasItsOwnLawAndNoCurrent)
{
  const dealii::QGauss<1> rule(200);
  for (const auto &[calculus, a] : {std::make_pair("ito", 0.),
                                    std::make_pair("midpoint", 0.5),
                                    std::make_pair("isothermal", 1.)})
    {
      auto problem              = std::make_unique<Problem<1>>();
      problem->loss             = half_square();
      problem->vocabulary       = {{"x"}, {}};
      problem->noise.type       = "expression";
      problem->noise.expression = "0.1*(1 + x^2)";
      problem->noise.calculus   = calculus;
      problem->use_box(4, 7);
      problem->observables.functions    = "second: x^2";
      problem->observables.probe_points = {{0}, {1.5}};
      const auto &answer                = problem->answer();

      double Z = 0, second = 0;
      for (unsigned int q = 0; q < rule.size(); ++q)
        {
          const double x = 8 * rule.point(q)[0] - 4;
          const double w = 8 * rule.weight(q) * std::pow(1 + x * x, a - 6);
          Z += w;
          second += w * x * x;
        }
      EXPECT_NEAR(answer["observables"]["second"]["mean"].get<double>() /
                    (second / Z),
                  1,
                  1e-8);
      for (const auto &probe : answer["probes"])
        {
          const double x = probe["theta"][0];
          EXPECT_NEAR(probe["density"].get<double>() /
                        (std::pow(1 + x * x, a - 6) / Z),
                      1,
                      1e-8)
            << calculus;
        }
      EXPECT_LT(answer["current"]["l1"].get<double>(), 1e-11);
    }
}



// The same through the solver: polynomials know nothing of the closed form.
TEST(Calculus, PotentialAndSolverAgree)
{
  auto problem              = std::make_unique<Problem<1>>();
  problem->loss             = half_square();
  problem->vocabulary       = {{"x"}, {}};
  problem->noise.type       = "expression";
  problem->noise.expression = "0.1*(1 + x^2)";
  problem->use_box(4, 8);
  problem->observables.functions = "second: x^2";
  const double by_potential =
    problem->answer()["observables"]["second"]["mean"].get<double>();
  problem->discretisation_parameters.trial_space = "polynomial";
  const double by_solver =
    problem->answer()["observables"]["second"]["mean"].get<double>();
  EXPECT_NEAR(by_solver / by_potential, 1, 1e-6);
  EXPECT_NE(by_solver, by_potential);
}



// Anchor B4 with two layers: tail w^(-7/2), in a graded box.
TEST(BalancedNetwork, HasTheLawOfTheAnchor)
{
  dealii::FullMatrix<double> one(1, 1);
  one(0, 0)    = 1;
  auto problem = std::make_unique<Problem<1>>();
  problem->loss =
    std::make_shared<BalancedNetwork<1>>(NetworkLayout::diagonal({1, 1}),
                                         2,
                                         DataMoments::gaussian(one, one, 0.5),
                                         0.);
  problem->optimiser.learning_rate   = 0.1;
  problem->domain.lower              = {0};
  problem->domain.upper              = {1e13};
  problem->domain.grading            = 1;
  problem->domain.initial_refinement = 9;
  problem->observables.functions =
    "square: u^2; cube: u^3; below: if(u < 1, 1, 0)";
  problem->observables.probe_points = {{1}};
  const auto &answer                = problem->answer();
  const auto  expect = [](const Summary::Json &found, const double exact) {
    EXPECT_NEAR(found.get<double>() / exact, 1, 1e-6);
  };
  expect(answer["moments"]["mean"][0], .984364314683);
  expect(answer["observables"]["square"]["mean"], 1.000085482534);
  expect(answer["observables"]["below"]["mean"], .558868853130);
  expect(answer["probes"][0]["density"], 2.61535240086);
  expect(answer["free_energy"]["energy"], .140678426584);
  // What has no mean has none.
  EXPECT_TRUE(answer["observables"]["cube"]["mean"].is_null());
  EXPECT_TRUE(answer["observables"]["square"]["variance"].is_null());
  EXPECT_TRUE(answer["gibbs"]["nominal_temperature"].is_null());
  // Nothing crosses w = 0: the mass there does not count.
  EXPECT_LT(answer["density"]["boundary_mass"].get<double>(), 1e-20);
  EXPECT_LT(answer["current"]["l1"].get<double>(), 1e-9);

  // With a floor paths reach w = 0 and turn back: still no cut.
  problem->noise.isotropic_floor = 1e-3;
  EXPECT_GT(problem->answer()["probes"][0]["density"].get<double>(), 2.5);
  EXPECT_LT(problem->answer()["density"]["boundary_mass"].get<double>(), 1e-20);
}



// A graded mesh in the plane, with the solver: the same law as without.
TEST(GradedBox, GivesTheSameLaw)
{
  std::vector<double> found;
  for (const double grading : {0., 1.})
    {
      auto problem            = ornstein_uhlenbeck({{0.2, 0.1}, {0.1, 0.3}}, 5);
      problem->domain.grading = grading;
      const auto &answer      = problem->answer();
      EXPECT_NEAR(answer["probes"][1]["density"].get<double>() /
                    .288323750666174,
                  1,
                  1e-5);
      EXPECT_NEAR(answer["moments"]["covariance"][0][1].get<double>(),
                  0.05,
                  1e-5);
      EXPECT_NEAR(
        answer["detailed_balance"]["entropy_production"].get<double>(),
        0.2,
        1e-3);
      EXPECT_NEAR(answer["density"]["mass"].get<double>(), 1, 1e-12);
    }
}



// Posterior of a Gaussian likelihood and prior: all normal.
TEST(GibbsComparison, BayesianPosteriorKeepsThePriorApart)
{
  const double h = 1, T = 0.2, decay = 0.5, n = 20, beta = 0.5, noise = 2,
               deviation = 0.7;
  auto problem           = std::make_unique<Problem<1>>();
  problem->loss          = std::make_shared<ExpressionLoss<1>>(
    Expression::parse("x^2/2", {"x"}), "x^2/2", "0", decay);
  problem->vocabulary                    = {{"x"}, {{"d", deviation}}};
  problem->noise.type                    = "isotropic";
  problem->noise.temperature             = T;
  problem->reference.temperature         = "bayes";
  problem->reference.samples             = n;
  problem->reference.inverse_temperature = beta;
  problem->reference.noise_variance      = noise;
  problem->use_box(6, 6);
  const double variance_p = T / (h + decay);
  const double variance_q =
    1 / (n * beta * h / noise + 1 / (deviation * deviation));
  const double ratio = variance_p / variance_q;
  const double kl    = 0.5 * (ratio - 1 - std::log(ratio));
  for (const char *prior : {"gaussian 0.7", "exp(-x^2/(2*d^2))"})
    {
      problem->reference.prior = prior;
      const auto &answer       = problem->answer();
      EXPECT_NEAR(answer["gibbs"]["kl"].get<double>(), kl, 1e-10) << prior;
      EXPECT_NEAR(answer["gibbs"]["temperature"].get<double>(), 0.2, 1e-15);
      // F[p] - F[q] = T KL
      const auto &F = answer["free_energy"];
      EXPECT_NEAR(F["value"].get<double>() - F["gibbs_value"].get<double>(),
                  0.2 * kl,
                  1e-10);
    }
  problem->reference.prior = "if(x > 0, 1, 0)";
  EXPECT_TRUE(problem->answer()["gibbs"]["kl"].is_null());
  problem->reference.prior = "flat";
  EXPECT_NEAR(problem->answer()["gibbs"]["kl"].get<double>(),
              0.5 * (variance_p * 5 - 1 - std::log(variance_p * 5)),
              1e-10);
}
