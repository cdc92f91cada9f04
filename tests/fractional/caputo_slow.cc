// SPDX-License-Identifier: GPL-3.0-or-later
// The Caputo derivative in time against exact laws [anchors.md, D].
#include "tests/fractional/caputo_problem.h"
#include "tests/fractional/stable_problem.h"

#include <gtest/gtest.h>

using namespace sgdfp;

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



// Ordinary time is the limit of b -> 1.
TEST(Caputo, OrdinaryTimeAsALimit)
{
  auto problem                                  = ornstein_uhlenbeck(5);
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



// Heavy tails in subdiffusive time, with and without killing: steps and
// contours agree within the bound that steps report.
TEST(Caputo, UnderJumps)
{
  for (const bool kills : {false, true})
    {
      auto problem = stable_problem<1>("0.5*x^2", 1.5, 1e3, 64);
      problem->prepare();
      const Region<1> outside("Domain/absorbing",
                              "abs(x)-8",
                              problem->vocabulary);
      Vector          laws[2];
      double          bounds[2];
      for (const std::string method : {"L1", "contour"})
        {
          Path<1> path(*problem,
                       subdiffusive(.6, 1e-2, method),
                       0.5,
                       kills ? &outside : nullptr);
          while (!path.evolution->is_finished())
            path.evolution->advance();
          const bool is_second = (method == "contour");
          laws[is_second]      = path.evolution->density();
          bounds[is_second]    = path.evolution->time_error;
          if (is_second)
            {
              EXPECT_LT(path.distance(laws[0], laws[1]), bounds[0] + bounds[1]);
            }
          const double mass = path.space.mass(laws[is_second]);
          if (kills)
            {
              EXPECT_LT(mass, 0.999);
              EXPECT_GT(mass, 0.5);
            }
          else
            {
              EXPECT_NEAR(mass, 1, 1e-12);
            }
        }
    }
}
