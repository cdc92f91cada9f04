// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/kinetic_study.h"

#include "base/text.h"
#include "meshes/refinement.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iomanip>
#include <sstream>

namespace sgdfp
{
  namespace
  {
    // Of the error, in the cells that are refined.
    constexpr double refined_share = 0.7;

    // |c_N|/|c_0| is an error of velocities far up; what it does to the
    // density of parameters is in the change.
    constexpr double tail_per_tolerance = 10;



    std::string short_text(const double value)
    {
      std::ostringstream out;
      out << std::setprecision(2) << std::scientific << value;
      return out.str();
    }
  } // namespace



  template <int dim>
  KineticStudy<dim>::KineticStudy(Discretisation<dim>      &discretisation,
                                  const Dynamics<dim>      &dynamics,
                                  const KineticChoice<dim> &choice,
                                  const DiscretisationParameters &parameters,
                                  const SolverParameters &solver_parameters,
                                  const Region<dim>      *absorbing,
                                  RunLog                 &log)
    : discretisation(discretisation)
    , dynamics(dynamics)
    , choice(choice)
    , parameters(parameters)
    , solver_parameters(solver_parameters)
    , absorbing(absorbing)
    , log(log)
    , degree(parameters.hermite_degree)
  {}



  template <int dim>
  std::unique_ptr<typename KineticStudy<dim>::Solved>
  KineticStudy<dim>::solve_one(const Discretisation<dim> &mesh,
                               const unsigned int         hermite_degree,
                               const bool                 with_cut)
  {
    auto result = std::make_unique<Solved>();
    {
      const RunLog::Phase phase(log, "kinetic assembly");
      result->system = std::make_unique<KineticSystem<dim>>(
        mesh, dynamics, choice, hermite_degree, absorbing, with_cut);
    }
    const RunLog::Phase phase(log, "kinetic solves");
    result->answer        = ask(*result->system);
    const auto &densities = result->answer.densities;
    // Of laws in time the last: one that starts at rest has no smooth f.
    if (!densities.empty())
      result->answer.tail =
        KineticLaw<dim>(result->system->generator,
                        goal == Goal::laws ? densities.back() :
                                             densities.front())
          .tail();
    return result;
  }



  template <int dim>
  void KineticStudy<dim>::solve_level()
  {
    const auto start = std::chrono::steady_clock::now();
    if (!coarse)
      {
        rich = std::make_unique<Discretisation<dim>>(
          discretisation, discretisation.element.degree + 1);
        rich->prepare();
        coarse      = solve_one(discretisation, degree, true);
        last_change = -1;
      }
    if (!lower && degree > 2)
      lower = solve_one(discretisation, degree - 2, true);
    estimate_velocity_error();
    // What the mesh misses hardly depends on N: once is enough, until the
    // velocities are done.
    const double velocity = relative(velocity_errors, coarse->answer);
    if (!is_mesh_known || !velocities_matter(velocity, coarse->answer.tail) ||
        !can_raise())
      {
        finest        = solve_one(*rich, degree, true);
        mesh_errors   = difference(*finest, *coarse, &by_cell);
        is_mesh_known = true;
        bracket       = Errors();
        if (absorbing != nullptr && absorbing->n_cut_cells(discretisation) > 0)
          {
            without_cut = solve_one(discretisation, degree, false);
            bracket     = difference(*coarse, *without_cut, nullptr);
          }
      }
    const KineticAnswer &answer = (finest ? *finest : *coarse).answer;
    const std::chrono::duration<double> passed =
      std::chrono::steady_clock::now() - start;
    history.push_back(
      {discretisation.mesh->n_global_active_cells(),
       (finest ? *finest : *coarse).system->generator.zero().size(),
       degree,
       relative(mesh_errors, answer),
       velocity,
       relative(bracket, answer),
       answer.tail,
       passed.count()});
    const Level &level = history.back();
    log.say(
      "  " + std::to_string(level.cells) + " cells, N = " +
      std::to_string(degree) + ", " + std::to_string(level.dofs) +
      " unknowns: errors " + short_text(level.mesh_error) + " (mesh), " +
      short_text(level.velocity_error) + " (velocities)" +
      (level.bracket > 0 ? ", " + short_text(level.bracket) + " (edge)" : "") +
      ", |c_N|/|c_0| " + short_text(level.tail));
  }



  template <int dim>
  bool KineticStudy<dim>::velocities_matter(const double error,
                                            const double tail) const
  {
    return error > 0.5 * parameters.tolerance ||
           (tail_matters() && tail > tail_per_tolerance * parameters.tolerance);
  }



  template <int dim>
  bool KineticStudy<dim>::tail_matters() const
  {
    // What is absorbed leaves f with a jump at v = 0, whose coefficients decay
    // like a power of n. In four dimensions a narrow Gaussian across a wide
    // one would ask for N of 60 and more, where the density of parameters has
    // long converged: the tail is reported only.
    return dim == 1 && absorbing == nullptr && goal != Goal::laws;
  }



  template <int dim>
  bool KineticStudy<dim>::can_raise()
  {
    if (degree + 2 > parameters.maximum_hermite_degree)
      {
        reason_to_stop = "maximum hermite degree";
        return false;
      }
    const double growth =
      static_cast<double>(HermiteIndices<dim>(degree + 2).size()) /
      HermiteIndices<dim>(degree).size();
    if (!solver_parameters.use_direct(dim, growth * history.back().dofs))
      {
        reason_to_stop = "direct limit";
        return false;
      }
    return true;
  }



