// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"
#include "tests/problem.h"

#include <gtest/gtest.h>

#include <iostream>

using namespace sgdfp;

namespace
{
  /// The figures that docs/numerics.md quotes.
  void report(const std::string &line)
  {
    if (dealii::Utilities::MPI::this_mpi_process(MPI_COMM_WORLD) == 0)
      std::cout << "  " << line << std::endl;
  }



  double exact_a1(const dealii::Point<2> &x)
  {
    return normal_density(x, 0.2, 0.05, 0.1);
  }



  /// L2 error of the polynomial trial space on anchor A1.
  double polynomial_error(const unsigned int degree,
                          const unsigned int refinement)
  {
    auto problem = ornstein_uhlenbeck({{0.2, 0.1}, {0.1, 0.3}}, refinement);
    problem->discretisation_parameters.degree      = degree;
    problem->discretisation_parameters.trial_space = "polynomial";
    problem->solve();
    return problem->errors(&exact_a1).second;
  }
} // namespace



TEST(Convergence, PolynomialTrialSpaceHasOrderDegreePlusOneInL2)
{
  for (const unsigned int degree : {1, 2, 3})
    {
      const double coarse = polynomial_error(degree, 5);
      const double fine   = polynomial_error(degree, 6);
      report("degree " + std::to_string(degree) + ": L2 error " +
             to_text(coarse) + " -> " + to_text(fine) + ", order " +
             to_text(std::log2(coarse / fine)));
      EXPECT_NEAR(std::log2(coarse / fine), degree + 1, 0.15)
        << "degree " << degree;
    }
}



TEST(Convergence, TrialSpacePassesLowerTheErrorOfA1AHundredfold)
{
  auto polynomial = ornstein_uhlenbeck({{0.2, 0.1}, {0.1, 0.3}}, 6);
  polynomial->discretisation_parameters.trial_space = "polynomial";
  polynomial->solve();
  auto passes = ornstein_uhlenbeck({{0.2, 0.1}, {0.1, 0.3}}, 6);
  passes->solve();
  const double before = polynomial->errors(&exact_a1).first;
  const double after  = passes->errors(&exact_a1).first;
  report("L1 error of A1: " + to_text(before) + " -> " + to_text(after));
  EXPECT_GT(before / after, 100) << before << " -> " << after;
}



TEST(Convergence, ThreeDimensionalProductLawIsExactToTheTrialSpace)
{
  // Rotating flow around a normal law in the plane of u and v: D = [[.2, .1],
  // [.1, .3]] there, .25 in w, H = diag(1, 3, 2): w has variance 1/8.
  auto                          problem = std::make_unique<Problem<3>>();
  dealii::SymmetricTensor<2, 3> H;
  H[0][0] = 1;
  H[1][1] = 3;
  H[2][2] = 2;
  problem->loss =
    std::make_shared<QuadraticLoss<3>>(H, dealii::Tensor<1, 3>(), 0.);
  problem->noise.type      = "constant";
  problem->noise.diffusion = {{0.2, 0.1, 0}, {0.1, 0.3, 0}, {0, 0, 0.25}};
  problem->domain.lower    = {-2.6, -1.9, -2};
  problem->domain.upper    = {2.6, 1.9, 2};
  problem->domain.initial_refinement        = 4;
  problem->discretisation_parameters.degree = 2;
  problem->solve();
  const auto error = problem->errors([](const dealii::Point<3> &x) {
    return normal_density(dealii::Point<2>(x[0], x[1]), 0.2, 0.05, 0.1) *
           std::exp(-4 * x[2] * x[2]) * 2 / std::sqrt(dealii::numbers::PI);
  });
  report("L1 error in 3-D: " + to_text(error.first));
  EXPECT_LT(error.first, 1e-5);
}
