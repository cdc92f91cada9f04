// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/adaptive.h"

#include "base/errors.h"
#include "base/progress.h"
#include "base/text.h"
#include "meshes/refinement.h"
#include "operators/indicators.h"

#include <cmath>
#include <iomanip>
#include <limits>
#include <sstream>

namespace sgdfp
{
  namespace
  {
    // Shares of the indicator that refined and coarsened cells carry; measured
    // in numerics.md, 1.
    constexpr double refined_share = 0.7, coarsened_share = 0.02;

    // The indicator overestimates the error by 8 to 200 (docs/numerics.md): a
    // first guess, replaced by the first estimate.
    constexpr double first_error_per_indicator = 1. / 30;



    /// int max(0, -p)
    template <int dim>
    double negative_mass(const Law<dim> &law)
    {
      double sum = 0;
      law.for_each_point([&](const auto &sample) {
        sum += std::max(0., -sample.law.density()) * sample.weight;
      });
      return dealii::Utilities::MPI::sum(sum, law.discretisation.communicator);
    }



    /// Of Q_{k+1} on the present mesh, without what hanging nodes save.
    template <int dim>
    double n_dofs_of_estimate(const Discretisation<dim> &discretisation)
    {
      const double k = discretisation.element.degree;
      return std::round(discretisation.dof_handler.n_dofs() *
                        std::pow((k + 1) / k, dim));
    }
  } // namespace



  template <int dim>
  AdaptiveSolver<dim>::AdaptiveSolver(
    Discretisation<dim>            &discretisation,
    const Dynamics<dim>            &dynamics,
    const DiscretisationParameters &parameters,
    const SolverParameters         &solver_parameters,
    RunLog                         &log)
    : discretisation(discretisation)
    , dynamics(dynamics)
    , parameters(parameters)
    , solver_parameters(solver_parameters)
    , log(log)
    , error_per_indicator(first_error_per_indicator)
  {}



  template <int dim>
  void AdaptiveSolver<dim>::solve()
  {
    for (;;)
      {
        solve_level();
        if (is_finished())
          return;
        refine();
      }
  }



  template <int dim>
  void AdaptiveSolver<dim>::solve_level()
  {
    const auto n_cells = discretisation.mesh->n_global_active_cells();
    const auto n_dofs  = discretisation.dof_handler.n_dofs();
    log.say("  level " + std::to_string(history.size()) + "  " +
            std::to_string(n_cells) + " cells, " + std::to_string(n_dofs) +
            " unknowns");
    solver = std::make_unique<SelfConsistentSolver<dim>>(
      discretisation, dynamics, parameters, solver_parameters, log);
    try
      {
        if (carried)
          solver->solve(*carried, history.back().indicator);
        else
          solver->solve();
      }
    catch (const Refusal &)
      {
        // A mesh far too coarse: the next one starts anew.
        constexpr unsigned int n_children = 1 << dim;
        if (parameters.refinement == "none" ||
            n_cells * n_children > parameters.maximum_cells)
          throw;
        log.say("    no solution on this mesh; all cells are refined");
        carried.reset();
        discretisation.mesh->refine_global(1);
        discretisation.prepare();
        return solve_level();
      }
    unsigned int iterations = 0;
    for (const auto &pass : solver->passes())
      iterations += pass.iterations;
    history.push_back({n_cells,
                       n_dofs,
                       solver->accepted().indicator,
                       static_cast<unsigned int>(solver->passes().size()),
                       iterations,
                       {}});
  }



  template <int dim>
  bool AdaptiveSolver<dim>::tolerance_is_near() const
  {
    constexpr double optimism = 1.2;
    // Where l is the law itself the indicator is round-off and says nothing.
    return solver->law().trial().is_exact() ||
           history.back().indicator * error_per_indicator <=
             optimism * parameters.tolerance;
  }



  template <int dim>
  void AdaptiveSolver<dim>::compute_estimate()
  {
    const RunLog::Phase phase(log, "error estimate");
    if (n_dofs_of_estimate(discretisation) > parameters.estimate_limit)
      {
        log.warn("no error estimate: it takes a solve with " +
                 to_text(n_dofs_of_estimate(discretisation)) +
                 " unknowns, more than Discretisation/estimate limit");
        history.back().estimate = ErrorEstimate::unknown();
        return;
      }
    ErrorEstimate estimate;
    try
      {
        estimate = estimate_error(solver->law(), solver_parameters);
      }
    catch (const SolverFailure &failure)
      {
        log.warn(std::string("no error estimate: ") + failure.what());
        history.back().estimate = ErrorEstimate::unknown();
        return;
      }
    // What round-off leaves in the slowest modes is in no difference.
    estimate.density = std::max(estimate.density, accepted().weight_error);
    std::ostringstream line;
    line << "  estimated error  density " << std::scientific
         << std::setprecision(2) << estimate.density << "  current "
         << estimate.current << " (relative " << estimate.relative_current()
         << ")  " << in_brackets(log.seconds());
    log.say(line.str());
    if (history.back().indicator > 0)
      error_per_indicator = estimate.relative() / history.back().indicator;
    history.back().estimate = estimate;
  }



