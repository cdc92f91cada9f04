// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/spectral_study.h"

#include "base/text.h"
#include "meshes/point_value.h"
#include "meshes/refinement.h"
#include "solvers/surplus.h"

#include <cmath>
#include <limits>

namespace sgdfp
{
  namespace
  {
    constexpr double refined_share = 0.8; // of the surplus
    constexpr double unknown       = std::numeric_limits<double>::quiet_NaN();



    /// Distances of two lists; NaN where one is missing.
    std::vector<double> distances(const std::vector<std::complex<double>> &a,
                                  const std::vector<std::complex<double>> &b)
    {
      std::vector<double> result(a.size(), unknown);
      if (a.size() == b.size())
        for (std::size_t i = 0; i < a.size(); ++i)
          result[i] = std::abs(a[i] - b[i]);
      return result;
    }
  } // namespace



  template <int dim>
  SpectralStudy<dim>::SpectralStudy(Discretisation<dim>     &discretisation,
                                    const Dynamics<dim>     &dynamics,
                                    const Case              &a_case,
                                    const SpectralSets<dim> &sets,
                                    RunLog                  &log)
    : discretisation(discretisation)
    , dynamics(dynamics)
    , a_case(a_case)
    , sets(sets)
    , log(log)
  {}



  template <int dim>
  void SpectralStudy<dim>::solve(const Vector *l)
  {
    choose_trial_space(l);
    resolve_sets();
    for (;;)
      {
        solve_level();
        if (is_finished())
          break;
        refine();
      }
    find_metastable_sets();
  }



  template <int dim>
  void SpectralStudy<dim>::choose_trial_space(const Vector *l)
  {
    trial                   = std::make_unique<TrialSpace<dim>>(discretisation);
    const std::string &kind = a_case.discretisation.trial_space;
    const auto         T    = dynamics.isotropic_temperature();
    if (kind == "polynomial" || !dynamics.is_local())
      trial->use_polynomials();
    else if (dim == 1 && trial->use_potential(dynamics))
      return;
    else if (T)
      trial->use_gibbs(dynamics.loss(), *T);
    else if (l != nullptr)
      {
        Vector copy = discretisation.owned_vector();
        copy        = *l;
        trial->use_nodal(copy);
      }
    else
      trial->use_polynomials();
  }



  template <int dim>
  void SpectralStudy<dim>::resolve_sets()
  {
    for (const Region<dim> *set : sets.all())
      resolve_set(*set, discretisation, a_case.discretisation, [this]() {
        refine();
      });
  }



  template <int dim>
  SpectralAnswers<dim> SpectralStudy<dim>::answer(SpectralProblem<dim> &problem,
                                                  const bool with_cut) const
  {
    SpectralAnswers<dim> result;
    const unsigned int   n    = a_case.spectrum.eigenvalues;
    const auto          &mesh = problem.discretisation;
    if (sets.absorbing)
      {
        result.killed =
          problem.killed(sets.absorbing->nodes(mesh, with_cut), n);
        result.spectrum = result.killed->spectrum;
      }
    else
      {
        result.spectrum = problem.eigenpairs(n);
        result.gap =
          find_gap(result.spectrum.values, a_case.spectrum.gap_ratio);
      }
    if (sets.from)
      {
        const Vector a = sets.from->nodes(mesh, with_cut);
        const Vector b = sets.to->nodes(mesh, with_cut);
        if (a * b > 0)
          sets.to->complain("touches Spectrum/from",
                            "Transitions need two sets apart from each other.");
        result.transitions = problem.transitions(a, b);
      }

    result.figures = result.spectrum.values;
    if (result.killed)
      for (const auto &coordinates : a_case.observables.probe_points)
        {
          dealii::Point<dim> theta;
          std::copy(coordinates.begin(), coordinates.end(), theta.begin_raw());
          result.figures.emplace_back(
            value_at(mesh, result.killed->first_passage, theta));
        }
    if (result.transitions)
      {
        result.figures.emplace_back(result.transitions->rate);
        result.figures.emplace_back(result.transitions->share_of_a);
      }
    return result;
  }



