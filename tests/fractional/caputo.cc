// SPDX-License-Identifier: GPL-3.0-or-later
// The Caputo derivative in time [anchors.md, D].
#include "fractional/mittag_leffler.h"
#include "operators/projection.h"
#include "solvers/caputo_contour.h"
#include "solvers/caputo_solver.h"
#include "solvers/time_stepper.h"
#include "tests/problem.h"

#include <gtest/gtest.h>

#include <cmath>
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



  /// d x = -x dt + dW in subdiffusive time, from x = 1.
  template <int dim = 1>
  std::unique_ptr<Problem<dim>> ornstein_uhlenbeck(const unsigned int level)
  {
    auto problem = std::make_unique<Problem<dim>>();
    problem->loss =
      std::make_shared<QuadraticLoss<dim>>(dealii::unit_symmetric_tensor<dim>(),
                                           dealii::Tensor<1, dim>(),
                                           0.);
    problem->noise.type        = "isotropic";
    problem->noise.temperature = 0.5;
    problem->use_box(6, level);
    return problem;
  }



  /// A law in subdiffusive time.
  template <int dim>
  struct Path
  {
    Path(Problem<dim>         &problem,
         const TimeParameters &time,
         const double          deviation,
         const Region<dim>    *absorbing = nullptr)
      : problem(problem)
      , space(*problem.discretisation,
              *problem.dynamics,
              problem.discretisation_parameters,
              problem.solver_parameters,
              problem.log,
              absorbing)
    {
      space.find();
      InitialDensityParameters initial;
      initial.mean.assign(dim, 0.);
      initial.mean[0]            = 1;
      initial.standard_deviation = {deviation};
      evolution =
        make_evolution(space, time, problem.solver_parameters, problem.log);
      const InitialDensity<dim> density(initial, problem.vocabulary);
      evolution->start(space.start(
        [&]() {
          return project(density, *problem.discretisation, space.generator());
        },
        [&](const Vector &P) { return evolution->preview(P); }));
    }

    double integral(const std::function<double(const dealii::Point<dim> &)> &f)
    {
      double sum = 0;
      space.law(evolution->density()).for_each_point([&](const auto &sample) {
        sum += f(sample.theta) * sample.law.density() * sample.weight;
      });
      return dealii::Utilities::MPI::sum(sum, problem.communicator);
    }

    /// E[x^n] of the first parameter
    double moment(const unsigned int n)
    {
      return integral(
        [&](const dealii::Point<dim> &x) { return std::pow(x[0], n); });
    }

    /// int |p - q|
    double distance(const Vector &first, const Vector &second) const
    {
      Vector difference = first;
      difference -= second;
      check_petsc(VecAbs(difference), "VecAbs");
      return difference * space.generator().mass_functional();
    }

    Problem<dim>                   &problem;
    TransientSpace<dim>             space;
    std::unique_ptr<Evolution<dim>> evolution;
  };



  TimeParameters subdiffusive(const double       order,
                              const double       tolerance,
                              const std::string &method = "L1")
  {
    TimeParameters time;
    time.caputo_order      = order;
    time.caputo_method     = method;
    time.tolerance         = tolerance;
    time.end_time          = 1;
    time.number_of_outputs = 1;
    return time;
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



// Order 2 - b on the mesh t_n = T (n/N)^r, r = (2 - b)/b, that is graded for
// E_b(-t^b): numbers of steps N, 2N.
TEST(Caputo, OrderInTime)
{
  auto problem                                  = ornstein_uhlenbeck(4);
  problem->discretisation_parameters.refinement = "none";
  problem->prepare();
  for (const double b : {.3, .5, .8})
    {
      Path<1>      path(*problem, subdiffusive(b, 1e-3), 0.5);
      const auto  &generator = path.space.evolving();
      const Vector start     = path.evolution->density();
      const Vector exact     = caputo_law(generator,
                                      problem->solver_parameters,
                                      /*use_direct=*/true,
                                      start,
                                      b,
                                      1.,
                                      12);
      double       coarser   = 0;
      for (const unsigned int n : {80, 160})
        {
          CaputoStepper stepper(generator,
                                problem->solver_parameters,
                                true,
                                b,
                                1.,
                                std::make_unique<ExponentialHistory>(b, 1e-10));
          stepper.start(start);
          double worst = 0;
          for (unsigned int i = 1; i <= n; ++i)
            {
              const double end =
                std::pow(static_cast<double>(i) / n, (2 - b) / b);
              worst = std::max(worst, stepper.attempt(end - stepper.time()));
              stepper.accept();
            }
          const double error = path.distance(stepper.density(), exact);
          EXPECT_LT(error, worst) << "the bound";
          if (coarser > 0)
            {
              EXPECT_NEAR(std::log2(coarser / error), 2 - b, .15)
                << "b = " << b;
            }
          coarser = error;
        }
    }
}



TEST(Caputo, OrnsteinUhlenbeckFromAPoint)
{
  // Mean E_b(-t^b), <x^2> = .5 + .5 E_b(-2 t^b) [anchors.md, D].
  const double means[]   = {.7235784384776155,
                            .427583576155807,
                            .2323262943764651};
  const double squares[] = {.7768031268924393,
                            .6276978381552529,
                            .5616069700439461};
  for (const std::string method : {"L1", "contour"})
    {
      auto problem = ornstein_uhlenbeck(4);

      problem->prepare();
      TimeParameters time        = subdiffusive(.5, 1e-3, method);
      time.end_time              = 5;
      time.output_times          = {.1, 1, 5};
      const double     accuracy  = (method == "L1" ? 1e-3 : 1e-9);
      constexpr double deviation = 1e-3;
      Path<1>          path(*problem, time, deviation);
      unsigned int     k = 0;
      while (!path.evolution->is_finished())
        {
          path.evolution->advance();
          if (!path.evolution->is_output_time())
            continue;
          EXPECT_EQ(path.evolution->time(), time.output_times[k]);
          EXPECT_NEAR(path.integral([](const auto &) { return 1.; }), 1, 1e-12);
          EXPECT_NEAR(path.moment(1), means[k], accuracy) << method;
          // The start is not quite a point.
          const double more = deviation * deviation * (squares[k] - .5) / .5;
          EXPECT_NEAR(path.moment(2), squares[k] + more, accuracy) << method;
          ++k;
        }
      EXPECT_EQ(k, 3u);
      EXPECT_LE(path.evolution->time_error, accuracy);
      EXPECT_LT(path.evolution->space_error, 1e-4);
    }
}



// The error at every output time is below the reported bound, the bound below
// the tolerance.
TEST(Caputo, BoundHolds)
{
  for (const double b : {.3, .7, .9})
    {
      auto problem = ornstein_uhlenbeck(4);
      problem->prepare();
      TimeParameters time = subdiffusive(b, 1e-2);
      time.output_times   = {1e-3, 0.03, 0.2, 1};
      Path<1>      path(*problem, time, 0.2);
      const Vector start = path.evolution->density();
      double       worst = 0;
      while (!path.evolution->is_finished())
        {
          path.evolution->advance();
          if (path.evolution->is_output_time())
            worst =
              std::max(worst,
                       path.distance(path.evolution->density(),
                                     caputo_law(path.space.evolving(),
                                                problem->solver_parameters,
                                                true,
                                                start,
                                                b,
                                                path.evolution->time(),
                                                12)));
        }
      EXPECT_LT(worst, path.evolution->time_error) << b;
      EXPECT_LT(path.evolution->time_error, time.tolerance);
      EXPECT_GT(worst, 1e-3 * path.evolution->time_error) << b;
    }
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



// Ordinary time is the limit of b -> 1.
TEST(Caputo, OrdinaryTimeAsALimit)
{
  auto problem = ornstein_uhlenbeck(5);
  problem->discretisation_parameters.refinement = "none";
  problem->prepare();
  Path<1> ordinary(*problem, subdiffusive(1, 1e-7), 0.5);
  while (!ordinary.evolution->is_finished())
    ordinary.evolution->advance();
  for (const std::string method : {"contour", "L1"})
    {
      TimeParameters time = subdiffusive(.999, 1e-2, method);
      Path<1>        path(*problem, time, 0.5);
      while (!path.evolution->is_finished())
        path.evolution->advance();
      EXPECT_LT(ordinary.distance(ordinary.evolution->density(),
                                  path.evolution->density()),
                1e-3)
        << method;
    }
}
