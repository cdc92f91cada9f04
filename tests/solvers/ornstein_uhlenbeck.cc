// SPDX-License-Identifier: GPL-3.0-or-later
// Ornstein-Uhlenbeck anchors on meshes small enough for the unit tests; the
// full-size ones are in anchors.cc.
#include "tests/problem.h"

#include <gtest/gtest.h>

using namespace sgdfp;

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
  EXPECT_FALSE(answer["detailed_balance"]["holds"].get<bool>());
}



TEST(StationarySolver, IterativeAndDirectSolversAgree)
{
  auto direct    = ornstein_uhlenbeck({{0.2, 0.1}, {0.1, 0.3}}, 4);
  auto iterative = ornstein_uhlenbeck({{0.2, 0.1}, {0.1, 0.3}}, 4);
  direct->solver_parameters.method    = "direct";
  iterative->solver_parameters.method = "iterative";
  direct->solve();
  iterative->solve();
  Vector a = direct->discretisation->owned_vector();
  a        = direct->solver->law().nodal_density();
  Vector b = iterative->discretisation->owned_vector();
  b        = iterative->solver->law().nodal_density();
  a -= b;
  EXPECT_LT(a.l1_norm() / b.l1_norm(), 1e-10);
}