  template <int dim>
  void SpectralStudy<dim>::solve_level()
  {
    const RunLog::Phase phase(log, "eigenvalues, first passage, transitions");
    the_problem.reset();
    rich_trial.reset();
    const unsigned int degree = discretisation.element.degree;
    const bool         is_real =
      ((dim == 1 && dynamics.is_local()) || dynamics.isotropic_temperature());
    coarse_problem = std::make_unique<SpectralProblem<dim>>(
      discretisation, dynamics, *trial, a_case.solver, is_real);
    coarse_answers = answer(*coarse_problem, /*with_cut=*/true);

    rich = std::make_unique<Discretisation<dim>>(discretisation, degree + 1);
    rich->prepare();
    rich_trial = std::make_unique<TrialSpace<dim>>(*rich);
    rich_trial->use_same_as(*trial);
    the_problem = std::make_unique<SpectralProblem<dim>>(
      *rich, dynamics, *rich_trial, a_case.solver, is_real);
    the_answers = answer(*the_problem, /*with_cut=*/true);

    the_errors = distances(the_answers.figures, coarse_answers.figures);
    // Round-off is in no difference.
    for (std::size_t i = 0; i < the_answers.spectrum.size(); ++i)
      the_errors[i] += the_answers.spectrum.resolution;
    if (the_answers.killed)
      {
        const Law<dim> law(discretisation,
                           dynamics,
                           *trial,
                           coarse_answers.killed->quasi_stationary);
        Vector difference = law.interpolate(*rich, [](const auto &local) {
          return local.density();
        });
        difference -= the_answers.killed->quasi_stationary;
        Vector absolute = difference;
        check_petsc(VecAbs(absolute), "VecAbs");
        deviation_of_law =
          the_problem->generator().mass_functional() * absolute;
      }

    bool is_cut = false;
    for (const Region<dim> *set : sets.all())
      is_cut = is_cut || set->n_cut_cells(discretisation) > 0;
    brackets.assign(the_errors.size(), 0.);
    if (is_cut)
      {
        const auto other = answer(*the_problem, /*with_cut=*/false);
        brackets         = distances(the_answers.figures, other.figures);
        for (std::size_t i = 0; i < brackets.size(); ++i)
          {
            brackets[i] *= 0.5;
            the_errors[i] += brackets[i];
            if (other.figures.size() == the_answers.figures.size())
              the_answers.figures[i] =
                0.5 * (the_answers.figures[i] + other.figures[i]);
          }
      }
    history.push_back({discretisation.mesh->n_global_active_cells(),
                       rich->dof_handler.n_dofs(),
                       largest_relative(the_errors)});
    log.say("  level " + std::to_string(history.size() - 1) + "  " +
            std::to_string(history.back().cells) + " cells, " +
            std::to_string(history.back().dofs) +
            " unknowns, largest estimated relative error " +
            to_text(history.back().error) + (is_cut ? " (cut cells)" : ""));
  }



  template <int dim>
  double
  SpectralStudy<dim>::largest_relative(const std::vector<double> &errors) const
  {
    double largest = 0;
    // The zero of the stationary law has no error.
    for (std::size_t i = (sets.absorbing ? 0 : 1); i < errors.size(); ++i)
      {
        const double size = std::abs(the_answers.figures[i]);
        // No mesh helps where round-off alone is too much.
        if (i < the_answers.spectrum.size() &&
            the_answers.spectrum.resolution >
              0.1 * a_case.discretisation.tolerance * size)
          continue;
        const double relative = errors[i] / size;
        if (std::isnan(relative))
          return relative;
        largest = std::max(largest, relative);
      }
    return largest;
  }



  template <int dim>
  bool SpectralStudy<dim>::is_finished()
  {
    constexpr std::size_t patience = 4;
    double                earlier = history.front().error, lately = unknown;
    for (std::size_t i = 0; i < history.size(); ++i)
      {
        double &best = (i + patience < history.size() ? earlier : lately);
        best         = std::fmin(best, history[i].error);
      }
    if (history.back().error <= a_case.discretisation.tolerance)
      reason_to_stop = "tolerance";
    else if (a_case.discretisation.refinement == "none")
      reason_to_stop = "no refinement";
    else if (history.size() > patience + 1 && lately > 0.7 * earlier)
      reason_to_stop = "round-off";
    else if (!flag())
      {
        for (const auto &cell : discretisation.mesh->active_cell_iterators())
          cell->clear_refine_flag();
        if (reason_to_stop.empty())
          reason_to_stop = "maximum cells";
      }
    return !reason_to_stop.empty();
  }



