// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/transient_report.h"

#include "base/errors.h"
#include "base/text.h"
#include "postprocess/density_statistics.h"
#include "solvers/adaptive.h"
#include "solvers/trust.h"

#include <cmath>
#include <iomanip>
#include <sstream>

namespace sgdfp
{
  std::string equation_in_time(const Case        &a_case,
                               const std::string &current_drift,
                               const bool         has_jumps,
                               const std::string &absorbed)
  {
    const std::string end = ",  until t = " + to_text(a_case.time.end_time);
    if (a_case.optimiser.is_underdamped())
      return "law f(t) of  d theta = v dt, dv = (b - gamma v) dt + sqrt(2 "
             "gamma D) dW:  d_t f = -div_theta(v f) - div_v((b - gamma v) f "
             "- gamma D grad_v f)" +
             (absorbed.empty() ? "" :
                                 ",  nothing comes in from where " + absorbed) +
             end;
    const bool        is_fractional = a_case.time.is_fractional();
    const std::string rate =
      (is_fractional ? "d_t^" + to_text(a_case.time.caputo_order) + " p" :
                       "d_t p");
    return "law p(t) of  d theta = b dt + sqrt(2 D) dW" +
           std::string(has_jumps ? " + sigma dZ" : "") +
           (is_fractional ? ", subdiffusing" : "") + ":  " + rate +
           " = -div J" +
           (has_jumps ? " - (-Lap)^(alpha/2)(sigma^alpha p)" : "") +
           ",  J = " + current_drift + " - D grad p" +
           (absorbed.empty() ? "" : ",  p = 0 where " + absorbed) + end;
  }



  template <int dim>
  TransientReport<dim>::TransientReport(const Case                &a_case,
                                        const EvolutionSpace<dim> &space,
                                        const Evolution<dim>      &solver,
                                        const TimeSeries<dim>     &series,
                                        const Region<dim>         *absorbing,
                                        const ExitRate            &exit,
                                        RunLog                    &log)
    : a_case(a_case)
    , space(space)
    , solver(solver)
    , series(series)
    , absorbing(absorbing)
    , exit(exit)
    , log(log)
  {}



  template <int dim>
  void TransientReport<dim>::report_energies(Summary &summary) const
  {
    const auto set = [&](const std::string &path,
                         const std::string &column,
                         const std::string &why) {
      if (std::isnan(series.last(column)))
        summary.set_null(path, why);
      else
        summary.set(path, series.last(column));
    };
    const std::string &why_no_reference = series.why_no_reference();
    set("free_energy/energy", "energy", heavy_tail);
    summary.set("free_energy/entropy", series.last("entropy"));
    set("free_energy/value", "free_energy", why_no_reference);
    if (const auto &reference = series.reference())
      {
        summary.set("free_energy/temperature", reference->temperature);
        summary.set("gibbs/temperature", reference->temperature);
      }
    else
      {
        summary.set_null("free_energy/temperature", why_no_reference);
        summary.set_null("gibbs/temperature", why_no_reference);
      }
    set("gibbs/kl", "kl_to_gibbs", why_no_reference);
    set("stationary/kl",
        "kl_to_stationary",
        space.stationary() == nullptr ?
          space.why_no_stationary() :
          "too much of the probability is where the stationary "
          "law is below what its solve resolves");
    set("time/mean_squared_displacement",
        "mean_squared_displacement",
        heavy_tail);
  }



  template <int dim>
  void TransientReport<dim>::write(Observables<dim> &observables,
                                   const double      first_boundary_mass,
                                   Summary          &summary) const
  {
    const Law<dim> law = space.law(space.given_survival(solver.density()));
    DensityStatistics<dim> density(law);
    run_postprocessors<dim>(law, {&density, &observables}, summary);
    const auto &reference = series.reference();
    observables.compare(law.discretisation,
                        reference ? &*reference : nullptr,
                        series.why_no_reference(),
                        summary);
    space.report_current(solver.coefficients(), summary);

    const double at_boundary = boundary_mass(law);
    summary.set("density/boundary_mass", at_boundary);
    summary.set("density/estimated_error", estimated_error());
    report_observable_errors(estimated_error(), summary);
    report_survival(summary);
    write_probes(law, a_case.observables, summary);

    summary.set("cells", space.discretisation().mesh->n_global_active_cells());
    summary.set("dofs", space.discretisation().dof_handler.n_dofs());
    report_energies(summary);
    solver.report(summary);
    const auto &optimiser = a_case.optimiser;
    summary.set("time/sgd_steps",
                solver.time() / (optimiser.is_underdamped() ?
                                   std::sqrt(optimiser.learning_rate) :
                                   optimiser.learning_rate));
    summary.set("density/mesh_error", solver.space_error);
    summary.set("solver/trial_space", space.kind());

    const double trusted = std::max(trusted_boundary_mass, first_boundary_mass);
    const bool   is_killed_there = (absorbing && absorbing->is_boundary());
    if (!(at_boundary <= trusted) && !is_killed_there)
      throw Refusal("mass at the boundary",
                    to_text(at_boundary) +
                      " of the probability is within 1 % of the boundary of "
                      "the box at t = " +
                      to_text(solver.time()) +
                      ": the box holds it back. Enlarge Domain/lower and "
                      "upper, or end earlier");
    const double allowed =
      std::max(trusted_negative_mass, a_case.time.tolerance);
    if (!(density.negative_mass <= allowed))
      throw Refusal("not resolved",
                    "the computed density is negative on a mass of " +
                      to_text(density.negative_mass) +
                      " at t = " + to_text(solver.time()) + ", more than " +
                      to_text(allowed) +
                      ": raise Discretisation/maximum cells or "
                      "Domain/initial refinement");
    if (solver.space_error > a_case.discretisation.tolerance)
      log.warn("the mesh did not carry the density to "
               "Discretisation/tolerance at every time: estimated error " +
               to_text(solver.space_error));
  }



