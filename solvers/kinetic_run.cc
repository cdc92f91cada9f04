// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/kinetic_run.h"

#include "base/text.h"
#include "postprocess/density_statistics.h"
#include "postprocess/findings.h"
#include "postprocess/kinetic_output.h"
#include "postprocess/kinetic_statistics.h"
#include "solvers/adaptive.h"
#include "solvers/case_run.h"
#include "solvers/kinetic_study.h"
#include "solvers/previous_law.h"
#include "solvers/stationary_summary.h"
#include "solvers/trust.h"

namespace sgdfp
{
  namespace
  {
    template <int dim>
    class KineticRun : public CaseRun<dim>
    {
    public:
      KineticRun(const MPI_Comm communicator, const Case &a_case, RunLog &log);

    private:
      using CaseRun<dim>::a_case;
      using CaseRun<dim>::communicator;
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

      KineticAnswer solve_on(const KineticSystem<dim> &system) const;

      void read_off();

      /// The current and its error, and what it says of detailed balance.
      void judge_balance();

      /// Plain SGD at the same effective learning rate, on the same mesh.
      void compare_with_overdamped();

      void write_fields();

      void warn_of_errors();

      std::unique_ptr<KineticStudy<dim>>      study;
      std::unique_ptr<GibbsComparison<dim>>   gibbs;
      std::unique_ptr<KineticLaw<dim>>        law;
      std::unique_ptr<KineticStatistics<dim>> statistics;
      double                                  negative_phase_mass = 0;
      Evidence                                evidence;
    };



    template <int dim>
    KineticRun<dim>::KineticRun(const MPI_Comm communicator,
                                const Case    &a_case,
                                RunLog        &log)
      : CaseRun<dim>(communicator, a_case, log, "stationary")
    {
      this->refuse_absorbing_set();
    }



    template <int dim>
    std::string KineticRun<dim>::equation() const
    {
      return "stationary law f of  d theta = v dt, dv = (b - gamma v) dt + "
             "sqrt(2 gamma D) dW:  0 = -div_theta(v f) - div_v((b - gamma v) f "
             "- gamma D grad_v f)";
    }



    template <int dim>
    std::string KineticRun<dim>::why_no_answer() const
    {
      return dynamics.why_no_density();
    }



    template <int dim>
    KineticAnswer
    KineticRun<dim>::solve_on(const KineticSystem<dim> &system) const
    {
      const auto &generator = system.generator;
      Vector      P         = generator.weights();
      P.scale(generator.left_null_vector());
      StationarySolver solver(communicator,
                              a_case.solver,
                              a_case.solver.use_direct(dim, P.size()));
      const auto       report = solver.solve(generator, P);
      KineticAnswer    answer;
      answer.densities = {P};
      answer.labels    = {0.};

      const KineticStatistics<dim> numbers(KineticLaw<dim>(generator, P),
                                           dynamics);
      answer.figures      = {numbers.entropy_production.value_or(0.)};
      answer.slowest_rate = report.slowest_rate;
      answer.weight_error = report.weight_error;
      answer.residual     = report.residual;
      answer.iterations   = report.iterations;
      return answer;
    }



    template <int dim>
    void KineticRun<dim>::answer()
    {
      if (domain.extent == "auto")
        this->use_found_box();
      const auto choice =
        choose_kinetic_scales(discretisation->box,
                              dynamics,
                              a_case.optimiser.friction_rate());
      log.say("Scales    " + choice.description());
      // Measured: docs/numerics.md
      constexpr double large_friction = 10;
      if (a_case.solver.method == "iterative" &&
          choice.friction < large_friction)
        log.warn("the iterations by Hermite level are flat in the mesh size "
                 "for friction gamma >= 10; here it is " +
                 to_text(choice.friction) +
                 ": they may not converge. Solver/method = direct does");

      log.say("Mesh      Q" + std::to_string(a_case.discretisation.degree) +
              " and Q" + std::to_string(a_case.discretisation.degree + 1) +
              ", refinement " + a_case.discretisation.refinement +
              ", tolerance " + to_text(a_case.discretisation.tolerance));
      study = std::make_unique<KineticStudy<dim>>(*discretisation,
                                                  dynamics,
                                                  choice,
                                                  a_case.discretisation,
                                                  a_case.solver,
                                                  nullptr,
                                                  log);
      study->solve([this](const KineticSystem<dim> &s) { return solve_on(s); },
                   KineticStudy<dim>::Goal::density);
      summary.set("domain/lower", domain.lower);
      summary.set("domain/upper", domain.upper);
      summary.set("domain/grading", domain.grading);
      study->report(summary);
      choice.report(summary);
      read_off();
      judge_balance();
      // A part of the error in L1 that the user accepts.
      if (evidence.negative_mass > trusted_negative_mass &&
          evidence.negative_mass <= evidence.tolerance)
        {
          log.warn("the density is negative on a mass of " +
                   to_text(evidence.negative_mass) +
                   ", below Discretisation/tolerance");
          evidence.negative_mass = 0;
        }
      if (evidence.is_cut_off())
        throw Refusal("not resolved",
                      "the law has " + to_text(evidence.boundary_mass) +
                        " of its mass at the boundary of the box: enlarge "
                        "Domain/lower and upper");
      if (const auto distrust = evidence.refusal())
        throw *distrust;
      compare_with_overdamped();
      write_fields();
      const Law<dim> marginal =
        study->system().law(study->answer().densities.front());
      save_law(marginal, a_case, folder.path());
      this->write_samples(marginal);
      this->draw("plot_kinetic.py");
      warn_of_errors();
    }



