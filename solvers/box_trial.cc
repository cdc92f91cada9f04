// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/box_trial.h"

#include "base/errors.h"
#include "operators/coefficient_check.h"
#include "postprocess/density_statistics.h"
#include "solvers/adaptive.h"

#include <algorithm>
#include <cmath>

namespace sgdfp
{
  template <int dim>
  BoxTrialSolver<dim>::BoxTrialSolver(
    const MPI_Comm                  communicator,
    const Dynamics<dim>            &dynamics,
    const DomainParameters         &start,
    const DiscretisationParameters &parameters,
    const SolverParameters         &solver_parameters)
    : communicator(communicator)
    , dynamics(dynamics)
    , start(start)
    , parameters(parameters)
    , solver_parameters(solver_parameters)
  {
    this->parameters.degree         = std::min(2u, parameters.degree);
    this->parameters.maximum_passes = 2;
    this->parameters.refinement     = "adaptive";
    this->parameters.tolerance      = (dim == 3 ? 0.02 : 0.003);
    this->parameters.maximum_cells =
      std::min(parameters.maximum_cells, dim == 3 ? 4000u : 20000u);
  }



  template <int dim>
  BoxTrial<dim> BoxTrialSolver<dim>::solve(const DomainParameters &domain) const
  {
    // The cells of the first box, 16 per axis, stay as large as they are, as
    // far as that goes; then meshes that see more of the law.
    constexpr unsigned int first = (dim == 3 ? 3 : 4);
    constexpr unsigned int last  = (dim == 1 ? 12 : dim == 2 ? 7 : 4);
    BoxTrial<dim>          trial(domain);
    for (unsigned int d = 0; d < dim; ++d)
      trial.growth = std::max(trial.growth,
                              (domain.upper[d] - domain.lower[d]) /
                                (start.upper[d] - start.lower[d]));
    unsigned int refinement =
      std::min(last,
               static_cast<unsigned int>(first + std::log2(trial.growth)));
    do
      solve_on(refinement++, trial);
    while (refinement <= last && !trial.is_resolved());
    return trial;
  }



  template <int dim>
  void BoxTrialSolver<dim>::solve_on(const unsigned int refinement,
                                     BoxTrial<dim>     &trial) const
  {
    DomainParameters rough   = trial.domain;
    rough.initial_refinement = refinement;
    trial.failure            = "";
    // What a rough solve says would be taken for what the run says.
    RunLog quiet(communicator, /*quiet=*/true);
    try
      {
        Discretisation<dim> discretisation(communicator,
                                           ParameterBox<dim>(rough),
                                           parameters.degree);
        discretisation.prepare();
        check_coefficients(discretisation, dynamics);
        AdaptiveSolver<dim> solver(
          discretisation, dynamics, parameters, solver_parameters, quiet);
        solver.solve();
        read(solver.law(), trial);
      }
    catch (const UserError &error)
      {
        trial.failure = error.what();
      }
    catch (const Refusal &error)
      {
        trial.failure = error.what();
      }
    catch (const SolverFailure &error)
      {
        trial.failure = error.what();
      }
  }



  template <int dim>
  void BoxTrialSolver<dim>::read(const Law<dim> &law,
                                 BoxTrial<dim>  &trial) const
  {
    const OpenSides<dim> open =
      open_sides(law.dynamics, law.discretisation.box);
    trial.mass       = boundary_mass(law, open);
    trial.outer_mass = boundary_mass(law, open, 0.1);
    for (unsigned int side = 0; side < 2 * dim; ++side)
      {
        OpenSides<dim> only;
        only.fill(false);
        only[side]            = true;
        trial.side_mass[side] = open[side] ? boundary_mass(law, only) : 0.;
      }
    trial.negative_mass = 0;
    law.for_each_point([&](const typename Law<dim>::Sample &sample) {
      trial.negative_mass +=
        std::max(0., -sample.law.density()) * sample.weight;
    });
    trial.negative_mass =
      dealii::Utilities::MPI::sum(trial.negative_mass, communicator);
    trial.quadrature_error =
      std::abs(1 - mass_by_gauss(law, parameters.degree + 4));
  }



  template class BoxTrialSolver<1>;
  template class BoxTrialSolver<2>;
  template class BoxTrialSolver<3>;
} // namespace sgdfp
