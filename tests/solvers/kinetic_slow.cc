// SPDX-License-Identifier: GPL-3.0-or-later
// The kinetic law against what it is a law of: Langevin dynamics, step by step;
// and against plain SGD where friction is large.
#include "operators/drift_diffusion.h"
#include "postprocess/kinetic_output.h"
#include "postprocess/kinetic_statistics.h"
#include "solvers/spectrum.h"
#include "tests/solvers/kinetic_problem.h"

#include <gtest/gtest.h>

#include <random>

using namespace sgdfp;

namespace
{
  const double D[2][2] = {{0.15, 0.05}, {0.05, 0.25}};



  /// (uv - 1)^2/2 + ridge, an anisotropic D, gamma = 1.
  std::unique_ptr<KineticProblem<2>> valley(const unsigned int degree,
                                            const unsigned int refinement)
  {
    auto problem = std::make_unique<KineticProblem<2>>();
    problem->use_loss("(u*v-1)^2/2 + 0.1*(u^2+v^2)");
    problem->noise.type      = "constant";
    problem->noise.diffusion = {{D[0][0], D[0][1]}, {D[1][0], D[1][1]}};
    problem->use_box(6, refinement);
    problem->discretisation_parameters.degree = 3;
    problem->scales.friction                  = 1;
    problem->scales.degree                    = degree;
    problem->temperature                      = 0.2;
    return problem;
  }



  /// (uv, u^2, v^2, w_u^2, w_u w_v, w_v^2, (u + v) (w_u - w_v))
  constexpr unsigned int n_observables = 7;
  using Observed                       = std::array<double, n_observables>;

  Observed
  observe(const double u, const double v, const double w, const double z)
  {
    return {{u * v, u * u, v * v, w * w, w * z, z * z, (u + v) * (w - z)}};
  }



  /// Time averages over one chain: BAOAB steps, the noise exactly
  /// [Leimkuhler and Matthews 2013]; h^2 is all that is missed.
  Observed chain(const unsigned int seed)
  {
    constexpr double h = 0.02, gamma = 1, time = 1500, start = 50;
    std::mt19937_64  engine(seed);
    std::normal_distribution<double> normal;
    const double                     decay = std::exp(-gamma * h);
    const double                     scale = std::sqrt(1 - decay * decay);
    // Cholesky factor of D
    const double a = std::sqrt(D[0][0]), b = D[0][1] / a,
                 c    = std::sqrt(D[1][1] - b * b);
    const double sign = (seed % 2 == 0 ? 1. : -1.);
    double       u = sign, v = sign, w = 0, z = 0;
    Observed     sums{};
    const auto   n_steps = static_cast<unsigned int>(time / h);
    const auto   first   = static_cast<unsigned int>(start / h);
    const auto   kick    = [&]() {
      const double r = u * v - 1;
      w -= 0.5 * h * (r * v + 0.2 * u);
      z -= 0.5 * h * (r * u + 0.2 * v);
    };
    for (unsigned int k = 0; k < n_steps; ++k)
      {
        kick();
        u += 0.5 * h * w;
        v += 0.5 * h * z;
        const double x = normal(engine), y = normal(engine);
        w = decay * w + scale * a * x;
        z = decay * z + scale * (b * x + c * y);
        u += 0.5 * h * w;
        v += 0.5 * h * z;
        kick();
        if (k < first)
          continue;
        const Observed now = observe(u, v, w, z);
        for (unsigned int i = 0; i < n_observables; ++i)
          sums[i] += now[i] / (n_steps - first);
      }
    return sums;
  }



  /// The same under the law, from its second moments in velocity.
  Observed means(const KineticProblem<2> &problem, const Vector &P)
  {
    std::vector<double> sums(n_observables, 0.);
    KineticLaw<2>(*problem.generator, P)
      .for_each_point([&](const auto             &at,
                          const unsigned int      q,
                          const dealii::Point<2> &x,
                          const double            JxW) {
        const auto   m    = at.moments(q);
        const double p    = m.density;
        const double f[7] = {x[0] * x[1] * p,
                             x[0] * x[0] * p,
                             x[1] * x[1] * p,
                             m.second[0][0],
                             m.second[0][1],
                             m.second[1][1],
                             (x[0] + x[1]) * (m.flux[0] - m.flux[1])};
        for (unsigned int i = 0; i < n_observables; ++i)
          sums[i] += f[i] * JxW;
      });
    dealii::Utilities::MPI::sum(sums, problem.communicator, sums);
    Observed result;
    std::copy(sums.begin(), sums.end(), result.begin());
    return result;
  }
} // namespace