  template <int dim>
  bool KineticStudy<dim>::can_refine()
  {
    if (parameters.refinement == "none")
      {
        reason_to_stop = "no refinement";
        return false;
      }
    auto        &mesh = *discretisation.mesh;
    const double n    = mesh.n_global_active_cells();
    double       n_refined;
    if (parameters.refinement == "uniform")
      {
        for (const auto &cell : mesh.active_cell_iterators())
          cell->set_refine_flag();
        n_refined = n;
      }
    else
      {
        flag_cells<dim>(mesh, by_cell, refined_share, /*coarsen_share=*/0.);
        for (const auto &cell : mesh.active_cell_iterators())
          cell->clear_coarsen_flag();
        if (2 * history.back().bracket > history.back().mesh_error)
          {
            const auto places = absorbing->places(discretisation);
            for (const auto &cell : mesh.active_cell_iterators())
              if (cell->is_locally_owned() &&
                  places[cell->active_cell_index()] == Region<dim>::Place::cut)
                cell->set_refine_flag();
          }
        unsigned int flagged = 0;
        for (const auto &cell : mesh.active_cell_iterators())
          flagged += (cell->is_locally_owned() && cell->refine_flag_set());
        n_refined =
          dealii::Utilities::MPI::sum(flagged, discretisation.communicator);
      }
    const double predicted = n + ((1 << dim) - 1) * n_refined;
    const bool   is_large  = (predicted > parameters.maximum_cells);
    if (is_large || n_refined == 0 ||
        !solver_parameters.use_direct(dim, history.back().dofs * predicted / n))
      {
        reason_to_stop =
          (is_large || n_refined == 0 ? "maximum cells" : "direct limit");
        for (const auto &cell : mesh.active_cell_iterators())
          cell->clear_refine_flag();
        return false;
      }
    return true;
  }



  template <int dim>
  bool KineticStudy<dim>::is_round_off() const
  {
    // Refinements that bring nothing, of an error that is small: eigenvalues
    // that are (nearly) defective have no more digits.
    constexpr std::size_t n_in_vain = 3;
    constexpr double      small     = 1e-3;
    const std::size_t     n         = history.size();
    if (n <= n_in_vain || !(history.back().mesh_error < small))
      return false;
    const Level &before = history[n - 1 - n_in_vain];
    if (before.degree != history.back().degree)
      return false;
    for (std::size_t i = n - n_in_vain; i < n; ++i)
      if (!(history[i].mesh_error > 0.5 * before.mesh_error))
        return false;
    return true;
  }



  template <int dim>
  bool KineticStudy<dim>::advance()
  {
    const Level &last    = history.back();
    const double on_mesh = last.mesh_error + last.bracket;
    const bool   raise   = velocities_matter(last.velocity_error, last.tail);
    // The mesh first: it costs least while N is small.
    const bool refine = !(on_mesh <= 0.5 * parameters.tolerance);
    if (!raise && !refine)
      reason_to_stop = "tolerance";
    if (refine && is_round_off())
      {
        reason_to_stop = "round-off";
        return false;
      }
    if (refine && finest && can_refine())
      {
        for (auto *solved : {&finest, &coarse, &lower, &without_cut})
          solved->reset();
        rich.reset();
        is_mesh_known = false;
        discretisation.mesh->execute_coarsening_and_refinement();
        discretisation.prepare();
        return true;
      }
    if (raise && can_raise())
      {
        degree += 2;
        finest.reset();
        lower  = std::move(coarse);
        coarse = solve_one(discretisation, degree, true);
        return true;
      }
    return false;
  }



  template <int dim>
  void KineticStudy<dim>::solve(const Question &question, const Goal a_goal)
  {
    ask  = question;
    goal = a_goal;
    do
      solve_level();
    while (advance());
  }



  template <int dim>
  const KineticSystem<dim> &KineticStudy<dim>::system() const
  {
    return *finest->system;
  }



  template <int dim>
  const KineticAnswer &KineticStudy<dim>::answer() const
  {
    return finest->answer;
  }



  template <int dim>
  const std::vector<typename KineticStudy<dim>::Level> &
  KineticStudy<dim>::levels() const
  {
    return history;
  }



  template <int dim>
  const std::string &KineticStudy<dim>::stopped_by() const
  {
    return reason_to_stop;
  }



  template <int dim>
  void KineticStudy<dim>::report(Summary &summary) const
  {
    Summary::Json list = Summary::Json::array();
    for (const Level &level : history)
      list.push_back({{"cells", level.cells},
                      {"dofs", level.dofs},
                      {"hermite_degree", level.degree},
                      {"mesh_error", level.mesh_error},
                      {"velocity_error", level.velocity_error},
                      {"edge_error", level.bracket},
                      {"hermite_tail", level.tail},
                      {"seconds", level.seconds}});
    const Level &last = history.back();
    summary.set("cells", last.cells);
    summary.set("dofs", last.dofs);
    summary.set("kinetic/hermite_degree", last.degree);
    summary.set("kinetic/hermite_tail", last.tail);
    summary.set("kinetic/trimmed_share", system().space.trimmed_share());
    summary.set("solver/levels", list);
    summary.set("solver/stopped_by", reason_to_stop);
    summary.set("solver/residual", answer().residual);
    summary.set("solver/iterations", answer().iterations);
  }



  template class KineticStudy<1>;
  template class KineticStudy<2>;
} // namespace sgdfp
