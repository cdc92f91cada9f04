// SPDX-License-Identifier: GPL-3.0-or-later
// The Caputo derivative in time.
#include "fractional/mittag_leffler.h"
#include "solvers/time_stepper.h"
#include "tests/fractional/caputo_problem.h"

#include <gtest/gtest.h>

#include <random>

using namespace sgdfp;
using dealii::numbers::PI;

namespace
{
  /// A vector of one entry per rank.
  Vector one_each(const double value)
  {
    const auto n = dealii::Utilities::MPI::n_mpi_processes(MPI_COMM_WORLD);
    Vector     v(MPI_COMM_WORLD, n, 1);
    v = value;
    return v;
  }



  double entry(const Vector &v)
  {
    return v(v.local_range().first);
  }
} // namespace



TEST(MittagLeffler, KnownValues)
{
  constexpr double accuracy = 1e-12;
  EXPECT_NEAR(mittag_leffler(.5, 1), .427583576155807, accuracy);
  EXPECT_NEAR(mittag_leffler(.5, 2), .2553956763105057, accuracy);
  EXPECT_NEAR(mittag_leffler(.3, 1), .4565944083296907, accuracy);
  EXPECT_NEAR(mittag_leffler(.9, 1), .3760660214246419, accuracy);
  for (const double b : {.05, .3, .5, .8, .999, 1.})
    EXPECT_NEAR(mittag_leffler(b, 0), 1, accuracy);
  for (double x = 1e-6; x < 5; x *= 1.3)
    {
      // E_1(-x) = e^-x, E_1/2(-x) = e^(x^2) erfc(x)
      EXPECT_NEAR(mittag_leffler(1, x), std::exp(-x), accuracy) << x;
      EXPECT_NEAR(mittag_leffler(.5, x),
                  std::exp(x * x) * std::erfc(x),
                  accuracy)
        << x;
    }
  // x E_b(-x) -> 1/Gamma(1-b) - 1/(x Gamma(1-2b)) + ..
  for (const double b : {.3, .6, .8})
    {
      constexpr double x = 1e7;
      const double     tail =
        1 / std::tgamma(1 - b) - 1 / (x * std::tgamma(1 - 2 * b));
      EXPECT_NEAR(x * mittag_leffler(b, x) / tail, 1, accuracy) << b;
    }
  EXPECT_THROW(mittag_leffler(.5, -1), dealii::ExceptionBase);
  EXPECT_THROW(mittag_leffler(1.5, 1), dealii::ExceptionBase);
}



TEST(CaputoHistory, ExponentialsAgreeWithTheDirectSum)
{
  for (const double b : {.1, .3, .5, .8, .95})
    {
      constexpr double                       eps = 1e-8;
      ExponentialHistory                     fast(b, eps);
      DirectHistory                          direct(b);
      std::mt19937                           random(17);
      std::uniform_real_distribution<double> uniform(0, 1);
      double tau = 1e-6, time = 0, worst = 0, last_count = 0;
      Vector a = one_each(0), c = a;
      for (unsigned int n = 0; n < 500; ++n)
        {
          // Steps that grow up to t/50, and shrink at times.
          const Vector increment = one_each(uniform(random));
          fast.add(increment, tau);
          direct.add(increment, tau);
          time += tau;
          tau = (n % 41 == 40 ? 0.1 * tau : std::min(2 * tau, time / 50));
          if (n % 7 != 0)
            continue;
          for (const double part : {.1, .5, 1.})
            {
              fast.evaluate(part * tau, a);
              direct.evaluate(part * tau, c);
              worst = std::max(worst, std::abs(entry(a) / entry(c) - 1));
            }
          last_count = fast.vectors().size();
        }
      EXPECT_LT(worst, 3 * eps) << "order " << b;
      // 500 pieces, T/tau of more than 1e6
      EXPECT_LE(fast.most_vectors, 60u) << "order " << b;
      EXPECT_GT(last_count, 10);
    }
}



// Vectors that are kept do not grow with T/tau_first.
TEST(CaputoHistory, GrowsWithNeitherEnd)
{
  std::size_t counts[2];
  for (const unsigned int decades : {6, 20})
    {
      ExponentialHistory history(.5, 1e-8);
      double             time = 0, tau = 1;
      while (time < std::pow(10., decades))
        {
          history.add(one_each(1), tau);
          time += tau;
          tau = std::max(1., std::pow(2., std::floor(std::log2(time / 50))));
        }
      counts[decades == 20] = history.most_vectors;
    }
  EXPECT_LE(counts[0], 60u);
  EXPECT_LE(counts[1], counts[0] + 2);
}



// Degree 1 with a diagonal mass matrix: nothing is negative, at any time.
TEST(Caputo, StaysPositive)
{
  auto problem                                   = ornstein_uhlenbeck(7);
  problem->discretisation_parameters.degree      = 1;
  problem->discretisation_parameters.refinement  = "none";
  problem->discretisation_parameters.lumped_mass = true;
  problem->prepare();
  // A law on one node
  TransientSpace<1> space(*problem->discretisation,
                          *problem->dynamics,
                          problem->discretisation_parameters,
                          problem->solver_parameters,
                          problem->log);
  space.find();
  Vector P = space.generator().zero();
  if (P.in_local_range(40))
    P(40) = 1;
  P.compress(dealii::VectorOperation::insert);
  P /= space.mass(P);
  const auto evolution = make_evolution(space,
                                        subdiffusive(.6, 1e-2),
                                        problem->solver_parameters,
                                        /*step=*/0,
                                        problem->log);
  evolution->start(P);
  while (!evolution->is_finished())
    {
      evolution->advance();
      ASSERT_GT(minimum(evolution->density()), -1e-14) << evolution->time();
      ASSERT_NEAR(space.mass(evolution->density()), 1, 1e-12);
    }
  EXPECT_GT(minimum(evolution->density()), 0);
}



