// SPDX-License-Identifier: GPL-3.0-or-later
// Jumps in time, and against simulation.
#include "operators/projection.h"
#include "solvers/transient.h"
#include "solvers/transient_space.h"
#include "tests/fractional/stable_problem.h"

#include <gtest/gtest.h>

#include <random>

using namespace sgdfp;
using dealii::Point;
using dealii::numbers::PI;

TEST(StableTime, OrnsteinUhlenbeckFromAPoint)
{
  // C1 from x_0 = 1: exp(i k x_0 e^-t - |k|^alpha (1 - e^(-alpha t))/alpha).
  const double alpha = 1.5, end = 1;
  auto         problem = stable_problem<1>("0.5*x^2", alpha, 1e4, 128);
  problem->prepare();
  TimeParameters time;
  time.end_time  = end;
  time.tolerance = 1e-4;
  TransientSpace<1>  space(*problem->discretisation,
                          *problem->dynamics,
                          problem->discretisation_parameters,
                          problem->solver_parameters,
                          problem->log);
  TransientSolver<1> solver(space,
                            time,
                            problem->solver_parameters,
                            problem->log);
  space.find();
  ASSERT_NE(space.stationary(), nullptr);
  InitialDensityParameters initial;
  initial.mean               = {1};
  initial.standard_deviation = {1e-9};
  const InitialDensity<1> point(initial, problem->vocabulary);
  solver.start(space.start([&]() {
    return project(point, *problem->discretisation, space.generator());
  }));
  while (!solver.is_finished())
    solver.advance();

  EXPECT_NEAR(space.generator().mass_functional() * solver.density(), 1, 1e-12);
  const double factor = -std::expm1(-alpha * end) / alpha;
  const auto psi = [&](const double k) { return std::pow(k, alpha) * factor; };
  double     error = 0;
  const Law<1> law = space.law(solver.density());
  law.for_each_point([&](const auto &sample) {
    constexpr double far = 30;
    const double     x   = sample.theta[0] - std::exp(-end);
    if (std::abs(x) < far)
      error += std::abs(sample.law.density() - fourier_density(x, psi, 4000)) *
               sample.weight;
  });
  error = dealii::Utilities::MPI::sum(error, problem->communicator);
  EXPECT_LT(error, 1e-3);
}



TEST(StableTime, AgreesWithSimulation)
{
  // Euler's method with jumps by Chambers, Mallows and Stuck (1976) in a well
  // that is not quadratic: P(|x| < 1), within four standard errors and the
  // bias of the step, which is below them.
  const double alpha = 1.3;
  auto problem = stable_problem<1>("0.5*x^2+0.6*cos(2*x)", alpha, 1e5, 199);
  const Law<1>  &law = problem->solve();
  Observables<1> inside({"inside: if(abs(x)<1,1,0)", {}}, problem->vocabulary);
  Summary        summary;
  run_postprocessors<1>(law, {&inside}, summary);
  const double solved =
    summary.json()["observables"]["inside"]["mean"].get<double>();

  std::mt19937_64                        generator(20261124);
  std::uniform_real_distribution<double> angle(-PI / 2, PI / 2);
  std::exponential_distribution<double>  waiting(1.);
  constexpr unsigned int                 n_chains = 20000, n_steps = 500;
  constexpr double                       dt       = 0.01;
  const double                           scale    = std::pow(dt, 1 / alpha);
  unsigned int                           n_inside = 0;
  for (unsigned int chain = 0; chain < n_chains; ++chain)
    {
      double x = 0;
      for (unsigned int step = 0; step < n_steps; ++step)
        {
          const double V = angle(generator), W = waiting(generator);
          const double Z =
            std::sin(alpha * V) / std::pow(std::cos(V), 1 / alpha) *
            std::pow(std::cos((1 - alpha) * V) / W, (1 - alpha) / alpha);
          x += -(x - 1.2 * std::sin(2 * x)) * dt + scale * Z;
        }
      n_inside += (std::abs(x) < 1);
    }
  const double simulated = static_cast<double>(n_inside) / n_chains;
  const double error     = std::sqrt(simulated * (1 - simulated) / n_chains);
  EXPECT_NEAR(solved, simulated, 4 * error);
}
