// SPDX-License-Identifier: GPL-3.0-or-later
// Adaptive laws, their controls, and what is concluded from both.
#include "solvers/negative_control.h"
#include "tests/problem.h"

#include <gtest/gtest.h>

using namespace sgdfp;

namespace
{
  std::unique_ptr<Problem<2>>
  two_layers(const MPI_Comm communicator = MPI_COMM_WORLD)
  {
    auto problem = scalar_network<2>(0.2, 0.1, 0.05, communicator);
    problem->use_box(5, 4);
    problem->discretisation_parameters.tolerance = 1e-2;
    return problem;
  }
} // namespace



TEST(Adaptive, MeetsItsToleranceWithFewerUnknownsThanTheUniformMesh)
{
  std::vector<dealii::types::global_dof_index> dofs;
  for (const char *refinement : {"adaptive", "uniform"})
    {
      auto problem                                  = two_layers();
      problem->discretisation_parameters.refinement = refinement;
      problem->solve_adaptively();
      EXPECT_EQ(problem->adaptive->stopped_by(), "tolerance");
      EXPECT_LE(problem->adaptive->estimate().relative(), 1e-2);
      dofs.push_back(problem->adaptive->levels().back().dofs);
    }
  EXPECT_LT(2 * dofs[0], dofs[1]);
}



// Hanging nodes: the columns of A sum to zero, so mass is exact.
TEST(Adaptive, KeepsTheMassOnMeshesWithHangingNodes)
{
  auto          problem = two_layers();
  const Law<2> &law     = problem->solve_adaptively();
  EXPECT_GT(problem->discretisation->constraints.n_constraints() +
              (dealii::Utilities::MPI::n_mpi_processes(MPI_COMM_WORLD) > 1),
            0u);
  DensityStatistics<2> density(law);
  Summary              summary;
  run_postprocessors<2>(law, {&density}, summary);
  EXPECT_NEAR(density.mass, 1, 1e-12);
  // The law is symmetric, and so is its mesh.
  EXPECT_NEAR(summary.json()["moments"]["mean"][0].get<double>(), 0, 1e-9);
}



TEST(Adaptive, DoesNotDependOnTheNumberOfRanks)
{
  auto alone = two_layers(MPI_COMM_SELF), together = two_layers();
  alone->solve_adaptively();
  together->solve_adaptively();
  const auto &a = *alone->adaptive, &b = *together->adaptive;
  ASSERT_EQ(a.levels().size(), b.levels().size());
  for (unsigned int i = 0; i < a.levels().size(); ++i)
    EXPECT_EQ(a.levels()[i].cells, b.levels()[i].cells);
  EXPECT_NEAR(b.estimate().density / a.estimate().density, 1, 1e-5);
  EXPECT_NEAR(b.estimate().current / a.estimate().current, 1, 1e-5);
}



TEST(Adaptive, SaysThatTheCellsDidNotSuffice)
{
  auto problem                                     = two_layers();
  problem->discretisation_parameters.tolerance     = 1e-8;
  problem->discretisation_parameters.maximum_cells = 300;
  problem->solve_adaptively();
  EXPECT_EQ(problem->adaptive->stopped_by(), "maximum cells");
  EXPECT_LE(problem->adaptive->levels().back().cells, 300u);
  EXPECT_GT(problem->adaptive->estimate().relative(), 1e-8);
}



// Three dimensions: H = diag(1, 2, 3) with correlated noise.
TEST(Adaptive, SolvesInThreeDimensions)
{
  auto                          problem = std::make_unique<Problem<3>>();
  dealii::SymmetricTensor<2, 3> H;
  for (unsigned int d = 0; d < 3; ++d)
    H[d][d] = d + 1;
  problem->loss =
    std::make_shared<QuadraticLoss<3>>(H, dealii::Tensor<1, 3>(), 0.);
  problem->noise.type      = "constant";
  problem->noise.diffusion = {{.2, .1, 0}, {.1, .3, 0}, {0, 0, .2}};
  problem->use_box(3.2, 2);
  problem->discretisation_parameters.degree    = 2;
  problem->discretisation_parameters.tolerance = 1e-2;
  const Law<3>        &law                     = problem->solve_adaptively();
  DensityStatistics<3> density(law);
  Summary              summary;
  run_postprocessors<3>(law, {&density}, summary);
  EXPECT_EQ(problem->adaptive->stopped_by(), "tolerance");
  // S_12 = 2 D_12/(h_1 + h_2)
  EXPECT_NEAR(summary.json()["moments"]["covariance"][0][1].get<double>(),
              .2 / 3,
              1e-3);
}



TEST(NegativeControl, FindsTheGibbsDensityAndHardlyAnyCurrent)
{
  auto          problem = two_layers();
  const Law<2> &law     = problem->solve_adaptively();
  double        l1      = 0;
  law.for_each_point([&](const auto &sample) {
    l1 += sample.law.current(sample.flux).norm() * sample.weight;
  });
  l1 = dealii::Utilities::MPI::sum(l1, problem->communicator);
  GibbsComparison<2> gibbs(law, problem->reference, problem->vocabulary);
  Summary            summary;
  run_postprocessors<2>(law, {&gibbs}, summary);
  ASSERT_TRUE(gibbs.closest);
  const auto control = run_negative_control(*problem->discretisation,
                                            *problem->dynamics,
                                            *gibbs.closest,
                                            problem->discretisation_parameters,
                                            problem->solver_parameters,
                                            problem->log);
  EXPECT_LT(control.density_error, 1e-3);
  EXPECT_LT(control.current, 0.5 * l1);
  EXPECT_GT(control.current, 0);
}



// One law of the model, three states of knowledge about its current.
TEST(DetailedBalance, IsDecidedByModelAndCurrentTogether)
{
  auto               problem = ornstein_uhlenbeck({{0.2, 0.1}, {0.1, 0.3}}, 4);
  const Law<2>      &law     = problem->solve();
  DetailedBalance<2> broken;
  CurrentStatistics<2> current(law);
  Summary              summary;
  run_postprocessors<2>(law, {&broken, &current}, summary);
  const auto decide = [&](const double error, const double control) {
    auto            balance = broken;
    CurrentEvidence evidence;
    evidence.l1              = current.l1;
    evidence.estimated_error = error;
    evidence.control         = control;
    balance.decide(evidence, summary);
    return balance.holds;
  };
  EXPECT_EQ(decide(1e-3 * current.l1, 1e-3 * current.l1),
            boost::optional<bool>(false));
  EXPECT_EQ(decide(current.l1, 0), boost::optional<bool>());
  EXPECT_EQ(decide(0, 2 * current.l1), boost::optional<bool>());
}