// Survival in subdiffusive time, killed at the ends of a box without drift:
// sum_k c_k E_b(-lambda_k t^b), lambda_k = D (k pi/L)^2.
TEST(Caputo, SurvivalDecaysLikeAPower)
{
  Problem<1> problem;
  problem.loss =
    std::make_shared<QuadraticLoss<1>>(dealii::SymmetricTensor<2, 1>(),
                                       dealii::Tensor<1, 1>(),
                                       0.);
  problem.noise.type        = "isotropic";
  problem.noise.temperature = 0.5;
  problem.use_box(2, 5);
  problem.prepare();
  constexpr double b = .6, length = 4, D = .5;
  TimeParameters   time = subdiffusive(b, 1e-3);
  time.end_time         = 1000;
  time.output_times     = {1, 10, 100, 1000};
  const Region<1> absorbing("Domain/absorbing", "boundary", problem.vocabulary);
  Path<1>         path(problem, time, 0.3, &absorbing);
  while (!path.evolution->is_finished())
    {
      path.evolution->advance();
      if (!path.evolution->is_output_time())
        continue;
      const double t        = path.evolution->time();
      double       survival = 0;
      for (unsigned int k = 1; k < 60; k += 2)
        {
          // int of sin(k pi (x + 2)/4) against N(1, .3^2)
          const double wave = k * PI / length;
          survival += 4 / (k * PI) * std::sin(wave * 3) *
                      std::exp(-.5 * .09 * wave * wave) *
                      mittag_leffler(b, D * wave * wave * std::pow(t, b));
        }
      EXPECT_NEAR(path.space.mass(path.evolution->density()), survival, 1e-3)
        << t;
    }
}



// The same set in ordinary time: killed at 0 the density is that of N(1, s^2)
// minus its mirror image, S(t) = erf(m/(sqrt(2) sigma)), m = e^-t,
// sigma^2 = T (1 - m^2) + s^2 m^2.
TEST(Killed, OrnsteinUhlenbeck)
{
  auto problem                                 = ornstein_uhlenbeck(5);
  problem->discretisation_parameters.tolerance = 1e-6;
  problem->prepare();
  const Region<1> absorbing("Domain/absorbing", "-u", problem->vocabulary);
  fit_mesh(*problem->discretisation,
           absorbing.edges(problem->discretisation->box));
  TimeParameters time    = subdiffusive(1, 1e-7);
  time.end_time          = 2;
  time.number_of_outputs = 4;
  constexpr double s     = .15;
  Path<1>          path(*problem, time, s, &absorbing);
  EXPECT_TRUE(path.space.is_killed());
  EXPECT_EQ(path.space.stationary(), nullptr);
  while (!path.evolution->is_finished())
    {
      path.evolution->advance();
      if (!path.evolution->is_output_time())
        continue;
      const double  m     = std::exp(-path.evolution->time());
      const double  sigma = std::sqrt(.5 * (1 - m * m) + s * s * m * m);
      const Vector &P     = path.evolution->density();
      EXPECT_NEAR(path.space.mass(P),
                  std::erf(m / (std::sqrt(2.) * sigma)),
                  1e-5)
        << path.evolution->time();
      EXPECT_NEAR(path.space.mass(path.space.given_survival(P)), 1, 1e-12);
    }
}



// p_b(t) = int q(s, t) p_1(s) ds, for b = 1/2 with
// q = e^{-s^2/(4t)}/sqrt(pi t): an average over ordinary time.
TEST(Caputo, Subordination)
{
  auto problem                                  = ornstein_uhlenbeck<2>(3);
  problem->discretisation_parameters.refinement = "none";
  problem->prepare();
  Path<2>      path(*problem, subdiffusive(.5, 1e-4, "contour"), 0.5);
  const Vector start = path.evolution->density();
  path.evolution->advance();

  TimeStepper stepper(problem->communicator, /*use_direct=*/true);
  stepper.prepare(path.space.generator());
  // Simpson's rule
  constexpr unsigned int n    = 400;
  constexpr double       step = 12. / n;
  Vector                 P = start, average = path.space.generator().zero();
  double                 sum = 0;
  for (unsigned int i = 0; i <= n; ++i)
    {
      const double s = i * step;
      const double w = step / 3 *
                       (i == 0 || i == n ? 1 :
                        i % 2 == 1       ? 4 :
                                           2) *
                       std::exp(-s * s / 4) / std::sqrt(PI);
      average.add(w, P);
      sum += w;
      stepper.step(P, step);
    }
  EXPECT_NEAR(sum, 1, 1e-8);
  EXPECT_LT(path.distance(average, path.evolution->density()), 1e-4);
}