    template <int dim>
    void KineticRun<dim>::read_off()
    {
      const KineticSystem<dim> &system   = study->system();
      const Vector             &P        = study->answer().densities.front();
      const Law<dim>            marginal = system.law(P);
      auto                      reading  = this->read_law(marginal);
      gibbs                              = std::move(reading.gibbs);
      law        = std::make_unique<KineticLaw<dim>>(system.generator, P);
      statistics = std::make_unique<KineticStatistics<dim>>(*law, dynamics);
      statistics->report(summary);
      negative_phase_mass = sgdfp::negative_phase_mass(*law);
      summary.set("kinetic/negative_mass", negative_phase_mass);

      const auto errors      = study->errors();
      evidence.negative_mass = reading.negative_mass;
      evidence.boundary_mass = reading.boundary_mass;
      evidence.density_error = errors.density;
      evidence.slowest_rate  = study->answer().slowest_rate;
      evidence.weight_error  = study->answer().weight_error;
      evidence.tolerance     = a_case.discretisation.tolerance;
      evidence.stopped_by    = study->stopped_by();
      summary.set("density/estimated_error", errors.density);
      report_observable_errors(errors.density, summary);
      if (evidence.slowest_rate > 0)
        summary.set("solver/slowest_rate", evidence.slowest_rate);
      write_kinetic_probes(*law, *loss, a_case.observables, summary);
    }



    template <int dim>
    void KineticRun<dim>::judge_balance()
    {
      const auto   errors = study->errors();
      const double s = study->system().generator.scales.thermal_velocity.norm();
      summary.set("current/l1", statistics->current);
      summary.set("current/estimated_error", s * errors.flux);
      summary.set("current/scale", s);
      summary.set("current/relative_error", errors.flux);
      for (const char *key :
           {"curl_l2", "velocity_curl_max", "divergence_residual"})
        summary.set_null(std::string("current/") + key,
                         "the mean velocity is known as a discontinuous field");
      summary.set_null("detailed_balance/negative_control_current",
                       "there is none for momentum");
      const auto &production = statistics->entropy_production;
      if (production)
        summary.set("detailed_balance/entropy_production_error",
                    errors.figures.front());
      const double gamma = study->system().generator.scales.friction;
      // Within this the model is in balance to round-off.
      constexpr double round_off = 1e-12;
      const bool       is_balanced =
        statistics->certificate && *statistics->certificate < round_off;
      const bool is_noise =
        statistics->current <= 2 * s * errors.flux + round_off * s &&
        (!production || std::abs(*production) <=
                          2 * errors.figures.front() + round_off * dim * gamma);
      if (production &&
          *production < -2 * errors.figures.front() - round_off * dim * gamma)
        log.warn("the entropy production " + to_text(*production) +
                 " is negative by more than its error, which no law allows: "
                 "lower Discretisation/tolerance");
      const std::string key = "detailed_balance/holds";
      if (is_balanced)
        summary.set(key, true);
      else if (!is_noise)
        summary.set(key, false);
      else
        summary.set_null(key,
                         "the model is not in balance, but neither its current "
                         "nor its entropy production is more than their "
                         "errors");
    }



