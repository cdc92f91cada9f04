// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/drift_diffusion.h"

#include "operators/indicators.h"
#include "tests/problem.h"

#include <gtest/gtest.h>

using namespace sgdfp;

namespace
{
  /// A reproducible vector that does not depend on the number of ranks' order
  /// of numbering: a function of position.
  template <int dim>
  Vector wavy(const Discretisation<dim> &discretisation, const double phase)
  {
    return discretisation.interpolate([&](const dealii::Point<dim> &x) {
      double sum = phase;
      for (unsigned int d = 0; d < dim; ++d)
        sum += (d + 1) * x[d];
      return 1.5 + std::sin(3 * sum);
    });
  }



  template <int dim>
  std::unique_ptr<Problem<dim>> network_problem(const unsigned int refinement,
                                                const unsigned int degree)
  {
    auto problem = scalar_network<dim>(0.05, 0.1, 0.05);
    problem->use_box(2, refinement);
    problem->discretisation_parameters.degree = degree;
    problem->prepare();
    return problem;
  }



  /// Everything that must hold for the assembled operator in a trial space.
  template <int dim>
  void expect_mass_conservation_and_adjointness(Problem<dim>    &problem,
                                                TrialSpace<dim> &trial_space)
  {
    DriftDiffusion<dim> generator(*problem.discretisation,
                                  *problem.dynamics,
                                  trial_space);
    generator.prepare();
    generator.assemble();

    Vector ones = generator.zero(), columns = generator.zero();
    ones = 1;
    generator.apply_adjoint(columns, ones);
    const Vector p  = wavy(*problem.discretisation, 0.3);
    const Vector f  = wavy(*problem.discretisation, 1.1);
    Vector       Ap = generator.zero(), Atf = generator.zero();
    generator.apply(Ap, p);
    generator.apply_adjoint(Atf, f);

    // Column sums against the size of the entries they cancel.
    double largest = 0;
    MatNorm(generator.preconditioner_matrix(), NORM_INFINITY, &largest);
    EXPECT_LT(columns.linfty_norm() / largest, 1e-15);
    EXPECT_NEAR(f * Ap / (f.l2_norm() * Ap.l2_norm()),
                Atf * p / (f.l2_norm() * Ap.l2_norm()),
                1e-13);
  }
} // namespace



TEST(DriftDiffusion, ConservesMassAndHasATransposeInEveryTrialSpace)
{
  const auto check = [](auto problem) {
    constexpr int   dim = std::decay_t<decltype(*problem)>::dimension;
    TrialSpace<dim> trial_space(*problem->discretisation);
    trial_space.use_polynomials();
    expect_mass_conservation_and_adjointness(*problem, trial_space);
    trial_space.use_gibbs(*problem->loss, 0.1);
    expect_mass_conservation_and_adjointness(*problem, trial_space);
    trial_space.use_log_of(wavy(*problem->discretisation, 0.7), 0.3);
    expect_mass_conservation_and_adjointness(*problem, trial_space);
  };
  check(network_problem<1>(5, 3));
  check(network_problem<2>(4, 3));
  check(network_problem<3>(2, 2));
}



TEST(DriftDiffusion, GibbsDensityCarriesNoCurrentUnderIsotropicNoise)
{
  auto problem               = scalar_network<2>(0.2, 0.1, 0.);
  problem->noise.type        = "isotropic";
  problem->noise.temperature = 0.2;
  problem->use_box(3, 4);
  problem->prepare();
  TrialSpace<2> trial_space(*problem->discretisation);
  trial_space.use_gibbs(*problem->loss, 0.2);

  Vector density = problem->discretisation->owned_vector();
  for (const auto i : problem->discretisation->owned)
    density(i) = std::exp(static_cast<double>(trial_space.nodal_log()(i)));
  density.compress(dealii::VectorOperation::insert);
  const Law<2>         law(*problem->discretisation,
                   *problem->dynamics,
                   trial_space,
                   density);
  CurrentStatistics<2> current(law);
  Summary              summary;
  run_postprocessors<2>(law, {&current}, summary);
  EXPECT_LT(current.l1, 1e-13);
  EXPECT_LT(total(*problem->discretisation, current_indicators(law)), 1e-12);
}



TEST(TrialSpace, LogOfADensityIsFiniteWhereTheDensityIsNot)
{
  auto problem = network_problem<2>(3, 2);
  auto density = problem->discretisation->interpolate(
    [](const dealii::Point<2> &x) { return x[0] < 0 ? -1e-5 : 1 + x[1]; });
  TrialSpace<2> trial_space(*problem->discretisation);
  trial_space.use_log_of(density, 0.3);
  for (const auto i : problem->discretisation->owned)
    {
      const double l = trial_space.nodal_log()(i);
      EXPECT_TRUE(std::isfinite(l));
      EXPECT_LE(l, 0);
    }
}



TEST(CurrentIndicator, MeasuresJumpsAndDivergenceAndFallsWithTheMesh)
{
  // p = const is no solution: div J = -p Lap L and J.n on the boundary remain.
  std::vector<double> eta;
  for (const unsigned int refinement : {3, 4})
    {
      auto          problem = network_problem<2>(refinement, 2);
      TrialSpace<2> trial_space(*problem->discretisation);
      trial_space.use_polynomials();
      Vector constant = problem->discretisation->owned_vector();
      constant        = 1.;
      const Law<2> law(*problem->discretisation,
                       *problem->dynamics,
                       trial_space,
                       constant);
      eta.push_back(total(*problem->discretisation, current_indicators(law)));
    }
  EXPECT_GT(eta[0], 1e-3);
  EXPECT_NEAR(eta[0] / eta[1], 2, 0.1); // h times integrals that stay
}
