// SPDX-License-Identifier: GPL-3.0-or-later
// The law in time against exact solutions of the Ornstein-Uhlenbeck process
// [anchors.md, A1].
#include "solvers/transient.h"

#include "operators/projection.h"
#include "postprocess/time_statistics.h"
#include "solvers/transient_space.h"
#include "tests/problem.h"

#include <gtest/gtest.h>

#include <cmath>

namespace
{
  using namespace sgdfp;

  const std::vector<std::vector<double>> D = {{0.2, 0.1}, {0.1, 0.3}};

  InitialDensityParameters gaussian(const std::vector<double> &mean,
                                    const double               deviation)
  {
    InitialDensityParameters parameters;
    parameters.mean               = mean;
    parameters.standard_deviation = {deviation};
    return parameters;
  }



  /// A law on its way, with its statistics.
  template <int dim>
  struct Path
  {
    Path(Problem<dim>                   &problem,
         const InitialDensityParameters &initial,
         const TimeParameters           &time)
      : problem(problem)
      , observables(problem.observables, problem.vocabulary)
      , space(*problem.discretisation,
              *problem.dynamics,
              problem.discretisation_parameters,
              problem.solver_parameters,
              problem.log)
      , solver(space, time, problem.solver_parameters, problem.log)
      , statistics(observables,
                   problem.vocabulary.variables,
                   *problem.loss,
                   reference,
                   problem.discretisation_parameters.tolerance)
    {
      space.find();
      const InitialDensity<dim> density(initial, problem.vocabulary);
      solver.start(space.start([&]() {
        return project(density, *problem.discretisation, space.generator());
      }));
    }

    std::vector<double> row()
    {
      statistics.prepare(
        *problem.discretisation,
        space.trial_space(),
        [this](const auto &cell) { return space.is_inside(cell); },
        space.stationary(),
        space.stationary_log_floor());
      return statistics.row(solver.time(),
                            space.mass(solver.density()),
                            solver.density());
    }

    /// The value of a column
    double operator()(const std::string &column)
    {
      const auto names = statistics.columns();
      const auto found = std::find(names.begin(), names.end(), column);
      return row().at(found - names.begin());
    }

    void finish()
    {
      while (!solver.is_finished())
        solver.advance();
    }

    Problem<dim>                      &problem;
    Observables<dim>                   observables;
    TransientSpace<dim>                space;
    TransientSolver<dim>               solver;
    boost::optional<GibbsDensity<dim>> reference;
    TimeStatistics<dim>                statistics;
  };



  TEST(Transient, OrnsteinUhlenbeckAtTimeOne)
  {
    auto problem = ornstein_uhlenbeck(D, 5);
    problem->prepare();
    TimeParameters time;
    time.end_time          = 1;
    time.tolerance         = 1e-6;
    time.number_of_outputs = 3;
    Path<2> run(*problem, gaussian({1, -0.5}, std::sqrt(0.05)), time);
    run.finish();
    EXPECT_EQ(run.solver.time(), 1);
    EXPECT_NEAR(run("mass"), 1, 1e-13);
    EXPECT_NEAR(run("mean_u"), .36787944117144, 1e-6);
    EXPECT_NEAR(run("mean_v"), -.02489353418393, 1e-6);
    EXPECT_NEAR(run("kl_to_stationary"), .419727984227493, 1e-6);
    // The mesh followed the density: it is not the one of the start.
    EXPECT_GT(run.solver.n_meshes, 1u);
  }



  // The fourth order of the steps, and that the estimate of their error is one.
  TEST(Transient, OrderInTime)
  {
    auto problem                                  = ornstein_uhlenbeck(D, 4);
    problem->discretisation_parameters.refinement = "none";
    problem->prepare();
    Path<2>      run(*problem, gaussian({1, -0.5}, 0.4), TimeParameters());
    const Vector start = run.solver.density();
    TimeStepper  stepper(problem->communicator, /*use_direct=*/true);
    stepper.prepare(run.space.generator());
    const auto at_time_one = [&](const unsigned int n, double &estimate) {
      Vector P = start;
      estimate = 0;
      for (unsigned int i = 0; i < n; ++i)
        estimate += stepper.step(P, 1. / n);
      return P;
    };
    run.row(); // prepares the statistics
    double       unused, estimate;
    const Vector reference = at_time_one(256, unused);
    double       coarser   = 0;
    for (const unsigned int n : {8, 16, 32})
      {
        const double error =
          run.statistics.distance(at_time_one(n, estimate), reference);
        const double order = std::log2(coarser / error);
        if (coarser > 0)
          {
            EXPECT_GT(order, 3.5) << n << " steps";
          }
        RecordProperty("error with " + std::to_string(n) + " steps",
                       std::to_string(error));
        // Of the third order method: an upper bound.
        EXPECT_GT(estimate, error);
        coarser = error;
      }
    // One factorisation for each step length.
    EXPECT_EQ(stepper.n_factorisations, 4u);
  }