  template <int dim>
  bool AdaptiveSolver<dim>::is_finished()
  {
    const bool only_this = (parameters.refinement == "none");
    // With jumps the indicator, which is of the local current, says nothing.
    if (only_this || tolerance_is_near() || !dynamics.is_local())
      {
        compute_estimate();
        if (history.back().estimate->relative() <= parameters.tolerance &&
            (only_this ||
             negative_mass(solver->law()) <= trusted_negative_mass))
          reason_to_stop = "tolerance";
        else if (!history.back().estimate->is_known())
          reason_to_stop = "estimate limit";
        // No mesh helps: what cannot be weighed is known ever less well.
        else if (accepted().weight_error >
                 std::max(trusted_weight_error, parameters.tolerance))
          reason_to_stop = "slow modes";
        else if (only_this)
          reason_to_stop = "no refinement";
      }
    if (reason_to_stop.empty() && dynamics.is_local() && is_round_off())
      reason_to_stop = "round-off";
    if (reason_to_stop.empty() && !flag())
      reason_to_stop = "maximum cells";
    if (!reason_to_stop.empty() && !history.back().estimate)
      compute_estimate();
    return !reason_to_stop.empty();
  }



  template <int dim>
  bool AdaptiveSolver<dim>::is_round_off()
  {
    // Layers that no mesh resolves yet look alike, but for their error.
    constexpr unsigned int patience    = 3;
    constexpr double       small_error = 1e-7, gain = 0.9;
    const unsigned int     n = history.size();
    if (n <= patience ||
        history[n - 1].indicator < gain * history[n - 1 - patience].indicator)
      return false;
    if (!history.back().estimate)
      compute_estimate();
    return history.back().estimate->relative() < small_error;
  }



  template <int dim>
  bool AdaptiveSolver<dim>::flag()
  {
    auto                            &mesh       = *discretisation.mesh;
    const auto                       n_cells    = mesh.n_global_active_cells();
    constexpr unsigned int           n_children = 1 << dim;
    dealii::types::global_cell_index n_refined  = n_cells;
    // Jumps: a tensor mesh, whose powers of the Laplacian cost a thousandth.
    if (parameters.refinement == "adaptive" && dynamics.is_local())
      {
        const RunLog::Phase phase(log, "refinement");
        const auto         &estimate = history.back().estimate;
        const bool by_density = solver->law().trial().is_exact() && estimate;
        n_refined =
          flag_cells<dim>(mesh,
                          by_density ? estimate->density_by_cell :
                                       current_indicators(solver->law()),
                          refined_share,
                          coarsened_share);
      }
    else
      for (const auto &cell : mesh.active_cell_iterators())
        if (dim == 1 || cell->is_locally_owned())
          cell->set_refine_flag();
    if (n_refined > 0 &&
        n_cells + (n_children - 1) * n_refined <= parameters.maximum_cells)
      return true;
    for (const auto &cell : mesh.active_cell_iterators())
      {
        cell->clear_refine_flag();
        cell->clear_coarsen_flag();
      }
    return false;
  }



  template <int dim>
  void AdaptiveSolver<dim>::refine()
  {
    const RunLog::Phase phase(log, "refinement");
    auto               &mesh  = *discretisation.mesh;
    const auto         &trial = solver->law().trial();
    const bool          carries =
      (dim > 1 && parameters.trial_space == "self-consistent" &&
       !trial.is_exact() && dynamics.is_local());
    carried.reset();
    if constexpr (dim > 1)
      if (carries)
        {
          // The solver goes before its mesh changes.
          const Vector l = trial.nodal_log();
          solver.reset();
          carried =
            std::make_unique<Vector>(refine_and_carry(discretisation, l));
          return;
        }
    solver.reset();
    mesh.execute_coarsening_and_refinement();
    discretisation.prepare();
  }



  template <int dim>
  const Law<dim> &AdaptiveSolver<dim>::law() const
  {
    return solver->law();
  }



  template <int dim>
  const ErrorEstimate &AdaptiveSolver<dim>::estimate() const
  {
    return *history.back().estimate;
  }



  template <int dim>
  const std::vector<typename AdaptiveSolver<dim>::Level> &
  AdaptiveSolver<dim>::levels() const
  {
    return history;
  }



  template <int dim>
  const typename SelfConsistentSolver<dim>::Pass &
  AdaptiveSolver<dim>::accepted() const
  {
    return solver->accepted();
  }



  template <int dim>
  const std::string &AdaptiveSolver<dim>::stopped_by() const
  {
    return reason_to_stop;
  }



  template class AdaptiveSolver<1>;
  template class AdaptiveSolver<2>;
  template class AdaptiveSolver<3>;
} // namespace sgdfp
