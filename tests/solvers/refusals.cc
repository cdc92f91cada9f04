// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/errors.h"
#include "tests/problem.h"

#include <gtest/gtest.h>

using namespace sgdfp;

TEST(Stationary, UnresolvedLayersShowAsNegativeMass)
{
  auto problem = scalar_network<2>(0.05, 0.2, 1e-5);
  problem->use_box(6, 3);
  problem->discretisation_parameters.trial_space = "polynomial";
  const auto &answer                             = problem->answer();
  EXPECT_GT(answer["density"]["negative_mass"].get<double>(), 1e-3);
}



TEST(Stationary, AnUnstableWellPilesUpAtTheBoundary)
{
  auto                          problem = std::make_unique<Problem<1>>();
  dealii::SymmetricTensor<2, 1> H;
  H[0][0] = -1;
  problem->loss =
    std::make_shared<QuadraticLoss<1>>(H, dealii::Tensor<1, 1>(), 0.);
  problem->noise.type        = "isotropic";
  problem->noise.temperature = 0.5;
  problem->use_box(2, 5);
  EXPECT_GT(problem->answer()["density"]["boundary_mass"].get<double>(), 0.01);
}



TEST(Stationary, WellsThatAreNeverLeftAreGibbsUnderIsotropicNoiseElseRefused)
{
  // The barrier between the two wells is 80 T: no solve can weigh them.
  auto gibbs               = scalar_network<2>(0.5, 0.1, 0.);
  gibbs->noise.type        = "isotropic";
  gibbs->noise.temperature = 0.0015;
  gibbs->use_box(2, 6);
  const auto &answer = gibbs->answer();
  EXPECT_LT(answer["gibbs"]["kl"].get<double>(), 1e-11);
  EXPECT_FALSE(gibbs->log.warnings().empty());

  auto polynomial               = scalar_network<2>(0.5, 0.1, 0.);
  polynomial->noise.type        = "isotropic";
  polynomial->noise.temperature = 0.0015;
  polynomial->use_box(2, 6);
  polynomial->discretisation_parameters.trial_space = "polynomial";
  polynomial->solve();
  EXPECT_GT(polynomial->solver->passes().back().weight_error, 1e-3);
}



TEST(Stationary,
     TheSlowestRateOfAnOrnsteinUhlenbeckProcessIsItsSmallestCurvature)
{
  auto problem = ornstein_uhlenbeck({{0.2, 0.1}, {0.1, 0.3}}, 5);
  problem->solve();
  const auto &pass = problem->solver->passes().back();
  EXPECT_GT(pass.slowest_rate, 1 / 3.); // the order of magnitude of 1
  EXPECT_LT(pass.slowest_rate, 3.);
  EXPECT_LT(pass.weight_error, 1e-12);
}



TEST(Stationary, AnOverflowIsRefused)
{
  auto problem = scalar_network<2>(0.5, 0.1, 0.1);
  problem->use_box(1e200, 2);
  EXPECT_THROW(problem->solve(), Refusal);
}



TEST(Stationary, APeakBetweenTwoQuadraturePointsIsNoticed)
{
  auto problem               = scalar_network<2>(0.2, 0.1, 0.);
  problem->noise.type        = "isotropic";
  problem->noise.temperature = 1e-4;
  problem->use_box(6, 4);
  const double mass = problem->answer()["density"]["mass"].get<double>();
  EXPECT_GT(std::abs(mass - mass_by_gauss(problem->solver->law(), 7)), 1e-3);
}



TEST(Stationary, TheIterativeSolverReportsThatItDidNotConverge)
{
  auto problem                      = scalar_network<2>(0.05, 0.05, 0.025);
  problem->solver_parameters.method = "iterative";
  problem->solver_parameters.maximum_iterations = 3;
  problem->use_box(6, 4);
  EXPECT_THROW(problem->solve(), SolverFailure);
}
