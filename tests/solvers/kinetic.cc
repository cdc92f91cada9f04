// SPDX-License-Identifier: GPL-3.0-or-later
// The kinetic generator: Gibbs, spectra and covariances of anchors.md, E.
#include "postprocess/kinetic_statistics.h"
#include "solvers/kinetic_scales.h"
#include "solvers/spectrum.h"
#include "tests/solvers/kinetic_problem.h"

#include <gtest/gtest.h>

using namespace sgdfp;

namespace
{
  Spectrum spectrum_of(KineticProblem<1> &problem, const unsigned int n)
  {
    const Vector      law = problem.stationary();
    const Restriction restriction(*problem.generator,
                                  problem.generator->zero());
    const Vector      p0 = restriction.restrict_to(law);
    return SpectrumSolver(problem.solver_parameters)
      .solve(restriction, n, &p0, /*is_reversible=*/false);
  }
} // namespace



// -(n m+ + k m-), m+- = (g +- sqrt(g^2 - 4))/2; at g = 2 there are Jordan
// blocks, of two at -1 and of three at -2.
TEST(Kinetic, HarmonicSpectrum)
{
  for (const double gamma : {.5, 1., 2., 5.})
    {
      KineticProblem<1> problem;
      problem.use_loss("u^2/2");
      problem.noise.type        = "isotropic";
      problem.noise.temperature = 0.1;
      problem.use_box(2.8, 5);
      problem.discretisation_parameters.degree = 5;
      problem.scales.friction                  = gamma;
      problem.scales.degree                    = 16;
      problem.temperature                      = 0.1;
      problem.make();
      const unsigned int n_values = 6;
      const Spectrum     spectrum = spectrum_of(problem, n_values);
      ASSERT_GE(spectrum.size(), n_values);
      const std::complex<double> root =
        std::sqrt(std::complex<double>(gamma * gamma - 4));
      const auto plus = 0.5 * (gamma + root), minus = 0.5 * (gamma - root);
      std::vector<std::complex<double>> exact;
      for (unsigned int n = 0; n < 9; ++n)
        for (unsigned int k = 0; k < 9; ++k)
          exact.push_back(-static_cast<double>(n) * plus -
                          static_cast<double>(k) * minus);
      std::sort(exact.begin(), exact.end(), [](const auto &a, const auto &b) {
        return std::make_pair(-a.real(), -a.imag()) <
               std::make_pair(-b.real(), -b.imag());
      });
      for (unsigned int i = 0; i < n_values; ++i)
        {
          // Conjugates are neighbours; equal real parts in any order.
          double best = std::abs(spectrum.values[i] - exact[i]);
          for (unsigned int j = 0; j < exact.size(); ++j)
            if (std::abs(exact[j].real() - exact[i].real()) < 1e-6)
              best = std::min(best, std::abs(spectrum.values[i] - exact[j]));
          EXPECT_LT(best, gamma == 2. ? 1e-4 : 1e-8) << gamma << " " << i;
        }
    }
}



TEST(Kinetic, DoubleWell)
{
  const std::pair<double, double> exact[] = {{.5, 2.65807838393713e-2},
                                             {1., 2.25192119836136e-2},
                                             {5., 6.5390772461384e-3}};
  for (const auto &[gamma, lambda] : exact)
    {
      KineticProblem<1> problem;
      problem.use_loss("(u^2-1)^2/4");
      problem.noise.type        = "isotropic";
      problem.noise.temperature = 0.1;
      problem.use_box(2.6, 5);
      problem.discretisation_parameters.degree = 4;
      problem.scales.friction                  = gamma;
      problem.scales.degree                    = (gamma < 1 ? 30 : 20);
      problem.temperature                      = 0.1;
      problem.make();
      const Spectrum spectrum = spectrum_of(problem, 2);
      EXPECT_NEAR(-spectrum.values[1].real() / lambda, 1, 1e-6) << gamma;
      EXPECT_EQ(spectrum.values[1].imag(), 0);
    }
}