TEST(KineticSlow, LangevinMonteCarlo)
{
  constexpr unsigned int n_chains = 200;
  const MPI_Comm         world    = MPI_COMM_WORLD;
  const unsigned int     rank = dealii::Utilities::MPI::this_mpi_process(world);
  const unsigned int  n_ranks = dealii::Utilities::MPI::n_mpi_processes(world);
  std::vector<double> first(n_observables, 0.), second(n_observables, 0.);
  for (unsigned int c = rank; c < n_chains; c += n_ranks)
    {
      const Observed mean = chain(c + 1);
      for (unsigned int i = 0; i < n_observables; ++i)
        {
          first[i] += mean[i];
          second[i] += mean[i] * mean[i];
        }
    }
  dealii::Utilities::MPI::sum(first, world, first);
  dealii::Utilities::MPI::sum(second, world, second);

  const auto problem = valley(10, 5);
  problem->make();
  const Observed law = means(*problem, problem->stationary());
  for (unsigned int i = 0; i < n_observables; ++i)
    {
      const double mean     = first[i] / n_chains;
      const double variance = second[i] / n_chains - mean * mean;
      const double error    = std::sqrt(variance / (n_chains - 1));
      EXPECT_NEAR(law[i], mean, 3 * error) << i;
      // It is no equilibrium: position and velocity are correlated, (6).
      EXPECT_GT(std::abs(law[i]), 4 * error) << i;
      // The error bar is small enough to see something.

      EXPECT_LT(error, 0.02 * std::abs(law[0])) << i;
      if (rank == 0)
        std::cout << i << ": law " << law[i] << ", Monte Carlo " << mean
                  << " +- " << error << std::endl;
    }
}



// The density of parameters converges in N, faster than geometrically by 1/2.
TEST(KineticSlow, ConvergenceInHermiteDegree)
{
  std::unique_ptr<KineticProblem<2>> before;
  std::unique_ptr<KineticLaw<2>>     law_before;
  double                             last = 1;
  for (unsigned int N = 4; N <= 14; N += 2)
    {
      auto problem = valley(N, 4);
      problem->make();
      auto law = std::make_unique<KineticLaw<2>>(*problem->generator,
                                                 problem->stationary());
      if (law_before)
        {
          const auto              &rule = problem->discretisation->quadrature;
          KineticLaw<2>::Evaluator a(*law, rule), b(*law_before, rule);
          double                   change = 0;
          for (const auto &cell :
               problem->discretisation->dof_handler.active_cell_iterators())
            if (cell->is_locally_owned())
              {
                // Two meshes of the same cells
                typename Discretisation<2>::Cell other(
                  before->discretisation->mesh.get(),
                  cell->level(),
                  cell->index(),
                  &before->discretisation->dof_handler);
                a.reinit(cell);
                b.reinit(other);
                for (unsigned int q = 0; q < rule.size(); ++q)
                  change += std::abs(a(0, q) - b(0, q)) * a.points().JxW(q);
              }
          change = dealii::Utilities::MPI::sum(change, MPI_COMM_WORLD);
          EXPECT_LT(change, 0.5 * last) << N;
          last = change;
        }
      law_before = std::move(law);
      before     = std::move(problem);
    }
  EXPECT_LT(last, 1e-4);
}