  /// Of the law given survival.
  template <int dim>
  double TransientReport<dim>::estimated_error() const
  {
    return absorbing ? survival_error() / space.mass(solver.density()) :
                       solver.time_error + solver.space_error;
  }



  template <int dim>
  double TransientReport<dim>::survival_error() const
  {
    // |dS/d ln k| for S = e^{-kt} or E_b(-k t^b), at most
    constexpr double sensitivity = 0.37;
    const double     of_rate =
      (exit.rate > 0 ? sensitivity * exit.error / exit.rate : 0.);
    return solver.time_error +
           std::max(solver.space_error, exit.survival_error) + of_rate;
  }



  template <int dim>
  void TransientReport<dim>::report_survival(Summary &summary) const
  {
    if (!absorbing)
      {
        summary.set_null("survival/probability",
                         "Domain/absorbing is empty: nothing is killed");
        return;
      }
    const double survival = space.mass(solver.density());
    summary.set("domain/absorbing", absorbing->text);
    summary.set("survival/probability", survival);
    summary.set("survival/estimated_error", survival_error());
    if (exit.rate > 0)
      {
        summary.set("survival/exit_rate", exit.rate);
        summary.set("survival/exit_rate_error", exit.error);
      }
    else
      for (const char *key : {"survival/exit_rate", "survival/exit_rate_error"})
        summary.set_null(key, "sgdfp-spectrum finds it");
    const auto n_cut = absorbing->n_cut_cells(space.discretisation());
    summary.set("survival/cut_cells", n_cut);
    const bool is_measured =
      (exit.rate > 0 || a_case.optimiser.is_underdamped());
    if (!is_measured)
      log.warn("under jumps the survival probability has an error of the mesh "
               "that is in no estimate (cells that the edge of "
               "Domain/absorbing cuts, killed whole: " +
               std::to_string(n_cut) +
               "): compare with a finer Domain/initial refinement");
    constexpr double much = 0.1;
    if (!(estimated_error() < much))
      log.warn("the estimated error is " + to_text(estimated_error()) +
               " of the survival probability, " + to_text(survival) +
               ": lower Time/tolerance and Discretisation/tolerance");
  }



  template <int dim>
  std::string
  TransientReport<dim>::findings(const std::string &run_folder) const
  {
    std::ostringstream text;
    text << std::setprecision(6) << "  Findings at t = " << solver.time()
         << "\n  Energy                 "
         << (std::isnan(series.last("energy")) ? "undefined" :
                                                 to_text(series.last("energy")))
         << "\n  Entropy                " << series.last("entropy") << '\n';
    if (const auto &reference = series.reference())
      text << "  Free energy            " << series.last("free_energy")
           << "  at T = " << reference->temperature
           << "\n  KL(p|Gibbs)            " << series.last("kl_to_gibbs")
           << '\n';
    if (!std::isnan(series.last("kl_to_stationary")))
      text << "  KL(p|stationary law)   " << series.last("kl_to_stationary")
           << '\n';
    if (absorbing)
      text << "  Survival probability   " << space.mass(solver.density())
           << '\n';
    text << std::setprecision(2) << "  Estimated error        "
         << solver.time_error + solver.space_error << " in L1 (steps "
         << solver.time_error << ", mesh " << solver.space_error
         << ")\n  Steps                  " << solver.n_steps << ", rejected "
         << solver.n_rejected << ", meshes " << solver.n_meshes
         << "\n  Files                  " << run_folder
         << " (statistics.csv, solution.pvd for ParaView, summary.json)\n";
    return text.str();
  }



  template class TransientReport<1>;
  template class TransientReport<2>;
  template class TransientReport<3>;
} // namespace sgdfp