// L quadratic, D constant: the covariances of anchors.md, E, whatever T the
// velocities are expanded with.
TEST(Kinetic, CovarianceInTwoDimensions)
{
  const double gamma = 0.7, h = 1.3, D = 0.1;
  for (const double T : {0.1, 0.08, 0.13})
    {
      KineticProblem<1> problem;
      problem.use_loss("0.65*u^2");
      problem.noise.type      = "constant";
      problem.noise.diffusion = {{D}};
      problem.use_box(2.2, 4);
      problem.discretisation_parameters.degree = 4;
      problem.scales.friction                  = gamma;
      problem.scales.degree                    = 12;
      problem.temperature                      = T;
      problem.make();
      const KineticStatistics<1> numbers(KineticLaw<1>(*problem.generator,
                                                       problem.stationary()),
                                         *problem.dynamics);
      const auto                &S = numbers.covariance;
      EXPECT_NEAR(S[0][0], D / h, 1e-7) << T;
      EXPECT_NEAR(S[0][1], 0, 1e-7) << T;
      EXPECT_NEAR(S[1][1], D, 1e-7) << T;
      // One parameter: D = T' is an equilibrium whatever the expansion.
      EXPECT_NEAR(*numbers.entropy_production, 0, 1e-7) << T;
    }
}



namespace
{
  /// L = 1/2 (u^2 + 3 v^2), an anisotropic D that does not commute with it.
  std::unique_ptr<KineticProblem<2>> anisotropic(const unsigned int refinement,
                                                 const unsigned int degree)
  {
    auto problem = std::make_unique<KineticProblem<2>>();
    problem->use_loss("(u^2+3*v^2)/2");
    problem->noise.type                       = "constant";
    problem->noise.diffusion                  = {{0.2, 0.05}, {0.05, 0.3}};
    problem->domain.lower                     = {-3, -2.4};
    problem->domain.upper                     = {3, 2.4};
    problem->domain.initial_refinement        = refinement;
    problem->discretisation_parameters.degree = degree;
    problem->scales.friction                  = 1;
    problem->scales.degree                    = 4;
    problem->temperature                      = 0.26;
    return problem;
  }
} // namespace



TEST(Kinetic, CovarianceInFourDimensions)
{
  const auto problem = anisotropic(4, 3);
  problem->make();
  const KineticStatistics<2> numbers(KineticLaw<2>(*problem->generator,
                                                   problem->stationary()),
                                     *problem->dynamics);
  const double               g             = 1;
  const double               h[2]          = {1, 3};
  const std::vector<std::vector<double>> D = problem->noise.diffusion;
  for (unsigned int i = 0; i < 2; ++i)
    for (unsigned int j = 0; j < 2; ++j)
      {
        const double X =
          2 * g * g * (h[i] + h[j]) + (h[i] - h[j]) * (h[i] - h[j]);
        const auto &S = numbers.covariance;
        EXPECT_NEAR(S[i][j], 4 * g * D[i][j] / X, 1e-6);
        EXPECT_NEAR(S[i][2 + j], 2 * D[i][j] * (h[i] - h[j]) / X, 1e-6);
        EXPECT_NEAR(S[2 + i][2 + j], 2 * g * (h[i] + h[j]) * D[i][j] / X, 1e-6);
      }
  // It is no equilibrium, and the second law holds.
  EXPECT_GT(*numbers.entropy_production, 1e-3);
  EXPECT_GT(*numbers.certificate, 0.01);
}



TEST(Kinetic, GibbsInFourDimensions)
{
  KineticProblem<2> problem;
  problem.use_loss("(u*v-1)^2/2 + 0.1*(u^2+v^2)");
  problem.noise.type        = "isotropic";
  problem.noise.temperature = 0.2;
  problem.use_box(3, 3);
  problem.scales.friction = 1;
  problem.scales.degree   = 4;
  problem.temperature     = 0.2;
  problem.make();
  const Vector        P = problem.stationary();
  const KineticLaw<2> law(*problem.generator, P);
  // Level 0 is Gibbs, all others are 0.
  Vector gibbs = problem.generator->weights();
  gibbs.scale(problem.generator->left_null_vector());
  gibbs /= problem.generator->mass_functional() * gibbs;
  Vector error = P;
  error -= gibbs;
  EXPECT_LT(error.linfty_norm(), 1e-12 * gibbs.linfty_norm());
  const KineticStatistics<2> numbers(law, *problem.dynamics);
  EXPECT_LT(numbers.current, 1e-12);
  EXPECT_LT(std::abs(*numbers.entropy_production), 1e-12);
  EXPECT_LT(*numbers.certificate, 1e-12);
}