// gamma -> infinity: the law of plain SGD, at the rate 1/gamma^2 and without a
// plateau.
TEST(KineticSlow, LargeFriction)
{
  std::vector<double> distances;
  for (const double gamma : {3., 10., 30., 100., 300.})
    {
      KineticProblem<1> problem;
      problem.use_loss("(u^2-1)^2/4");
      problem.noise.type                       = "expression";
      problem.noise.expression                 = "0.1*(1+0.5*u)";
      problem.domain.lower                     = {-1.9};
      problem.domain.upper                     = {2.6};
      problem.domain.initial_refinement        = 6;
      problem.discretisation_parameters.degree = 4;
      problem.scales.friction                  = gamma;
      problem.scales.degree                    = 24;
      problem.temperature                      = 0.1;
      problem.make();
      const Law<1>  marginal(*problem.discretisation,
                            *problem.dynamics,
                            *problem.trial,
                            problem.generator->nodal(problem.stationary(), 0));
      TrialSpace<1> potential(*problem.discretisation);
      ASSERT_TRUE(potential.use_potential(*problem.dynamics));
      DriftDiffusion<1> overdamped(*problem.discretisation,
                                   *problem.dynamics,
                                   potential);
      overdamped.prepare();
      overdamped.assemble();
      Vector p = overdamped.weights();
      p /= overdamped.mass_functional() * p;
      const Law<1> plain(*problem.discretisation,
                         *problem.dynamics,
                         potential,
                         p);
      distances.push_back(compare_laws(marginal, plain).l1);
    }
  EXPECT_LT(distances[0], 0.03);
  for (std::size_t i = 1; i < distances.size(); ++i)
    {
      const double factor = (i % 2 == 1 ? 10. / 3 : 3.);
      EXPECT_LT(distances[i], distances[i - 1] / factor) << i;
    }
  EXPECT_LT(distances.back(), 1e-5);
}



// What an absorbing set takes is what the law loses, and for large friction the
// exit rate is that of plain SGD over gamma [killed double well, cases].
TEST(KineticSlow, Exit)
{
  constexpr double    plain = 0.0335452949533; // anchor I, exit at the saddle
  std::vector<double> deviations;
  for (const double gamma : {1., 40., 160.})
    {
      KineticProblem<1> problem;
      problem.use_loss("(u^2-1)^2/4");
      problem.noise.type        = "isotropic";
      problem.noise.temperature = 0.1;
      problem.use_box(2.6, 5);
      problem.discretisation_parameters.degree = 4;
      problem.scales.friction                  = gamma;
      problem.scales.degree                    = 16;
      problem.temperature                      = 0.1;
      problem.prepare();
      problem.absorbing = std::make_unique<Region<1>>("Domain/absorbing",
                                                      "u",
                                                      problem.vocabulary);
      problem.make_generator();
      const auto &generator = *problem.generator;
      Vector      image = generator.zero(), lost = generator.killing();
      generator.apply_adjoint(image, generator.left_null_vector());
      const double size = lost.linfty_norm();
      EXPECT_GT(size, 0);
      lost.add(1., image);
      EXPECT_LT(lost.linfty_norm(), 1e-9 * size);

      const Restriction all(generator, generator.zero());
      const Spectrum    spectrum =
        SpectrumSolver(problem.solver_parameters)
          .solve(all, 2, nullptr, /*is_reversible=*/false);
      Vector law = all.extend(spectrum.right.front());
      law /= generator.mass_functional() * law;
      const double rate = generator.killing() * law;
      EXPECT_NEAR(rate, -spectrum.values.front().real(), 1e-8 * rate);
      deviations.push_back(rate * gamma / plain - 1);
    }
  // Few come back from where they are absorbed.
  EXPECT_LT(deviations[0], -0.3);
  EXPECT_LT(std::abs(deviations[2]), 0.01);
  EXPECT_LT(std::abs(deviations[2]), std::abs(deviations[1]) / 3);
}



// Iterations by Hermite level for large friction: the law of the direct solver,
// in as many iterations on a finer mesh.
TEST(KineticSlow, IterationsByLevel)
{
  std::vector<unsigned int> iterations;
  for (const unsigned int refinement : {4, 5})
    {
      auto problem                              = valley(6, refinement);
      problem->discretisation_parameters.degree = 2;
      problem->scales.friction                  = 10;
      problem->make();
      const Vector direct = problem->stationary();
      Vector       P      = problem->generator->weights();
      P.scale(problem->generator->left_null_vector());
      StationarySolver solver(problem->communicator,
                              problem->solver_parameters,
                              /*use_direct=*/false);
      iterations.push_back(solver.solve(*problem->generator, P).iterations);
      P -= direct;
      EXPECT_LT(P.l2_norm(), 1e-8 * direct.l2_norm());
    }
  EXPECT_LE(iterations[1], iterations[0] + 10);
  EXPECT_LE(iterations[1], 40u);
}
