// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/finite_rate_run.h"

#include "base/text.h"
#include "models/extreme_eigenvalues.h"
#include "operators/oscillating_law.h"
#include "operators/transfer_operator.h"
#include "postprocess/current_statistics.h"
#include "postprocess/density_statistics.h"
#include "postprocess/field_output.h"
#include "postprocess/findings.h"
#include "postprocess/gibbs_comparison.h"
#include "solvers/adaptive.h"
#include "solvers/case_run.h"
#include "solvers/previous_law.h"
#include "solvers/stationary_summary.h"
#include "solvers/trust.h"

namespace sgdfp
{
  namespace
  {
    // Probability per step to leave the box beyond which the box has a say in
    // the law.
    constexpr double trusted_leaving = 1e-4;

    constexpr const char *no_current =
      "a chain in discrete time has no local current";

    constexpr const char *current_of_centre =
      "the current is that of the centre of the oscillation: it does not say "
      "whether SGD itself is in detailed balance";



    template <int dim>
    class FiniteRateRun : public CaseRun<dim>
    {
    public:
      FiniteRateRun(const MPI_Comm communicator,
                    const Case    &a_case,
                    RunLog        &log);

    private:
      using CaseRun<dim>::a_case;
      using CaseRun<dim>::discretisation;
      using CaseRun<dim>::domain;
      using CaseRun<dim>::dynamics;
      using CaseRun<dim>::folder;
      using CaseRun<dim>::log;
      using CaseRun<dim>::loss;
      using CaseRun<dim>::summary;

      std::string equation() const override;

      std::string why_no_answer() const override;

      void answer() override;

      void set_nulls(const std::string &reason) override;

      std::string last_word() const override;

      void read_off();

      void read_off_current();

      /// The law of theta
      const Law<dim> &law() const;

      /// @throws Refusal
      void judge();

      /// Probability per step to leave the box, with the law as it is.
      double leaving() const;

      /// solution.pvd and its files
      void write_fields();

      /// solution/centre_0000.pvtu: the centre of the oscillation
      void write_centre();

      std::unique_ptr<AdaptiveSolver<dim>> solver;
      /// Only for the central flow
      std::unique_ptr<OscillatingLaw<dim>>  oscillating;
      std::unique_ptr<GibbsComparison<dim>> gibbs;
      Evidence                              evidence;
    };



    template <int dim>
    FiniteRateRun<dim>::FiniteRateRun(const MPI_Comm communicator,
                                      const Case    &a_case,
                                      RunLog        &log)
      : CaseRun<dim>(communicator, a_case, log, "stationary")
    {
      this->refuse_absorbing_set();
    }



    template <int dim>
    std::string FiniteRateRun<dim>::equation() const
    {
      if (dynamics.has_oscillation())
        return "stationary law of  d c = b dt + sqrt(2 D) dW,  b = " +
               dynamics.drift_description() +
               ",  and of theta = c + N(0, q e e^T)";
      return "stationary law of the chain  theta' = theta + eta b + sqrt(2 eta "
             "D) z, z ~ N(0, I), eta = " +
             to_text(dynamics.step()) + ", by its transfer operator";
    }



    template <int dim>
    std::string FiniteRateRun<dim>::why_no_answer() const
    {
      return dynamics.why_no_density();
    }



    template <int dim>
    void FiniteRateRun<dim>::answer()
    {
      if (domain.extent == "auto")
        this->use_found_box();
      log.say(
        "Mesh      Q" + std::to_string(a_case.discretisation.degree) +
        ", refinement " +
        (dynamics.is_local() ? a_case.discretisation.refinement : "uniform") +
        ", tolerance " + to_text(a_case.discretisation.tolerance));
      solver = std::make_unique<AdaptiveSolver<dim>>(
        *discretisation, dynamics, a_case.discretisation, a_case.solver, log);
      solver->solve();
      if (dynamics.has_oscillation())
        {
          const RunLog::Phase phase(log, "oscillation");
          oscillating = std::make_unique<OscillatingLaw<dim>>(
            solver->law(),
            a_case.discretisation.tolerance,
            a_case.discretisation.maximum_cells);
        }
      summary.set("domain/lower", domain.lower);
      summary.set("domain/upper", domain.upper);
      summary.set("domain/grading", domain.grading);
      summary.set("cells", solver->levels().back().cells);
      summary.set("dofs", solver->levels().back().dofs);
      read_off();
      judge();
      write_fields();
      save_law(law(), a_case, folder.path());
      this->write_samples(law());
    }



