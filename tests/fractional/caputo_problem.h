// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_TESTS_FRACTIONAL_CAPUTO_PROBLEM_H
#define SGDFP_TESTS_FRACTIONAL_CAPUTO_PROBLEM_H

#include "operators/projection.h"
#include "solvers/caputo_contour.h"
#include "solvers/caputo_solver.h"
#include "solvers/transient_space.h"
#include "tests/problem.h"

#include <cmath>

namespace sgdfp
{
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
      evolution                  = make_evolution(
        space, time, problem.solver_parameters, /*step=*/0, problem.log);
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



  inline TimeParameters subdiffusive(const double       order,
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
} // namespace sgdfp

#endif
