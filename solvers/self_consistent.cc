// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/self_consistent.h"

#include "base/progress.h"
#include "base/text.h"
#include "operators/indicators.h"

#include <algorithm>
#include <iomanip>
#include <sstream>

namespace sgdfp
{
  template <int dim>
  SelfConsistentSolver<dim>::SelfConsistentSolver(
    const Discretisation<dim>      &discretisation,
    const Dynamics<dim>            &dynamics,
    const DiscretisationParameters &discretisation_parameters,
    const SolverParameters         &solver_parameters,
    RunLog                         &log)
    : discretisation(discretisation)
    , dynamics(dynamics)
    , parameters(discretisation_parameters)
    , log(log)
    , trial_space(discretisation)
    , generator(make_generator(discretisation, dynamics, trial_space))
    , stationary(
        discretisation.communicator,
        solver_parameters,
        solver_parameters.use_direct(dim,
                                     discretisation.dof_handler.n_dofs(),
                                     dynamics.jumps() != nullptr))
  {}



  template <int dim>
  Vector SelfConsistentSolver<dim>::solve_once()
  {
    {
      const RunLog::Phase phase(log, "assembly");
      generator->assemble();
    }
    // Progress of a long iterative solve, every few seconds.
    double last_report      = log.seconds();
    stationary.on_iteration = [&](const unsigned int i, const double residual) {
      constexpr double interval = 3;
      if (log.seconds() - last_report < interval)
        return;
      last_report = log.seconds();
      log.say("    iteration " + std::to_string(i) + ", residual " +
              to_text(residual));
    };
    // A factorisation of that size takes a while and cannot report progress.
    constexpr unsigned int large = (dim == 3 ? 20000 : 200000);
    if (density.size() > large)
      log.say("  pass " + std::to_string(history.size()) + "  assembled (" +
              to_text(std::round(10 * log.seconds()) / 10) +
              " s), solving ...");
    Vector                   solution = density;
    StationarySolver::Report report;
    {
      const RunLog::Phase phase(log, "linear solver");
      report = solve_or_take_gibbs(solution);
    }
    double indicator;
    {
      const RunLog::Phase phase(log, "current indicator");
      indicator =
        total(discretisation,
              current_indicators(
                Law<dim>(discretisation, dynamics, trial_space, solution)));
    }
    history.push_back({indicator,
                       minimum(solution),
                       report.iterations,
                       report.residual,
                       report.slowest_rate,
                       report.weight_error,
                       false});

    std::ostringstream line;
    line << "  pass " << history.size() - 1 << std::scientific
         << std::setprecision(2) << "  current indicator " << indicator
         << "  least density " << minimum(solution) << "  residual "
         << report.residual << "  " << report.iterations << " iterations"
         << "  " << in_brackets(log.seconds());
    log.say(line.str());
    return solution;
  }



  template <int dim>
  StationarySolver::Report
  SelfConsistentSolver<dim>::solve_or_take_gibbs(Vector &solution)
  {
    // The potential of one dimension is the law: nothing to solve, and nothing
    // that a solve could do better in tails of any depth.
    if (trial_space.is_exact() && !trial_space.is_gibbs())
      return stationary.measure(*generator, solution);
    const auto report = stationary.solve(*generator, solution);
    if (!trial_space.is_gibbs() || report.weight_error < trusted_weight_error)
      return report;
    // Between wells that are never left a solve cannot weigh; but under D = T I
    // the law is known: the start, which is e^l.
    log.warn("some relaxation is slower than round-off resolves (rate " +
             to_text(std::max(0., report.slowest_rate)) +
             " per unit t: wells that are hardly ever left); the law is taken "
             "as the Gibbs density, which it is for D = T I, without the check "
             "of a solve");
    solution = density;
    return stationary.measure(*generator, solution);
  }



