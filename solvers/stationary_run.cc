// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/stationary_run.h"

#include "base/run_folder.h"
#include "operators/coefficient_check.h"
#include "postprocess/closed_current_statistics.h"
#include "postprocess/current_statistics.h"
#include "postprocess/density_statistics.h"
#include "postprocess/detailed_balance.h"
#include "postprocess/figures.h"
#include "postprocess/findings.h"
#include "postprocess/landscape_observables.h"
#include "postprocess/paraview_output.h"
#include "postprocess/picture_grid.h"
#include "postprocess/slice_statistics.h"
#include "solvers/adaptive.h"
#include "solvers/box_search.h"
#include "solvers/negative_control.h"
#include "solvers/stationary_summary.h"
#include "solvers/trust.h"
#include "solvers/validation.h"

namespace sgdfp
{
  namespace
  {
    /// One run of one dimension, in the order things happen.
    template <int dim>
    class StationaryRun
    {
    public:
      StationaryRun(const MPI_Comm communicator,
                    const Case    &a_case,
                    RunLog        &log);

      ExitStatus run(const bool validate);

    private:
      void describe() const;

      /// Makes the mesh and looks at the coefficients on it.
      void prepare();

      BoxProposal search_box() const;

      /// Domain/extent = auto
      void use_found_box();

      void solve();

      void read_off();

      void close_current();

      void write_fields();

      /// Ends a run that has no (trustworthy) law.
      ExitStatus refuse(const std::string &status, const std::string &reason);

      ExitStatus finish();

      /// Says where the law misses what was asked for.
      void warn_of_errors();

      /// Decides on detailed balance, after a negative control.
      void judge_balance(const double current_l1);

      const MPI_Comm                   communicator;
      const Case                      &a_case;
      RunLog                          &log;
      std::shared_ptr<const Loss<dim>> loss;
      const Dynamics<dim>              dynamics;
      DomainParameters                 domain;
      Observables<dim>                 observables;
      RunFolder                        folder;
      Summary                          summary;

      std::unique_ptr<Discretisation<dim>> discretisation;
      std::unique_ptr<AdaptiveSolver<dim>> solver;

      std::unique_ptr<ClosedCurrent<dim>>   closed_current;
      std::unique_ptr<GibbsComparison<dim>> gibbs;
      DetailedBalance<dim>                  balance;
      Evidence                              evidence;
    };



    template <int dim>
    StationaryRun<dim>::StationaryRun(const MPI_Comm communicator,
                                      const Case    &a_case,
                                      RunLog        &log)
      : communicator(communicator)
      , a_case(a_case)
      , log(log)
      , loss(make_loss<dim>(a_case.loss,
                            a_case.vocabulary(),
                            a_case.folder(),
                            communicator))
      , dynamics(loss, a_case.noise, a_case.optimiser, a_case.vocabulary())
      , domain(a_case.domain)
      , observables(a_case.observables, a_case.vocabulary())
      , folder(communicator,
               a_case.output.directory,
               a_case.name(),
               "stationary")
    {
      if (a_case.discretisation.trial_space == "gibbs" &&
          !dynamics.isotropic_temperature())
        throw EntryError("Discretisation/trial space",
                         "gibbs",
                         "the noise is not D = T I, so that the law is not "
                         "the Gibbs density",
                         "Use self-consistent.");
    }



    template <int dim>
    void StationaryRun<dim>::describe() const
    {
      const std::string &calculus = a_case.noise.calculus;
      log.say("Question  stationary law p of  d theta = b dt + sqrt(2 D) "
              "dW:  div J = 0,  J = " +
              std::string(calculus == "ito"      ? "(b - div D) p" :
                          calculus == "midpoint" ? "(b - div D/2) p" :
                                                   "b p") +
              " - D grad p,  b = " + dynamics.drift_description());
      log.say("Loss      " + loss->description());
      log.say("Noise     " + dynamics.noise_description());
    }



    template <int dim>
    ExitStatus StationaryRun<dim>::run(const bool validate)
    {
      describe();
      if (validate)
        {
          const std::string reason = dynamics.why_no_density();
          if (!reason.empty())
            throw Refusal("no stationary density", reason);
          prepare();
          report_physics(*discretisation,
                         dynamics,
                         a_case.optimiser.learning_rate,
                         log);
          log.say("The case is valid. Its run folder would be " +
                  folder.path());
          return ExitStatus::done;
        }
      // A mistake found here leaves an earlier result as it was.
      if (dynamics.why_no_density().empty())
        prepare();
      folder.open(a_case.text, a_case.file.resolved());
      log.attach(folder.path());
      start_summary(a_case, communicator, summary);
      try
        {
          const std::string reason = dynamics.why_no_density();
          if (!reason.empty())
            throw Refusal("no stationary density", reason);
          if (domain.extent == "auto")
            use_found_box();
          solve();
          read_off();
          if (evidence.is_cut_off())
            throw box_refusal(evidence.boundary_mass, search_box());
          if (const auto distrust = evidence.refusal())
            throw *distrust;
          close_current();
          write_fields();
          // Last, as it may change the mesh.
          judge_balance(summary.json()["current"]["l1"].get<double>());
          warn_of_errors();
        }
      catch (const Refusal &refusal)
        {
          return refuse(refusal.status, refusal.what());
        }
      return finish();
    }