    template <int dim>
    void KineticRun<dim>::compare_with_overdamped()
    {
      log.say("Plain SGD at learning rate/(1 - momentum) on the same mesh");
      const RunLog::Phase       phase(log, "overdamped law");
      const KineticSystem<dim> &system     = study->system();
      auto                      parameters = a_case.discretisation;
      parameters.refinement                = "none";
      std::string reason;
      try
        {
          // Its time is t/gamma.
          const Law<dim> marginal = system.law(study->answer().densities[0]);
          SelfConsistentSolver<dim> solver(
            system.discretisation, dynamics, parameters, a_case.solver, log);
          solver.solve();
          const auto comparison = compare_laws(marginal, solver.law());
          summary.set("overdamped/density_l1", comparison.l1);
          summary.set("overdamped/kl", comparison.kl);
          const double rate = 1 / system.generator.scales.friction;
          summary.set("overdamped/current_l1", rate * comparison.current);
          ErrorEstimate estimate = ErrorEstimate::unknown();
          try
            {
              estimate = estimate_error(solver.law(), a_case.solver);
            }
          catch (const SolverFailure &)
            {}
          if (estimate.is_known())
            {
              summary.set("overdamped/estimated_error", estimate.density);
              summary.set("overdamped/current_estimated_error",
                          rate * estimate.current);
            }
          return;
        }
      catch (const Refusal &refusal)
        {
          reason = refusal.what();
        }
      catch (const SolverFailure &failure)
        {
          reason = failure.what();
        }
      log.say("No law of plain SGD: " + reason);
      for (const char *key : {"density_l1", "kl", "current_l1"})
        summary.set_null(std::string("overdamped/") + key, reason);
    }



    template <int dim>
    void KineticRun<dim>::write_fields()
    {
      const RunLog::Phase phase(log, "ParaView files");
      Summary::Json       notes;
      notes["case"]    = a_case.name();
      notes["kinetic"] = summary.json()["kinetic"];
      notes["current"] = summary.json()["current"];
      notes["levels"]  = summary.json()["solver"]["levels"];
      if (gibbs->reference)
        notes["temperature"] = gibbs->reference->temperature;
      write_kinetic_fields(*law,
                           study->system().law(study->answer().densities[0]),
                           gibbs->reference,
                           a_case.variables,
                           notes,
                           folder.path());
    }



    template <int dim>
    void KineticRun<dim>::warn_of_errors()
    {
      const auto  &last      = study->levels().back();
      const double tolerance = a_case.discretisation.tolerance;
      if (study->stopped_by() != "tolerance")
        log.warn("the tolerance " + to_text(tolerance) +
                 " was not reached: refinement ended at " +
                 study->stopped_by() + ", with estimated errors " +
                 to_text(last.mesh_error) + " (mesh) and " +
                 to_text(last.velocity_error) +
                 " (velocities, N = " + std::to_string(last.degree) +
                 ", |c_N|/|c_0| = " + to_text(last.tail) + ")");
      if (negative_phase_mass > tolerance)
        log.warn("the density in phase space is negative on a mass of " +
                 to_text(negative_phase_mass) +
                 ": raise Discretisation/maximum hermite degree");
      if (statistics->trimmed_edge_mass > tolerance)
        log.warn("a mass of " + to_text(statistics->trimmed_edge_mass) +
                 " is in cells next to trimmed ones, where D exceeds twice the "
                 "temperature that velocities are expanded with: the law is "
                 "cut off there");
      constexpr double small_friction = 0.3;

      if (study->system().generator.scales.friction <= small_friction &&
          study->stopped_by() != "tolerance")
        log.warn("the friction gamma = " +
                 to_text(study->system().generator.scales.friction) +
                 " is small: Hermite functions converge slowly");
      if (summary.json()["detailed_balance"]["holds"].is_null())
        log.warn("detailed balance is undecided: " +
                 summary.json()["detailed_balance"]["holds_reason"]
                   .template get<std::string>());
    }



    template <int dim>
    void KineticRun<dim>::set_nulls(const std::string &reason)
    {
      sgdfp::set_nulls(reason, summary);
    }



    template <int dim>
    std::string KineticRun<dim>::last_word() const
    {
      return kinetic_findings(summary, folder.path());
    }
  } // namespace



  ExitStatus answer_kinetic(const MPI_Comm communicator,
                            const Case    &a_case,
                            const bool     validate,
                            RunLog        &log)
  {
    if (a_case.dimension == 1)
      return KineticRun<1>(communicator, a_case, log).run(validate);
    return KineticRun<2>(communicator, a_case, log).run(validate);
  }
} // namespace sgdfp
