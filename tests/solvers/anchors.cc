// SPDX-License-Identifier: GPL-3.0-or-later
// The reference values at full size.
#include "tests/problem.h"

#include <gtest/gtest.h>

using namespace sgdfp;

namespace
{
  void expect_relative(const Summary::Json &value,
                       const double         expected,
                       const double         tolerance)
  {
    EXPECT_NEAR(value.get<double>() / expected, 1, tolerance);
  }
} // namespace



TEST(AnchorA1, DensityCurrentAndDistancesAt37000Unknowns)
{
  auto        problem = ornstein_uhlenbeck({{0.2, 0.1}, {0.1, 0.3}}, 6);
  const auto &answer  = problem->answer();
  ASSERT_LE(problem->discretisation->dof_handler.n_dofs(), 40000u);
  constexpr double tolerance = 1e-6;
  const auto      &probes    = answer["probes"];
  expect_relative(probes[0]["density"], 1.20309828385084, tolerance);
  expect_relative(probes[1]["density"], .288323750666174, tolerance);
  expect_relative(probes[1]["current"][0], -.06178366085704, tolerance);
  expect_relative(probes[1]["current"][1], -.05148638404753, tolerance);
  expect_relative(answer["detailed_balance"]["entropy_production"],
                  0.2,
                  tolerance);
  expect_relative(answer["gibbs"]["kl"], .0871766935723889, tolerance);
  expect_relative(answer["gibbs"]["reverse_kl"], .103299496903802, tolerance);
  expect_relative(answer["gibbs"]["closest_temperature"], 0.25, tolerance);
  expect_relative(answer["free_energy"]["entropy"],
                  .815099867383011,
                  tolerance);
  expect_relative(answer["current"]["velocity_curl_max"], -6. / 7, tolerance);
}



TEST(AnchorA2, EntropyProductionGrowsWithoutBoundAsTheFloorVanishes)
{
  for (const auto &[floor, production] : {std::make_pair(0.1, .8),
                                          {0.01, 9.75609756097561},
                                          {0.001, 99.7506234414950}})
    {
      auto problem = ornstein_uhlenbeck({{0.2, 0.2}, {0.2, 0.2}}, 6);
      problem->noise.isotropic_floor = floor;
      expect_relative(
        problem->answer()["detailed_balance"]["entropy_production"],
        production,
        1e-5);
    }
}



TEST(AnchorA3, DetailedBalanceWithoutGibbs)
{
  auto        problem = ornstein_uhlenbeck({{0.1, 0}, {0, 0.3}}, 6);
  const auto &answer  = problem->answer();
  EXPECT_LT(answer["current"]["l1"].get<double>(), 1e-8);
  expect_relative(answer["gibbs"]["kl"], .143841036225890, 1e-6);
  EXPECT_TRUE(answer["detailed_balance"]["holds"].get<bool>());
}



TEST(AnchorA4, GibbsAndYetOutOfEquilibrium)
{
  auto        problem = rotating_quartic(1, 6);
  const auto &answer  = problem->answer();
  EXPECT_LT(problem->errors(rotating_quartic_density).first, 1e-6);
  expect_relative(answer["detailed_balance"]["entropy_production"],
                  8 / std::sqrt(dealii::numbers::PI),
                  1e-6);
  expect_relative(answer["current"]["l1"], 1.44640908463, 1e-6);
  expect_relative(answer["gibbs"]["closest_temperature"], 1, 1e-8);
  EXPECT_LT(answer["gibbs"]["closest_kl"].get<double>(), 1e-10);
  EXPECT_FALSE(answer["detailed_balance"]["holds"].get<bool>());
}



TEST(TwoLayerNetwork, TheMainJobAt148000Unknowns)
{
  auto problem = scalar_network<2>(0.05, 0.05, 0.025);
  problem->use_box(6, 7);
  problem->observables.functions = "product: u*v; square: u^2";
  const auto &answer             = problem->answer();
  EXPECT_NEAR(answer["density"]["mass"].get<double>(), 1, 1e-12);
  expect_relative(answer["observables"]["product"]["mean"], .9282702997, 1e-7);
  expect_relative(answer["observables"]["square"]["mean"], 1.124692006, 1e-7);
  EXPECT_NEAR(answer["current"]["l1"].get<double>(), .00535, 2e-5);
  EXPECT_NEAR(answer["gibbs"]["closest_kl"].get<double>(), .0725, 5e-4);
  EXPECT_NEAR(answer["gibbs"]["closest_temperature"].get<double>(),
              .0341,
              1e-4);
  EXPECT_FALSE(answer["detailed_balance"]["holds"].get<bool>());
}



TEST(TwoLayerNetwork, LangevinNoiseGivesGibbsToRoundOff)
{
  auto problem               = scalar_network<2>(0.05, 0.05, 0.);
  problem->noise.type        = "isotropic";
  problem->noise.temperature = 0.05;
  problem->use_box(7, 7);
  const auto &answer = problem->answer();
  EXPECT_LT(answer["current"]["l1"].get<double>(), 1e-11);
  EXPECT_LT(answer["gibbs"]["kl"].get<double>(), 1e-11);
  EXPECT_TRUE(answer["detailed_balance"]["holds"].get<bool>());
}



TEST(AnchorB3, BalanceOfTheTwoLayersWithoutWeightDecay)
{
  // E[c Q^2] = 4 e (B/eta) E[u^2 + v^2], Q = u^2 - v^2
  auto problem = scalar_network<2>(0, 0.1, 0.01);
  problem->use_box(8, 7);
  problem->observables.functions =
    "left: (2*(u*v-1)^2 + 0.25)*(u^2-v^2)^2; right: 4*0.01/0.1*(u^2+v^2)";
  const auto &answer = problem->answer();
  EXPECT_LT(answer["density"]["boundary_mass"].get<double>(), 1e-6);
  expect_relative(answer["observables"]["left"]["mean"],
                  answer["observables"]["right"]["mean"].get<double>(),
                  1e-5);
}
