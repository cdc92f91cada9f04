// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/negative_control.h"

#include "base/errors.h"
#include "base/text.h"
#include "meshes/refinement.h"
#include "operators/indicators.h"

#include <boost/optional.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace sgdfp
{
  namespace
  {
    // Error of the density of the control beyond which its current says
    // nothing about that of a law that is resolved.
    constexpr double resolved_error = 1e-2;

    // And the one at which refinement ends.
    constexpr double good_error = 1e-3;

    template <int dim>
    NegativeControl measure(const Law<dim>          &law,
                            const GibbsDensity<dim> &reference)
    {
      std::vector<double> sums(2, 0.);
      law.for_each_point([&](const auto &sample) {
        sums[0] += sample.law.current(sample.flux).norm() * sample.weight;
        sums[1] += std::abs(sample.law.density() -
                            std::exp(reference.log_density(sample.theta))) *
                   sample.weight;
      });
      dealii::Utilities::MPI::sum(sums, law.discretisation.communicator, sums);
      return {sums[0],
              sums[1],
              law.discretisation.mesh->n_global_active_cells()};
    }



    /// Refines until q varies by no more than e^4 over any cell where it is
    /// above e^-20 of its maximum, as far as the number of cells allows.
    template <int dim>
    void refine_for(Discretisation<dim>            &discretisation,
                    const Loss<dim>                &loss,
                    const GibbsDensity<dim>        &reference,
                    const DiscretisationParameters &parameters)
    {
      constexpr double       visible = 20, span = 4;
      constexpr unsigned int n_children = 1 << dim;
      const auto            &element    = discretisation.element;
      for (;;)
        {
          auto                            &mesh = *discretisation.mesh;
          dealii::types::global_cell_index n    = 0;
          for (const auto &cell : mesh.active_cell_iterators())
            if (cell->is_locally_owned())
              {
                double least = visible, most = 0;
                for (unsigned int i = 0; i < element.dofs_per_cell; ++i)
                  {
                    const double x = std::min(
                      visible,
                      (loss.value(
                         discretisation.mapping.transform_unit_to_real_cell(
                           cell, element.unit_support_point(i))) -
                       reference.minimum_energy) /
                        reference.temperature);
                    least = std::min(least, x);
                    most  = std::max(most, x);
                  }
                if (most - least > span)
                  {
                    cell->set_refine_flag();
                    ++n;
                  }
              }
          n = dealii::Utilities::MPI::sum(n, discretisation.communicator);
          if (n == 0 || mesh.n_global_active_cells() + (n_children - 1) * n >
                          parameters.maximum_cells)
            break;
          mesh.execute_coarsening_and_refinement();
        }
      for (const auto &cell : discretisation.mesh->active_cell_iterators())
        cell->clear_refine_flag();
      discretisation.prepare();
    }



    /// Flags where the control is inaccurate; false where the mesh is to stay.
    template <int dim>
    bool flag(Discretisation<dim>            &discretisation,
              const Law<dim>                 &law,
              const DiscretisationParameters &parameters)
    {
      constexpr double       refined_share = 0.7; // as AdaptiveSolver
      constexpr unsigned int n_children    = 1 << dim;
      if (dim == 1 || parameters.refinement != "adaptive")
        return false;
      auto      &mesh    = *discretisation.mesh;
      const auto n_cells = mesh.n_global_active_cells();
      const auto n =
        flag_cells<dim>(mesh, current_indicators(law), refined_share, 0.);
      return n > 0 &&
             n_cells + (n_children - 1) * n <= parameters.maximum_cells;
    }
  } // namespace



  template <int dim>
  NegativeControl
  run_negative_control(Discretisation<dim>            &discretisation,
                       const Dynamics<dim>            &dynamics,
                       const GibbsDensity<dim>        &reference,
                       const DiscretisationParameters &parameters,
                       const SolverParameters         &solver_parameters,
                       RunLog                         &log)
  {
    if (dim > 1 && parameters.refinement == "adaptive")
      refine_for(discretisation, dynamics.loss(), reference, parameters);
    const Dynamics<dim> control =
      dynamics.equilibrium_at(reference.temperature);
    // No coarser meshes led here: all the passes are made on this one.
    DiscretisationParameters more_passes = parameters;
    more_passes.maximum_passes *= 4;

    NegativeControl         result;
    boost::optional<Vector> carried;
    double                  indicator = std::numeric_limits<double>::infinity();
    double                  last_error = indicator;
    for (;;)
      {
        auto solver = std::make_unique<SelfConsistentSolver<dim>>(
          discretisation, control, more_passes, solver_parameters, log);
        if (carried)
          solver->solve(*carried, indicator);
        else
          solver->solve();
        indicator = solver->accepted().indicator;
        result    = measure(solver->law(), reference);
        log.say("  control  " + std::to_string(result.cells) +
                " cells, integral of |J| " + to_text(result.current) +
                ", error of the density " + to_text(result.density_error));
        // No finer mesh helps where the last one did not.
        const bool helps = result.density_error < 0.7 * last_error;
        last_error       = result.density_error;
        if (result.density_error <= good_error || !helps ||
            !flag(discretisation, solver->law(), parameters))
          break;
        if constexpr (dim > 1)
          {
            const Vector l = solver->law().trial().nodal_log();
            solver.reset();
            carried = refine_and_carry(discretisation, l);
          }
      }
    if (!(result.density_error <= resolved_error))
      throw Refusal("not resolved",
                    "the mesh does not resolve the Gibbs density at T = " +
                      to_text(reference.temperature) + " (error " +
                      to_text(result.density_error) + ")");
    return result;
  }



#define INSTANTIATE(dim)                         \
  template NegativeControl run_negative_control( \
    Discretisation<dim> &,                       \
    const Dynamics<dim> &,                       \
    const GibbsDensity<dim> &,                   \
    const DiscretisationParameters &,            \
    const SolverParameters &,                    \
    RunLog &)
  INSTANTIATE(1);
  INSTANTIATE(2);
  INSTANTIATE(3);
#undef INSTANTIATE
} // namespace sgdfp
