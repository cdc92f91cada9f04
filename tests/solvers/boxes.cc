// SPDX-License-Identifier: GPL-3.0-or-later
// Boxes that grow until they hold the law, and laws that no box holds.
#include "models/balanced_network.h"
#include "solvers/box_search.h"
#include "tests/problem.h"

#include <gtest/gtest.h>

using namespace sgdfp;

namespace
{
  using Verdict = BoxProposal::Verdict;



  template <int dim>
  BoxProposal search(Problem<dim> &problem)
  {
    problem.prepare();
    return find_box<dim>(problem.communicator,
                         *problem.dynamics,
                         problem.domain,
                         problem.discretisation_parameters,
                         problem.solver_parameters,
                         problem.log);
  }



  /// The mass at the boundary of the box that was found, as a run sees it.
  template <int dim>
  double mass_in_found_box(Problem<dim> &problem, const BoxProposal &proposal)
  {
    problem.domain                    = proposal.domain;
    problem.domain.initial_refinement = 5;
    return boundary_mass(problem.solve());
  }



  std::unique_ptr<Problem<2>> landscape(const std::string &loss)
  {
    auto problem                  = std::make_unique<Problem<2>>();
    problem->vocabulary.variables = {"u", "v"};
    problem->loss                 = std::make_shared<ExpressionLoss<2>>(
      parse_entry("Loss/Expression/loss", loss, problem->vocabulary),
      loss,
      "",
      /*weight_decay=*/0.);
    problem->noise.type = "isotropic";
    return problem;
  }
} // namespace



TEST(BoxSearch, FindsTheBoxOfAnOrnsteinUhlenbeckProcessFromASmallOne)
{
  auto problem = ornstein_uhlenbeck({{0.2, 0.1}, {0.1, 0.3}}, 4);
  problem->use_box(0.5, 4);
  const auto found = search(*problem);
  ASSERT_EQ(found.verdict, Verdict::fits) << found.text;
  for (unsigned int d = 0; d < 2; ++d)
    {
      // Five standard deviations, .447 and .316, and not much more.
      const double deviation = (d == 0 ? std::sqrt(.2) : std::sqrt(.1));
      EXPECT_GT(found.domain.upper[d], 5 * deviation);
      EXPECT_LT(found.domain.upper[d], 11 * deviation);
      EXPECT_NEAR(found.domain.lower[d], -found.domain.upper[d], 1e-12);
    }
  EXPECT_LT(mass_in_found_box(*problem, found), trusted_boundary_mass);
}



TEST(BoxSearch, GrowsTowardsALawThatTheBoxDoesNotHold)
{
  auto problem               = landscape("(u-8)^2/2 + v^2/2");
  problem->noise.temperature = 0.25;
  problem->use_box(3, 4);
  const auto found = search(*problem);
  ASSERT_EQ(found.verdict, Verdict::fits) << found.text;
  EXPECT_EQ(found.domain.lower[0], -3);
  EXPECT_GT(found.domain.upper[0], 10);
  EXPECT_EQ(found.text.find("--set \"Domain/"), 0u) << found.text;
  const Refusal refusal = box_refusal(0.1, found);
  EXPECT_EQ(refusal.status, "not resolved");
  EXPECT_NE(std::string(refusal.what()).find(found.text), std::string::npos);
  EXPECT_LT(mass_in_found_box(*problem, found), trusted_boundary_mass);
}



TEST(BoxSearch, ABoxThatHoldsTheLawIsLeftAsItIs)
{
  auto       problem = ornstein_uhlenbeck({{0.2, 0.1}, {0.1, 0.3}}, 4);
  const auto found   = search(*problem);
  ASSERT_EQ(found.verdict, Verdict::fits);
  EXPECT_EQ(found.domain.upper, problem->domain.upper);
  EXPECT_EQ(found.text, "");
}



TEST(BoxSearch, AFlatValleyUnderConstantNoiseHasNoLaw)
{
  auto problem               = landscape("(u*v-1)^2/2 + 0.125");
  problem->noise.temperature = 0.2;
  problem->use_box(2, 4);
  const auto found = search(*problem);
  ASSERT_EQ(found.verdict, Verdict::no_law) << found.text;
  EXPECT_NE(found.text.find("boundary comes down to 0.125"), std::string::npos)
    << found.text;
  EXPECT_NE(found.text.find("its minimum is 0.125"), std::string::npos);
  EXPECT_NE(found.text.find("valley"), std::string::npos);
  EXPECT_EQ(box_refusal(0.1, found).status, "no stationary law");
}



TEST(BoxSearch, MinibatchNoiseHoldsTheLayersInTheSameValley)
{
  // Anchor B3.
  auto problem = scalar_network<2>(0, 0.1, 0.01);
  problem->use_box(3, 4);
  const auto found = search(*problem);
  ASSERT_EQ(found.verdict, Verdict::fits) << found.text;
  EXPECT_GT(found.domain.upper[0], 4);
  EXPECT_LT(found.domain.upper[0], 9);
}



TEST(BoxSearch, ALossThatSinksWithoutEndHasNoLaw)
{
  auto                          problem = std::make_unique<Problem<1>>();
  dealii::SymmetricTensor<2, 1> H;
  H[0][0] = -1;
  problem->loss =
    std::make_shared<QuadraticLoss<1>>(H, dealii::Tensor<1, 1>(), 0.);
  problem->noise.type        = "isotropic";
  problem->noise.temperature = 0.5;
  problem->use_box(2, 5);
  const auto found = search(*problem);
  ASSERT_EQ(found.verdict, Verdict::no_law) << found.text;
}



TEST(BoxSearch, APowerLawTailGetsAGradedBox)
{
  // Linear regression, anchor B4 with one layer: p ~ |w - 1|^-3.
  auto problem = scalar_network<1>(0, 1, 0.);
  problem->use_box(4, 6);
  const auto found = search(*problem);
  ASSERT_EQ(found.verdict, Verdict::fits) << found.text;
  EXPECT_GT(found.domain.grading, 0);
  EXPECT_NE(found.text.find("Domain/grading="), std::string::npos);
  EXPECT_LT(mass_in_found_box(*problem, found), trusted_boundary_mass);
}



TEST(BoxSearch, NeverGrowsBelowTheLimitOfTheParameters)
{
  // Balanced layers, w >= 0.
  auto problem                  = std::make_unique<Problem<1>>();
  problem->vocabulary.variables = {"w"};
  dealii::FullMatrix<double> one(1, 1);
  one(0, 0) = 1;
  problem->loss =
    std::make_shared<BalancedNetwork<1>>(NetworkLayout::diagonal({1, 1}),
                                         2,
                                         DataMoments::gaussian(one, one, 0.5),
                                         /*weight_decay=*/0.1);
  problem->optimiser.learning_rate = 0.02;
  problem->domain.lower            = {0};
  problem->domain.upper            = {1};
  const auto found                 = search(*problem);
  ASSERT_EQ(found.verdict, Verdict::fits) << found.text;
  EXPECT_EQ(found.domain.lower[0], 0);
  EXPECT_GT(found.domain.upper[0], 1.3);
}