    template <int dim>
    void FiniteRateRun<dim>::set_nulls(const std::string &reason)
    {
      sgdfp::set_nulls(reason, summary);
    }



    template <int dim>
    const Law<dim> &FiniteRateRun<dim>::law() const
    {
      return oscillating ? oscillating->law() : solver->law();
    }



    template <int dim>
    double FiniteRateRun<dim>::leaving() const
    {
      TransferOperator<dim> generator(*discretisation, dynamics);
      generator.prepare();
      generator.assemble();
      Vector P = discretisation->owned_vector();
      P        = solver->law().nodal_density();
      P.scale(generator.left_null_vector());
      return generator.rejected(P);
    }



    template <int dim>
    void FiniteRateRun<dim>::read_off()
    {
      const Law<dim> &law     = this->law();
      auto            reading = this->read_law(law);
      gibbs                   = std::move(reading.gibbs);
      evidence.negative_mass  = reading.negative_mass;
      evidence.boundary_mass  = reading.boundary_mass;
      report_solver(*solver, summary);
      evidence.density_error = solver->estimate().density;
      evidence.slowest_rate  = solver->accepted().slowest_rate;
      evidence.weight_error  = solver->accepted().weight_error;
      evidence.tolerance     = a_case.discretisation.tolerance;
      evidence.stopped_by    = solver->stopped_by();
      write_probes(law, a_case.observables, summary);
      Summary::Json probes = summary.json()["probes"];
      for (auto &probe : probes)
        probe["current"] = nullptr;
      summary.set("probes", probes);
      read_off_current();
      report_observable_errors(evidence.density_error +
                                 (oscillating ? oscillating->error() : 0),
                               summary);
    }



    template <int dim>
    void FiniteRateRun<dim>::read_off_current()
    {
      if (oscillating)
        {
          CurrentStatistics<dim> current(solver->law());
          run_postprocessors<dim>(solver->law(), {&current}, summary);
          summary.set("oscillation/variance", oscillating->variance());
          summary.set("oscillation/mass_on_boundary",
                      oscillating->mass_outside());
          summary.set("oscillation/estimated_error", oscillating->error());
          if (solver->estimate().is_known())
            summary.set("density/estimated_error",
                        solver->estimate().density + oscillating->error());
        }
      else
        for (const char *key : {"current/l1",
                                "current/curl_l2",
                                "current/velocity_curl_max",
                                "current/estimated_error",
                                "current/relative_error",
                                "current/divergence_residual"})
          summary.set_null(key, no_current);
      for (const char *key : {"detailed_balance/holds",
                              "detailed_balance/certificate",
                              "detailed_balance/entropy_production",
                              "detailed_balance/negative_control_current"})
        summary.set_null(key, oscillating ? current_of_centre : no_current);
    }