  template <int dim>
  void SelfConsistentSolver<dim>::begin()
  {
    generator->prepare();
    if (dynamics.jumps() != nullptr)
      {
        density = heavy_tailed_start(discretisation, dynamics.jumps()->alpha());
        return;
      }
    // The start of an iterative solve; a direct one does not need it.
    density = discretisation.owned_vector();
    for (const auto i : discretisation.owned)
      density(i) = std::exp(static_cast<double>(trial_space.nodal_log()(i)));
    density.compress(dealii::VectorOperation::insert);
    discretisation.constraints.set_zero(density);
  }



  template <int dim>
  void SelfConsistentSolver<dim>::accept(const Vector &solution)
  {
    history.back().accepted = true;
    density                 = solution;
    best                    = std::make_unique<Law<dim>>(discretisation,
                                      dynamics,
                                      trial_space,
                                      density);
  }



  template <int dim>
  void SelfConsistentSolver<dim>::solve()
  {
    const bool may_be_exact = (parameters.trial_space != "polynomial");
    const auto T            = dynamics.isotropic_temperature();
    if (!dynamics.is_local())
      {
        trial_space.use_polynomials();
        begin();
        accept(solve_once());
        return;
      }
    if (may_be_exact && T && dim > 1)
      trial_space.use_gibbs(dynamics.loss(), *T);
    else if (!may_be_exact || !trial_space.use_potential(dynamics))
      trial_space.use_polynomials();
    const bool is_exact = trial_space.is_exact();

    begin();
    accept(solve_once());
    if (!is_exact && parameters.trial_space == "self-consistent")
      improve();
  }



  template <int dim>
  void SelfConsistentSolver<dim>::solve(const Vector &l,
                                        const double  coarse_indicator)
  {
    constexpr double suspicious = 3; // numerics.md, 1
    trial_space.use_nodal(l);
    begin();
    accept(solve_once());
    const double carried = history.back().indicator;
    if (!(carried <= suspicious * coarse_indicator))
      {
        trial_space.use_polynomials();
        const Vector solution = solve_once();
        if (!(carried <= history.back().indicator))
          accept(solution);
      }
    improve();
  }



  template <int dim>
  void SelfConsistentSolver<dim>::improve()
  {
    // Figures measured in numerics.md, 1. The log of noise is rough, which
    // costs multigrid half of its iterations: a higher floor in 3-D, whatever
    // the solver, so that the law does not depend on it.
    constexpr double enough_gain = 0.7, nothing_changed = 1.2;
    constexpr double lowest_floor  = (dim == 3 ? 3 : 0.3);
    constexpr double highest_floor = 10 * lowest_floor;
    double           floor_factor  = lowest_floor;
    double           eta           = accepted().indicator;
    for (unsigned int pass = 1; pass <= parameters.maximum_passes; ++pass)
      {
        trial_space.use_log_of(density, floor_factor);
        const Vector solution = solve_once();
        const double new_eta  = history.back().indicator;
        if (!(new_eta < eta))
          {
            // Nothing to gain, or a floor too low for the noise of the pass.
            if (new_eta < nothing_changed * eta ||
                floor_factor >= highest_floor)
              break;
            floor_factor = highest_floor;
            continue;
          }
        accept(solution);
        const bool settled = (new_eta > enough_gain * eta);
        eta                = new_eta;
        if (settled)
          break;
      }
  }



  template <int dim>
  const Law<dim> &SelfConsistentSolver<dim>::law() const
  {
    return *best;
  }



  template <int dim>
  const std::vector<typename SelfConsistentSolver<dim>::Pass> &
  SelfConsistentSolver<dim>::passes() const
  {
    return history;
  }



  template <int dim>
  const typename SelfConsistentSolver<dim>::Pass &
  SelfConsistentSolver<dim>::accepted() const
  {
    return *std::find_if(history.rbegin(),
                         history.rend(),
                         [](const Pass &pass) { return pass.accepted; });
  }



  template class SelfConsistentSolver<1>;
  template class SelfConsistentSolver<2>;
  template class SelfConsistentSolver<3>;
} // namespace sgdfp
