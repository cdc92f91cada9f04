// SPDX-License-Identifier: GPL-3.0-or-later
// Ornstein-Uhlenbeck anchors on meshes small enough for the unit tests; the
// full-size ones are in anchors.cc.
#include "tests/problem.h"

#include <gtest/gtest.h>

using namespace sgdfp;
using dealii::Point;

TEST(OrnsteinUhlenbeck, SmallMeshMatchesAnchorA1)
{
  auto             problem   = ornstein_uhlenbeck({{0.2, 0.1}, {0.1, 0.3}}, 5);
  const auto      &answer    = problem->answer();
  constexpr double tolerance = 1e-5;
  EXPECT_NEAR(answer["density"]["mass"].get<double>(), 1, 1e-12);
  EXPECT_NEAR(answer["moments"]["covariance"][0][0].get<double>(),
              0.2,
              tolerance);
  EXPECT_NEAR(answer["moments"]["covariance"][0][1].get<double>(),
              0.05,
              tolerance);
  EXPECT_NEAR(answer["detailed_balance"]["entropy_production"].get<double>(),
              0.2,
              tolerance);
  EXPECT_NEAR(answer["current"]["velocity_curl_max"].get<double>(),
              -6. / 7,
              1e-4);
  EXPECT_FALSE(answer["detailed_balance"]["holds"].get<bool>());
}



TEST(OrnsteinUhlenbeck, DetailedBalanceWithoutGibbsIsRecognised)
{
  // Anchor A3: D = .1 H has J = 0 and KL = ln(2/sqrt 3).
  auto        problem = ornstein_uhlenbeck({{0.1, 0}, {0, 0.3}}, 5);
  const auto &answer  = problem->answer();
  EXPECT_TRUE(answer["detailed_balance"]["holds"].get<bool>());
  EXPECT_LT(answer["current"]["l1"].get<double>(), 1e-8);
  EXPECT_NEAR(answer["gibbs"]["kl"].get<double>(), 0.143841036225890, 1e-6);
}



TEST(OrnsteinUhlenbeck, RankDeficientNoiseIsAnsweredWithoutEntropyProduction)
{
  // Anchor A2: covariance [[.2, .1], [.1, 1/15]].
  auto        problem = ornstein_uhlenbeck({{0.2, 0.2}, {0.2, 0.2}}, 6);
  const auto &answer  = problem->answer();
  const auto &S       = answer["moments"]["covariance"];
  EXPECT_NEAR(S[0][0].get<double>(), 0.2, 1e-5);
  EXPECT_NEAR(S[0][1].get<double>(), 0.1, 1e-5);
  EXPECT_NEAR(S[1][1].get<double>(), 1. / 15, 1e-5);
  EXPECT_TRUE(answer["detailed_balance"]["entropy_production"].is_null());
  const auto reason =
    answer["detailed_balance"]["entropy_production_reason"].get<std::string>();
  EXPECT_EQ(reason.find("infinite"), 0u) << reason;
  EXPECT_FALSE(answer["detailed_balance"]["holds"].get<bool>());
}



TEST(StationarySolver, IterativeAndDirectSolversAgree)
{
  auto direct    = ornstein_uhlenbeck({{0.2, 0.1}, {0.1, 0.3}}, 4);
  auto iterative = ornstein_uhlenbeck({{0.2, 0.1}, {0.1, 0.3}}, 4);
  direct->solver_parameters.method    = "direct";
  iterative->solver_parameters.method = "iterative";
  // Each pass adds its own error.
  iterative->solver_parameters.tolerance = 1e-13;
  direct->solve();
  iterative->solve();
  Vector a = direct->discretisation->owned_vector();
  a        = direct->solver->law().nodal_density();
  Vector b = iterative->discretisation->owned_vector();
  b        = iterative->solver->law().nodal_density();
  a -= b;
  EXPECT_LT(a.l1_norm() / b.l1_norm(), 1e-10);
}



TEST(OrnsteinUhlenbeck, ARotationOfTheUpdateLeavesItsLawAndMakesACurrent)
{
  const double a       = 2;
  auto         problem = rotating_ornstein_uhlenbeck<2>(a, 5);
  const auto  &answer  = problem->answer();
  const auto   normal  = [](const Point<2> &x) {
    return normal_density(x, 1, 0, 1);
  };
  EXPECT_LT(problem->errors(normal).first, 1e-6);
  EXPECT_NEAR(answer["detailed_balance"]["entropy_production"].get<double>(),
              2 * a * a,
              1e-5);
  EXPECT_NEAR(answer["current"]["velocity_curl_max"].get<double>(),
              -2 * a,
              1e-6);
  EXPECT_FALSE(answer["detailed_balance"]["holds"].get<bool>());
}



TEST(OrnsteinUhlenbeck, TheNegativeControlIsSolvedToItsGibbsDensity)
{
  // Of a problem with a current, on the same mesh.
  auto problem = ornstein_uhlenbeck({{0.2, 0.1}, {0.1, 0.3}}, 5);
  problem->prepare();
  const double            T       = 0.25;
  const Dynamics<2>       control = problem->dynamics->equilibrium_at(T);
  SelfConsistentSolver<2> solver(*problem->discretisation,
                                 control,
                                 problem->discretisation_parameters,
                                 problem->solver_parameters,
                                 problem->log);
  solver.solve();
  double error = 0, current = 0;
  solver.law().for_each_point([&](const auto &sample) {
    error += std::abs(sample.law.density() -
                      normal_density(sample.theta, T, 0, T / 3)) *
             sample.weight;
    current += sample.law.current(sample.flux).norm() * sample.weight;
  });
  EXPECT_LT(dealii::Utilities::MPI::sum(error, problem->communicator), 1e-5);
  EXPECT_LT(dealii::Utilities::MPI::sum(current, problem->communicator), 1e-5);
}
