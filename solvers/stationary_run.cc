// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/stationary_run.h"

#include "postprocess/closed_current_statistics.h"
#include "postprocess/current_statistics.h"
#include "postprocess/density_statistics.h"
#include "postprocess/detailed_balance.h"
#include "postprocess/findings.h"
#include "postprocess/paraview_output.h"
#include "postprocess/picture_grid.h"
#include "solvers/adaptive.h"
#include "solvers/case_run.h"
#include "solvers/finite_rate_run.h"
#include "solvers/heavy_tail_run.h"
#include "solvers/kinetic_run.h"
#include "solvers/negative_control.h"
#include "solvers/previous_law.h"
#include "solvers/row_influence.h"
#include "solvers/stationary_summary.h"
#include "solvers/trust.h"

#include <cmath>

namespace sgdfp
{
  namespace
  {
    /// From a case to its stationary law: solves, reads everything off the law,
    /// writes the run folder.
    template <int dim>
    class StationaryRun : public CaseRun<dim>
    {
    public:
      StationaryRun(const MPI_Comm communicator,
                    const Case    &a_case,
                    RunLog        &log);

    private:
      using CaseRun<dim>::a_case;
      using CaseRun<dim>::communicator;
      using CaseRun<dim>::discretisation;
      using CaseRun<dim>::domain;
      using CaseRun<dim>::dynamics;
      using CaseRun<dim>::folder;
      using CaseRun<dim>::log;
      using CaseRun<dim>::observables;
      using CaseRun<dim>::summary;

      std::string equation() const override;

      std::string why_no_answer() const override;

      void answer() override;

      void set_nulls(const std::string &reason) override;

      std::string last_word() const override;

      void solve();

      void read_off();

      void close_current();

      void write_fields();

      /// influence.csv, if the case wants it.
      void find_influence();

      /// Says where the law misses what was asked for.
      void warn_of_errors();

      /// Decides on detailed balance, after a negative control.
      void judge_balance(const double current_l1);

      std::unique_ptr<AdaptiveSolver<dim>>  solver;
      std::unique_ptr<ClosedCurrent<dim>>   closed_current;
      std::unique_ptr<GibbsComparison<dim>> gibbs;
      DetailedBalance<dim>                  balance;
      Evidence                              evidence;
    };



    template <int dim>
    StationaryRun<dim>::StationaryRun(const MPI_Comm communicator,
                                      const Case    &a_case,
                                      RunLog        &log)
      : CaseRun<dim>(communicator, a_case, log, "stationary")
    {
      this->refuse_absorbing_set();
    }



    template <int dim>
    std::string StationaryRun<dim>::equation() const
    {
      return "stationary law p of  d theta = b dt + sqrt(2 D) dW:  div J = 0,  "
             "J = " +
             this->current_drift() + " - D grad p";
    }



    template <int dim>
    std::string StationaryRun<dim>::why_no_answer() const
    {
      return dynamics.why_no_density();
    }



    template <int dim>
    void StationaryRun<dim>::answer()
    {
      if (domain.extent == "auto")
        this->use_found_box();
      solve();
      read_off();
      if (std::isnan(evidence.boundary_mass))
        throw Refusal("not resolved",
                      "the density has no finite value in this box: loss or "
                      "noise are too large in parts of it. Shrink "
                      "Domain/lower and upper, or scale the loss");
      if (evidence.is_cut_off())
        throw box_refusal(evidence.boundary_mass, this->search_box());
      if (const auto distrust = evidence.refusal())
        throw *distrust;
      close_current();
      write_fields();
      save_law(solver->law(), a_case, folder.path());
      this->write_samples(solver->law());
      find_influence();
      // Last, as it may change the mesh.
      judge_balance(summary.json()["current"]["l1"].template get<double>());
      warn_of_errors();
    }



    template <int dim>
    void StationaryRun<dim>::set_nulls(const std::string &reason)
    {
      sgdfp::set_nulls(reason, summary);
    }



    template <int dim>
    std::string StationaryRun<dim>::last_word() const
    {
      return findings(summary, folder.path());
    }



    template <int dim>
    void StationaryRun<dim>::solve()
    {
      log.say("Mesh      Q" + std::to_string(a_case.discretisation.degree) +
              ", refinement " + a_case.discretisation.refinement +
              ", tolerance " + to_text(a_case.discretisation.tolerance) +
              ", at most " +
              std::to_string(a_case.discretisation.maximum_cells) + " cells");
      solver = std::make_unique<AdaptiveSolver<dim>>(
        *discretisation, dynamics, a_case.discretisation, a_case.solver, log);
      solver->solve();
      summary.set("domain/lower", domain.lower);
      summary.set("domain/upper", domain.upper);
      summary.set("domain/grading", domain.grading);
      summary.set("cells", solver->levels().back().cells);
      summary.set("dofs", solver->levels().back().dofs);
    }