// Whatever the noise: columns of A sum to zero in level 0, a law has a
// divergence-free current, and everything is the same on any number of ranks
// (hanging nodes and trimmed cells included).
TEST(Kinetic, MassAndRanks)
{
  const auto solve = [](const MPI_Comm communicator) {
    auto problem          = anisotropic(3, 2);
    problem->communicator = communicator;
    problem->prepare();
    // Cells with a corner at the origin are refined.
    for (const auto &cell :
         problem->discretisation->mesh->active_cell_iterators())
      if (cell->is_locally_owned() && cell->center().norm() < 1)
        cell->set_refine_flag();
    problem->discretisation->mesh->execute_coarsening_and_refinement();
    problem->discretisation->prepare();
    problem->make_generator();
    const Vector P       = problem->stationary();
    Vector       columns = problem->generator->zero();
    problem->generator->apply_adjoint(columns,
                                      problem->generator->left_null_vector());
    EXPECT_LT(columns.linfty_norm(),
              1e-13 * problem->generator->rates().linfty_norm());
    const KineticStatistics<2> numbers(KineticLaw<2>(*problem->generator, P),
                                       *problem->dynamics);
    return std::vector<double>{numbers.covariance[0][1],
                               numbers.covariance[2][3],
                               numbers.current,
                               *numbers.entropy_production};
  };
  const auto together = solve(MPI_COMM_WORLD), alone = solve(MPI_COMM_SELF);
  for (std::size_t i = 0; i < together.size(); ++i)
    EXPECT_NEAR(together[i], alone[i], 1e-10 * std::abs(alone[i])) << i;
}



// B_nm = E|xi| h_n h_m by a fine rule.
TEST(Kinetic, HalfRangeFlux)
{
  constexpr unsigned int     N    = 8;
  constexpr double           step = 1e-3;
  std::vector<double>        h;
  dealii::FullMatrix<double> sums(N + 1, N + 1);
  for (double xi = 0; xi < 12; xi += step)
    {
      // The trapezoidal rule, with the slope at 0 corrected.
      evaluate_hermite(xi, N, h);
      for (unsigned int n = 0; n <= N; ++n)
        for (unsigned int m = 0; m <= N; ++m)
          if ((n + m) % 2 == 0)
            sums(n, m) += 2 * step * xi * h[n] * h[m] *
                          std::exp(-0.5 * xi * xi) /
                          std::sqrt(2 * dealii::numbers::PI);
    }
  for (unsigned int n = 0; n <= N; ++n)
    for (unsigned int m = 0; m <= N; ++m)
      EXPECT_NEAR(half_range_flux(n, m), sums(n, m), 2e-6) << n << " " << m;
}



// The scales of D = T I are T, of state-dependent noise what the bulk has.
TEST(Kinetic, Scales)
{
  KineticProblem<1> problem;
  problem.use_loss("u^2/2");
  problem.noise.type       = "expression";
  problem.noise.expression = "0.1*(1+u^2)";
  problem.use_box(4, 3);
  problem.prepare();
  const auto choice =
    choose_kinetic_scales(problem.discretisation->box, *problem.dynamics, 1.);
  EXPECT_NEAR(choice.least_temperature, 0.1, 1e-4);
  EXPECT_GT(choice.mean_temperature, 0.11);
  EXPECT_LT(choice.mean_temperature, 0.13);
  dealii::SymmetricTensor<2, 1> D;
  D[0][0] = 1.9 * choice.temperature;
  EXPECT_FALSE(choice.is_beyond(D));
  D[0][0] = 2.1 * choice.temperature;
  EXPECT_TRUE(choice.is_beyond(D));
}
