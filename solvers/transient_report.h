// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_TRANSIENT_REPORT_H
#define SGDFP_SOLVERS_TRANSIENT_REPORT_H

#include "meshes/region.h"
#include "solvers/evolution.h"
#include "solvers/time_series.h"

namespace sgdfp
{
  /// Of the killed process, and what the mesh leaves undetermined of it; 0
  /// where it is not known (jumps, momentum).
  struct ExitRate
  {
    double rate = 0, error = 0;
    /// Of the survival probability at the end, where that is what is known
    double survival_error = 0;
  };



  /// The equation of a law in time, for the screen.
  /// @param current_drift r of J = r p - D grad p
  /// @param absorbed where probability is killed; may be empty
  std::string equation_in_time(const Case        &a_case,
                               const std::string &current_drift,
                               const bool         has_jumps,
                               const std::string &absorbed);



  /// What a law in time says at its end: summary.json, warnings, the findings
  /// on the screen. Where probability is killed, all but survival/probability
  /// is of the law given survival.
  template <int dim>
  class TransientReport
  {
  public:
    /// Keeps references.
    /// @param absorbing where probability is killed, or nullptr
    TransientReport(const Case                &a_case,
                    const EvolutionSpace<dim> &space,
                    const Evolution<dim>      &solver,
                    const TimeSeries<dim>     &series,
                    const Region<dim>         *absorbing,
                    const ExitRate            &exit,
                    RunLog                    &log);

    /// @param first_boundary_mass at t = 0: that of a uniform density is no
    /// failure
    /// @throws Refusal where the law cannot be trusted
    void write(Observables<dim> &observables,
               const double      first_boundary_mass,
               Summary          &summary) const;

    std::string findings(const std::string &run_folder) const;

  private:
    /// Of the law given survival, in L1
    double estimated_error() const;

    /// Energies, and comparisons with Gibbs and stationary law.
    void report_energies(Summary &summary) const;

    /// Of the survival probability: that of the law, and that of the exit rate
    /// on this mesh
    double survival_error() const;

    void report_survival(Summary &summary) const;

    const Case                &a_case;
    const EvolutionSpace<dim> &space;
    const Evolution<dim>      &solver;
    const TimeSeries<dim>     &series;
    const Region<dim> *const   absorbing;
    const ExitRate             exit;
    RunLog                    &log;
  };
} // namespace sgdfp

#endif