  // The free energy relative to the stationary law falls at every step: the
  // second law, in the discrete space.
  TEST(Transient, RelaxesMonotonically)
  {
    auto problem                                 = rotating_quartic(1., 4);
    problem->discretisation_parameters.tolerance = 1e-3;
    problem->prepare();
    TimeParameters time;
    time.end_time = 2;
    Path<2> run(*problem, gaussian({1.2, 0.5}, 0.3), time);
    double  last = run("kl_to_stationary");
    while (!run.solver.is_finished())
      {
        run.solver.advance();
        const double next = run("kl_to_stationary");
        EXPECT_LT(next, last) << "t = " << run.solver.time();
        EXPECT_NEAR(run("mass"), 1, 1e-12);
        last = next;
      }
    EXPECT_LT(last, 1e-2);
  }



  // A law with no stationary one: free diffusion in a box it does not reach.
  TEST(Transient, WithoutStationaryLaw)
  {
    Problem<1> problem;
    problem.loss =
      std::make_shared<QuadraticLoss<1>>(dealii::SymmetricTensor<2, 1>(),
                                         dealii::Tensor<1, 1>(),
                                         0.);
    problem.noise.type        = "isotropic";
    problem.noise.temperature = 0.1;
    problem.use_box(8, 6);
    problem.prepare();
    TimeParameters time;
    time.end_time  = 2;
    time.tolerance = 1e-6;
    Path<1> run(problem, gaussian({0.5}, 0.3), time);
    run.finish();
    EXPECT_EQ(run.space.stationary(), nullptr);
    EXPECT_NE(run.space.why_no_stationary(), "");
    EXPECT_TRUE(std::isnan(run("kl_to_stationary")));
    EXPECT_NEAR(run("mean_u"), 0.5, 1e-8);
    EXPECT_NEAR(run("variance_u"), 0.09 + 2 * 0.1 * 2, 1e-7);
    EXPECT_NEAR(run("entropy"),
                0.5 * std::log(2 * dealii::numbers::PI * std::exp(1.) * 0.49),
                1e-6);
  }



  // Moments up to the degree survive the projection, however narrow the
  // Gaussian is.
  TEST(Transient, StartsNarrowerThanACell)
  {
    for (const double deviation : {0.5, 0.05, 1e-3})
      {
        auto problem = ornstein_uhlenbeck(D, 3);
        problem->discretisation_parameters.refinement = "none";
        problem->prepare();
        Path<2> run(*problem,
                    gaussian({0.31, -0.17}, deviation),
                    TimeParameters());
        EXPECT_NEAR(run("mass"), 1, 1e-13);
        // 3 - .31 is 5.4 standard deviations of the widest one.
        const double cut_off = (deviation == 0.5 ? 1e-3 : 1e-12);
        EXPECT_NEAR(run("mean_u"), 0.31, cut_off);
        EXPECT_NEAR(run("mean_v"), -0.17, cut_off);
        EXPECT_NEAR(run("variance_u"), deviation * deviation, cut_off);
      }
  }



  // A uniform law is no polynomial times e^l.
  TEST(Transient, ChoosesPolynomialsForAWideStart)
  {
    auto problem = ornstein_uhlenbeck({{0.02, 0.}, {0., 0.03}}, 4);
    problem->discretisation_parameters.refinement = "none";
    problem->prepare();
    InitialDensityParameters uniform;
    uniform.type = "uniform";
    TimeParameters time;
    Path<2>        run(*problem, uniform, time);
    EXPECT_EQ(run.space.kind(), "polynomial");
    EXPECT_NEAR(run("entropy"), std::log(6 * 4.4), 1e-10);
    EXPECT_NEAR(run("variance_u"), 3., 1e-10);
  }
} // namespace