    template <int dim>
    void FiniteRateRun<dim>::judge()
    {
      const double out =
        (oscillating ? oscillating->mass_outside() : leaving());
      if (!oscillating)
        summary.set("density/leaving_per_step", out);
      if (oscillating && (evidence.is_cut_off() || out > trusted_leaving))
        throw Refusal("not resolved",
                      "the law has " + to_text(evidence.boundary_mass) +
                        " of its mass at the boundary of the box, and its "
                        "oscillation reaches out of it with " +
                        to_text(out) + ": enlarge Domain/lower and upper");
      if (out > trusted_leaving)
        throw Refusal("not resolved",
                      "a step leaves the box with probability " + to_text(out) +
                        ", more than " + to_text(trusted_leaving) +
                        ": enlarge Domain/lower and upper");
      const double tolerance = a_case.discretisation.tolerance;
      // A part of the error in L1 that the user accepts.
      if (evidence.negative_mass <= tolerance)
        evidence.negative_mass = 0;
      if (const auto distrust = evidence.refusal())
        throw *distrust;
      if (oscillating && oscillating->error() > tolerance)
        log.warn("the law of the oscillation has an estimated error of " +
                 to_text(oscillating->error()) +
                 " in L1 on this mesh, more than Discretisation/tolerance: "
                 "raise Discretisation/maximum cells");
      if (!(solver->estimate().density <= tolerance))
        log.warn("the tolerance " + to_text(tolerance) +
                 " was not reached: refinement ended at " +
                 solver->stopped_by() + ", with an estimated error of " +
                 to_text(solver->estimate().density) + " of the density");
    }



    template <int dim>
    void FiniteRateRun<dim>::write_fields()
    {
      if (oscillating)
        write_centre();
      const Law<dim>      &law  = this->law();
      const auto          &mesh = law.discretisation;
      FieldCollection<dim> fields(mesh, dynamics, law.trial());
      Vector               p = mesh.owned_vector();
      p                      = law.nodal_density();
      fields.add_density("density", p);
      Vector           log_p = p;
      constexpr double least = 1e-30;
      for (const auto i : mesh.owned)
        log_p(i) = std::log(std::max(least, static_cast<double>(p(i))));
      log_p.compress(dealii::VectorOperation::insert);
      fields.add_function("log_density", log_p);
      if (gibbs->reference)
        fields.add_function(
          "gibbs_density",
          mesh.interpolate([&](const dealii::Point<dim> &theta) {
            return std::exp(gibbs->reference->log_density(theta));
          }));
      fields.add_function(
        "sharpness", mesh.interpolate([&](const dealii::Point<dim> &theta) {
          return extreme_eigenvalues(loss->hessian(theta)).second;
        }));
      if (dynamics.batch_sharpness() != nullptr)
        fields.add_function("batch_sharpness",
                            mesh.interpolate(
                              [&](const dealii::Point<dim> &theta) {
                                return (*dynamics.batch_sharpness())(theta);
                              }));
      {
        const RunLog::Phase phase(log, "ParaView files");
        write_paraview(fields, folder.path(), "law");
      }
      Summary::Json notes;
      notes["case"]              = a_case.name();
      notes["levels"]            = summary.json()["solver"]["levels"];
      notes["edge_of_stability"] = 2 / a_case.optimiser.learning_rate;
      if (gibbs->reference)
        notes["temperature"] = gibbs->reference->temperature;
      {
        const RunLog::Phase phase(log, "regular grid");
        write_grid(fields, a_case.variables, notes, folder.path());
      }
      this->draw("plot_law.py");
    }



    template <int dim>
    void FiniteRateRun<dim>::write_centre()
    {
      const Law<dim>      &law = solver->law();
      FieldCollection<dim> centre(*discretisation, dynamics, law.trial());
      Vector               p = discretisation->owned_vector();
      p                      = law.nodal_density();
      centre.add_density("centre_density", p);
      centre.add_current("centre_current", p);
      write_paraview(centre, folder.path(), "centre");
    }



    template <int dim>
    std::string FiniteRateRun<dim>::last_word() const
    {
      return density_findings(summary, folder.path());
    }
  } // namespace



  ExitStatus answer_finite_rate(const MPI_Comm communicator,
                                const Case    &a_case,
                                const bool     validate,
                                RunLog        &log)
  {
    return answer_case<FiniteRateRun>(communicator, a_case, validate, log);
  }
} // namespace sgdfp
