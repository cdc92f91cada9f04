// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_TESTS_POSTPROCESS_CLOSED_CURRENT_H
#define SGDFP_TESTS_POSTPROCESS_CLOSED_CURRENT_H

#include "postprocess/closed_current_statistics.h"
#include "tests/problem.h"

#include <gtest/gtest.h>

namespace sgdfp
{
  using dealii::Point;
  using dealii::Tensor;

  template <int dim>
  using ExactCurrent = std::function<Tensor<1, dim>(const Point<dim> &)>;



  struct Errors
  {
    double direct, closed;
  };



  /// int |J_h - J| and int |J* - J|
  template <int dim>
  Errors errors(const ClosedCurrent<dim> &closed,
                const ExactCurrent<dim>  &exact)
  {
    const Law<dim>                     &law = closed.law;
    typename ClosedCurrent<dim>::Values values(
      closed,
      dealii::QGauss<dim>(law.discretisation.element.degree + 4),
      false,
      dealii::update_JxW_values);
    Errors sum{0, 0};
    for (const auto &cell :
         law.discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          values.reinit(cell);
          for (unsigned int q = 0; q < values.law().size(); ++q)
            {
              const auto  &theta = values.fe_values().quadrature_point(q);
              const double JxW   = values.fe_values().JxW(q);
              const auto   flux =
                law.dynamics.flux(theta, MatrixFieldDerivatives::divergence);
              const auto J = exact(theta);
              sum.direct += (values.law()[q].current(flux) - J).norm() * JxW;
              sum.closed += (values.current()[q].current - J).norm() * JxW;
            }
        }
    const MPI_Comm communicator = law.discretisation.communicator;
    return {dealii::Utilities::MPI::sum(sum.direct, communicator),
            dealii::Utilities::MPI::sum(sum.closed, communicator)};
  }



  template <int dim>
  Summary::Json report(const ClosedCurrent<dim> &closed)
  {
    Summary summary;
    report_closed_current(closed, summary);
    return summary.json()["current"];
  }



  /// Refines the cells whose middle lies in the upper right of the box, then
  /// those nearest to the origin once more: hanging nodes of two sizes.
  template <int dim>
  void refine_by_hand(Discretisation<dim> &discretisation)
  {
    for (const double radius : {3., 0.7})
      {
        for (const auto &cell : discretisation.mesh->active_cell_iterators())
          if (cell->is_locally_owned())
            {
              const Point<dim> x     = cell->center();
              bool             upper = true;
              for (unsigned int d = 0; d < dim; ++d)
                upper = upper && x[d] > 0;
              if (x.norm() < radius && (upper || radius < 1))
                cell->set_refine_flag();
            }
        discretisation.mesh->execute_coarsening_and_refinement();
      }
    discretisation.prepare();
  }



  template <int dim>
  const Law<dim> &solve_on_refined_mesh(Problem<dim> &problem)
  {
    problem.prepare();
    refine_by_hand(*problem.discretisation);
    problem.solver = std::make_unique<SelfConsistentSolver<dim>>(
      *problem.discretisation,
      *problem.dynamics,
      problem.discretisation_parameters,
      problem.solver_parameters,
      problem.log);
    problem.solver->solve();
    return problem.solver->law();
  }



  template <int dim>
  void expect_closed(const Summary::Json &current)
  {
    EXPECT_LT(current["closed_divergence"].get<double>(), 1e-10);
    EXPECT_LT(current["closed_boundary_flux"].get<double>(), 1e-13);
  }
} // namespace sgdfp

#endif