    template <int dim>
    void StationaryRun<dim>::read_off()
    {
      const Law<dim>        &law = solver->law();
      CurrentStatistics<dim> current(law);
      auto reading = this->read_law(law, {&current, &balance});
      gibbs        = std::move(reading.gibbs);

      evidence.negative_mass = reading.negative_mass;
      evidence.boundary_mass = reading.boundary_mass;
      // Two points more in every direction than all other integrals have.
      evidence.quadrature_error = std::abs(
        reading.mass - mass_by_gauss(law, a_case.discretisation.degree + 4));
      summary.set("density/quadrature_error", evidence.quadrature_error);
      report_solver(*solver, summary);
      evidence.density_error = solver->estimate().density;
      report_observable_errors(evidence.density_error, summary);
      evidence.slowest_rate = solver->accepted().slowest_rate;
      evidence.weight_error = solver->accepted().weight_error;
      evidence.tolerance    = a_case.discretisation.tolerance;
      evidence.stopped_by   = solver->stopped_by();
      write_probes(law, a_case.observables, summary);
    }



    template <int dim>
    void StationaryRun<dim>::judge_balance(const double current_l1)
    {
      CurrentEvidence current;
      current.l1                   = current_l1;
      current.estimated_error      = solver->estimate().current;
      current.scale                = solver->estimate().current_scale;
      std::string       reason     = "Discretisation/negative control is off";
      const std::string not_solved = "the control was not solved: ";
      if (balance.is_singular())
        reason = "D is singular: D grad log q moves nothing across its range, "
                 "and the control has more than one law";
      else if (!gibbs->closest)
        reason = "there is no tempered posterior to compare with: " +
                 gibbs->closest_reason;
      else if (a_case.discretisation.negative_control)
        try
          {
            log.say("Negative control: the same mesh and D, the law Gibbs at "
                    "T = " +
                    to_text(gibbs->closest->temperature) + ", no current");
            const RunLog::Phase phase(log, "negative control");
            const auto          control = run_negative_control(*discretisation,
                                                      dynamics,
                                                      *gibbs->closest,
                                                      a_case.discretisation,
                                                      a_case.solver,
                                                      log);
            current.control             = control.current;
            summary.set("detailed_balance/negative_control_density_error",
                        control.density_error);
            summary.set("detailed_balance/negative_control_cells",
                        control.cells);
          }
        catch (const Refusal &refusal)
          {
            reason = not_solved + refusal.what();
          }
        catch (const SolverFailure &failure)
          {
            reason = not_solved + failure.what();
          }
      if (current.control)
        summary.set("detailed_balance/negative_control_current",
                    *current.control);
      else
        {
          summary.set_null("detailed_balance/negative_control_current", reason);
          log.say("No negative control: " + reason);
        }
      balance.decide(current, summary);
    }



    template <int dim>
    void StationaryRun<dim>::find_influence()
    {
      if (!a_case.observables.row_influence)
        return;
      {
        const RunLog::Phase     phase(log, "influence of rows");
        const RowInfluence<dim> influence(solver->law(), a_case, observables);
        influence.write(folder.path(), communicator);
        influence.report(summary);
      }
      this->draw("plot_influence.py");
    }



    template <int dim>
    void StationaryRun<dim>::warn_of_errors()
    {
      const ErrorEstimate &estimate  = solver->estimate();
      const double         tolerance = a_case.discretisation.tolerance;
      if (estimate.is_known() && !(estimate.relative() <= tolerance) &&
          a_case.discretisation.refinement != "none")
        log.warn("the tolerance " + to_text(tolerance) +
                 " was not reached: refinement ended at " +
                 solver->stopped_by() + " (" +
                 std::to_string(solver->levels().back().cells) +
                 "), with estimated relative errors " +
                 to_text(estimate.density) + " of the density and " +
                 to_text(estimate.relative_current()) + " of the current");
      if (!balance.holds)
        log.warn("detailed balance is undecided: " + balance.reason);
    }



    template <int dim>
    void StationaryRun<dim>::close_current()
    {
      const RunLog::Phase phase(log, "closed current");
      closed_current =
        std::make_unique<ClosedCurrent<dim>>(solver->law(),
                                             a_case.output.potential_limit);
      report_closed_current(*closed_current, summary);
    }



    template <int dim>
    void StationaryRun<dim>::write_fields()
    {
      {
        const RunLog::Phase phase(log, "ParaView files");
        write_paraview(*closed_current, gibbs->reference, folder.path());
      }
      Summary::Json notes;
      notes["case"]       = a_case.name();
      notes["current_l1"] = summary.json()["current"]["l1"];
      notes["current"]    = summary.json()["current"];
      notes["levels"]     = summary.json()["solver"]["levels"];
      if (gibbs->reference)
        notes["temperature"] = gibbs->reference->temperature;
      {
        const RunLog::Phase phase(log, "regular grid");
        write_picture_grid(*closed_current,
                           gibbs->reference,
                           a_case.variables,
                           notes,
                           folder.path());
      }
      this->draw("plot_law.py");
    }
  } // namespace



  ExitStatus answer_stationary(const MPI_Comm communicator,
                               const Case    &a_case,
                               const bool     validate,
                               RunLog        &log)
  {
    if (a_case.observables.row_influence)
      check_row_influence(a_case);
    if (a_case.optimiser.is_underdamped())
      return answer_kinetic(communicator, a_case, validate, log);
    if (a_case.noise.stable.is_on())
      return answer_heavy_tails(communicator, a_case, validate, log);
    if (a_case.optimiser.is_discrete() || a_case.optimiser.is_central_flow())
      return answer_finite_rate(communicator, a_case, validate, log);
    return answer_case<StationaryRun>(communicator, a_case, validate, log);
  }
} // namespace sgdfp