    template <int dim>
    void StationaryRun<dim>::prepare()
    {
      {
        const RunLog::Phase phase(log, "mesh and degrees of freedom");
        discretisation =
          std::make_unique<Discretisation<dim>>(communicator,
                                                ParameterBox<dim>(domain),
                                                a_case.discretisation.degree);
        discretisation->prepare();
      }
      const RunLog::Phase phase(log, "check of the coefficients");
      // The first mesh may be coarse, the last one is not.
      constexpr unsigned int fine    = (dim == 1 ? 1024 : dim == 2 ? 64 : 16);
      DomainParameters       sampled = domain;
      while ((sampled.subdivisions << sampled.initial_refinement) < fine)
        ++sampled.initial_refinement;
      Discretisation<dim> sampling(communicator,
                                   ParameterBox<dim>(sampled),
                                   a_case.discretisation.degree);
      sampling.prepare();
      std::function<void(const dealii::Point<dim> &)> check_prior;
      if (a_case.reference.temperature == "bayes")
        check_prior =
          bayesian_energy(*loss, a_case.reference, a_case.vocabulary());
      check_coefficients(sampling, dynamics, check_prior);
    }



    template <int dim>
    BoxProposal StationaryRun<dim>::search_box() const
    {
      log.say("Box       search for one that holds the law");
      return find_box<dim>(communicator,
                           dynamics,
                           domain,
                           a_case.discretisation,
                           a_case.solver,
                           log);
    }



    template <int dim>
    void StationaryRun<dim>::use_found_box()
    {
      const BoxProposal found = search_box();
      if (found.verdict != BoxProposal::Verdict::fits)
        throw box_refusal(found.boundary_mass, found);
      domain        = found.domain;
      domain.extent = "given";
      prepare();
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
      const Law<dim>                            &law = solver->law();
      std::unique_ptr<LandscapeObservables<dim>> landscape;
      {
        const RunLog::Phase phase(log, "minimum set");
        landscape =
          std::make_unique<LandscapeObservables<dim>>(law, observables.names());
      }
      const RunLog::Phase    phase(log, "integrals of the law");
      SliceStatistics<dim>   slice(*loss);
      DensityStatistics<dim> density(law);
      CurrentStatistics<dim> current(law);
      gibbs = std::make_unique<GibbsComparison<dim>>(law,
                                                     a_case.reference,
                                                     a_case.vocabulary());
      run_postprocessors<dim>(law,
                              {&density,
                               &current,
                               &observables,
                               landscape.get(),
                               gibbs.get(),
                               &balance,
                               &slice},
                              summary);

      evidence.negative_mass = density.negative_mass;
      evidence.boundary_mass = boundary_mass(law);
      summary.set("density/boundary_mass", evidence.boundary_mass);
      // Two points more in every direction than all other integrals have.
      evidence.quadrature_error = std::abs(
        density.mass - mass_by_gauss(law, a_case.discretisation.degree + 4));
      summary.set("density/quadrature_error", evidence.quadrature_error);
      report_solver(*solver, summary);
      evidence.density_error = solver->estimate().density;
      evidence.slowest_rate  = solver->accepted().slowest_rate;
      evidence.weight_error  = solver->accepted().weight_error;
      evidence.tolerance     = a_case.discretisation.tolerance;
      evidence.stopped_by    = solver->stopped_by();
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
      if (a_case.output.figures)
        {
          const RunLog::Phase phase(log, "figures");
          const std::string failure = draw_figures(communicator, folder.path());
          if (!failure.empty())
            log.warn(failure);
        }
    }



    template <int dim>
    ExitStatus StationaryRun<dim>::refuse(const std::string &status,
                                          const std::string &reason)
    {
      // Nothing that looks like a result stays behind.
      folder.remove_solution();
      Summary empty;
      std::swap(summary, empty);
      start_summary(a_case, communicator, summary);
      for (const char *key : {"cells", "dofs"})
        summary.set(key, empty.json()[key]);
      summary.set("solver", empty.json().value("solver", Summary::Json()));
      set_nulls(reason, summary);
      summary.set("wall_seconds", log.seconds());
      summary.set("status", status);
      summary.set("reason", reason);
      summary.append("messages", reason);
      for (const std::string &warning : log.warnings())
        summary.append("messages", warning);
      // The screen gets it from run_program(), as the run's last word.
      log.note("Refused (" + status + "): " + reason);
      folder.finish(summary);
      throw Refusal(status, reason);
    }



    template <int dim>
    ExitStatus StationaryRun<dim>::finish()
    {
      summary.set("wall_seconds", log.seconds());
      summary.set("status", "ok");
      for (const std::string &warning : log.warnings())
        summary.append("messages", warning);
      log.say("");
      log.say("  Where the time went");
      log.say(log.timing_table());
      log.say(findings(summary, folder.path()));
      folder.finish(summary);
      return ExitStatus::done;
    }
  } // namespace



  ExitStatus answer_stationary(const MPI_Comm communicator,
                               const Case    &a_case,
                               const bool     validate,
                               RunLog        &log)
  {
    switch (a_case.dimension)
      {
        case 1:
          return StationaryRun<1>(communicator, a_case, log).run(validate);
        case 2:
          return StationaryRun<2>(communicator, a_case, log).run(validate);
        default:
          return StationaryRun<3>(communicator, a_case, log).run(validate);
      }
  }
} // namespace sgdfp