  template <int dim>
  bool SpectralStudy<dim>::flag()
  {
    auto      &mesh    = *discretisation.mesh;
    const auto n_cells = mesh.n_global_active_cells();
    if (a_case.discretisation.refinement == "uniform" ||
        !dynamics.is_local()) // of which no surplus says where
      for (const auto &cell : mesh.active_cell_iterators())
        {
          if (dim == 1 || cell->is_locally_owned())
            cell->set_refine_flag();
        }
    else
      {
        dealii::Vector<double> indicators(mesh.n_active_cells());
        const auto             add = [&](const Vector &function) {
          add_surplus(*rich, *rich_trial, dynamics, function, indicators);
        };
        const auto add_density = [&](const Vector &density) {
          Vector u = density;
          u.scale(rich_trial->inverse_weights());
          add(u);
        };
        for (std::size_t i = (sets.absorbing ? 0 : 1); i < n_values(); ++i)
          {
            add(the_answers.spectrum.left[i]);
            add_density(the_answers.spectrum.right[i]);
          }
        if (the_answers.killed)
          add(the_answers.killed->first_passage);
        if (the_answers.transitions)
          {
            add(the_answers.transitions->committor);
            add_density(the_answers.transitions->backward_density);
          }
        flag_cells<dim>(mesh, indicators, refined_share, /*coarsen=*/0.);
        // Cells without any surplus, as those of the sets, keep their faces.
        for (const auto &cell : mesh.active_cell_iterators())
          cell->clear_coarsen_flag();
        double bracket = 0, all = 0;
        for (std::size_t i = 0; i < brackets.size(); ++i)
          {
            bracket =
              std::max(bracket, brackets[i] / std::abs(the_answers.figures[i]));
            all =
              std::max(all, the_errors[i] / std::abs(the_answers.figures[i]));
          }
        if (bracket > 0.1 * all)
          {
            if (bracket > 0.9 * all) // the rest is converged
              for (const auto &cell : mesh.active_cell_iterators())
                cell->clear_refine_flag();
            for (const Region<dim> *set : sets.all())
              {
                const auto places = set->places(discretisation);
                for (const auto &cell : mesh.active_cell_iterators())
                  if (cell->is_locally_owned() &&
                      places[cell->active_cell_index()] ==
                        Region<dim>::Place::cut)
                    cell->set_refine_flag();
              }
          }
      }
    double n_refined = 0;
    for (const auto &cell : mesh.active_cell_iterators())
      n_refined += (cell->is_locally_owned() && cell->refine_flag_set());
    n_refined = dealii::Utilities::MPI::sum(n_refined, mesh.get_communicator());
    const double predicted = n_cells + ((1 << dim) - 1) * n_refined;
    if (n_refined == 0 || predicted > a_case.discretisation.maximum_cells)
      return false;
    if (!a_case.solver.use_direct(dim,
                                  rich->dof_handler.n_dofs() *
                                    (predicted / n_cells)))
      {
        reason_to_stop = "direct limit";
        return false;
      }
    // In one dimension only a known law is known on the next mesh.
    return dim > 1 || trial->is_exact() || !dynamics.is_local() ||
           a_case.discretisation.trial_space == "polynomial";
  }



  template <int dim>
  void SpectralStudy<dim>::refine()
  {
    const RunLog::Phase phase(log, "refinement");
    the_problem.reset();
    coarse_problem.reset();
    rich_trial.reset();
    rich.reset();
    if constexpr (dim > 1)
      if (!trial->is_exact())
        {
          const Vector l = trial->nodal_log();
          trial.reset();
          const Vector carried = refine_and_carry(discretisation, l);
          trial = std::make_unique<TrialSpace<dim>>(discretisation);
          trial->use_nodal(carried);
          return;
        }
    trial.reset();
    discretisation.mesh->execute_coarsening_and_refinement();
    discretisation.prepare();
    choose_trial_space(nullptr);
  }



  template <int dim>
  void SpectralStudy<dim>::find_metastable_sets()
  {
    const unsigned int n_sets = the_answers.gap.n_sets;
    if (n_sets < 2 || a_case.spectrum.basins == "none")
      return;
    const RunLog::Phase phase(log, "metastable sets");
    the_answers.metastable =
      metastable_sets(*the_problem, the_answers.spectrum, n_sets);
    basin_deviations.assign(n_sets, unknown);
    if (coarse_answers.gap.n_sets != n_sets)
      return;
    coarse_answers.metastable =
      metastable_sets(*coarse_problem, coarse_answers.spectrum, n_sets);
    for (unsigned int k = 0; k < n_sets; ++k)
      basin_deviations[k] =
        std::abs(the_answers.metastable->basins[k].exit_rate -
                 coarse_answers.metastable->basins[k].exit_rate);
  }



  template <int dim>
  const SpectralAnswers<dim> &SpectralStudy<dim>::answers() const
  {
    return the_answers;
  }



  template <int dim>
  const std::vector<double> &SpectralStudy<dim>::errors() const
  {
    return the_errors;
  }



  template <int dim>
  double SpectralStudy<dim>::law_error() const
  {
    return deviation_of_law;
  }



  template <int dim>
  SpectralProblem<dim> &SpectralStudy<dim>::problem()
  {
    return *the_problem;
  }



  template <int dim>
  const std::vector<typename SpectralStudy<dim>::Level> &
  SpectralStudy<dim>::levels() const
  {
    return history;
  }



  template <int dim>
  const std::string &SpectralStudy<dim>::stopped_by() const
  {
    return reason_to_stop;
  }



  template <int dim>
  std::size_t SpectralStudy<dim>::n_values() const
  {
    return the_answers.spectrum.size();
  }



  template <int dim>
  const std::vector<double> &SpectralStudy<dim>::basin_errors() const
  {
    return basin_deviations;
  }



  template class SpectralStudy<1>;
  template class SpectralStudy<2>;
  template class SpectralStudy<3>;
} // namespace sgdfp
