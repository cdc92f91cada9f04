// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/stationary_run.h"

#include "base/run_folder.h"
#include "base/version.h"
#include "operators/coefficient_check.h"
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
#include "solvers/validation.h"

namespace sgdfp
{
  namespace
  {
    // Probability that may be negative, or lie at the boundary of the box,
    // before a law is refused.
    constexpr double trusted_mass = 1e-6;

    // Change of the mass under a finer quadrature rule before a law is refused:
    // a peak that the rule misses changes it by far more.
    constexpr double trusted_quadrature = 1e-4;



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

      void start_summary();

      /// Makes the mesh and looks at the coefficients on it.
      void prepare();

      BoxProposal search_box() const;

      /// Domain/extent = auto
      void use_found_box();

      void solve();

      void read_off();

      /// What happened on the way to the law: summary.json, solver/levels.
      void write_levels();

      void write_fields();

      /// Ends a run that has no (trustworthy) law.
      ExitStatus refuse(const std::string &status, const std::string &reason);

      ExitStatus finish();

      std::string why_not_trusted() const;

      std::string why_not_determined() const;

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

      std::unique_ptr<GibbsComparison<dim>> gibbs;
      DetailedBalance<dim>                  balance;
      double                                boundary         = 0;
      double                                negative_mass    = 0;
      double                                quadrature_error = 0;
      double                                slowest_rate     = 0;
      double                                weight_error     = 0;
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
    void StationaryRun<dim>::start_summary()
    {
      summary.set("program", "sgdfp-stationary");
      summary.set("version", version);
      summary.set("case", a_case.name());
      summary.set("dimension", dim);
      summary.set("variables", a_case.variables);
      summary.set("ranks",
                  dealii::Utilities::MPI::n_mpi_processes(communicator));
      // Filled in later; named here to keep the order of the contract.
      for (const char *key : {"cells", "dofs", "wall_seconds", "status"})
        summary.set(key, nullptr);
      summary.set("messages", Summary::Json::array());
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
      start_summary();
      try
        {
          const std::string reason = dynamics.why_no_density();
          if (!reason.empty())
            throw Refusal("no stationary density", reason);
          if (domain.extent == "auto")
            use_found_box();
          solve();
          read_off();
          const std::string distrust = why_not_trusted();
          if (!distrust.empty())
            throw Refusal("not resolved", distrust);
          if (!(boundary <= trusted_boundary_mass))
            throw box_refusal(boundary, search_box());
          if (!(weight_error <= trusted_weight_error))
            throw Refusal("not determined", why_not_determined());
          write_fields();
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
      std::function<void(const dealii::Point<dim> &)> check_prior;
      if (a_case.reference.temperature == "bayes")
        check_prior =
          bayesian_energy(*loss, a_case.reference, a_case.vocabulary());
      check_coefficients(*discretisation, dynamics, check_prior);
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

      negative_mass = density.negative_mass;
      boundary      = boundary_mass(law);
      summary.set("density/boundary_mass", boundary);
      // Two points more in every direction than all other integrals have.
      quadrature_error = std::abs(
        density.mass - mass_by_gauss(law, a_case.discretisation.degree + 4));
      summary.set("density/quadrature_error", quadrature_error);
      const ErrorEstimate &estimate = solver->estimate();
      summary.set("density/estimated_error", estimate.density);
      summary.set("current/estimated_error", estimate.current);
      summary.set("current/relative_error", estimate.relative_current());

      const auto &pass = solver->accepted();
      slowest_rate     = pass.slowest_rate;
      weight_error     = pass.weight_error;
      summary.set("current/divergence_residual", pass.indicator);
      write_probes(law, a_case.observables, summary);
      write_levels();
      summary.set("solver/residual", pass.residual);
      if (slowest_rate > 0)
        summary.set("solver/slowest_rate", slowest_rate);
      else
        summary.set_null("solver/slowest_rate",
                         "only the direct solver estimates it, in more than "
                         "one dimension");
    }



    template <int dim>
    void StationaryRun<dim>::write_levels()
    {
      Summary::Json levels     = Summary::Json::array();
      unsigned int  iterations = 0, passes = 0;
      for (const auto &level : solver->levels())
        {
          iterations += level.iterations;
          passes += level.passes;
          Summary::Json entry = {{"cells", level.cells},
                                 {"dofs", level.dofs},
                                 {"indicator", level.indicator},
                                 {"passes", level.passes},
                                 {"error", nullptr},
                                 {"density_error", nullptr},
                                 {"current_error", nullptr}};
          if (level.estimate)
            {
              entry["error"]         = level.estimate->relative();
              entry["density_error"] = level.estimate->density;
              entry["current_error"] = level.estimate->relative_current();
            }
          levels.push_back(entry);
        }
      summary.set("solver/iterations", iterations);
      summary.set("solver/passes", passes);
      summary.set("solver/levels", levels);
      summary.set("solver/stopped_by", solver->stopped_by());
    }



    template <int dim>
    std::string StationaryRun<dim>::why_not_trusted() const
    {
      // Written so that a NaN is not trusted.
      if (!(negative_mass <= trusted_mass))
        return "the computed density is negative on a mass of " +
               to_text(negative_mass) + ", more than " + to_text(trusted_mass) +
               ": layers of the law are thinner than the mesh. Raise "
               "Domain/initial refinement, shrink the box, or raise "
               "Noise/isotropic floor";
      if (!(quadrature_error <= trusted_quadrature))
        return "the mass of the density changes by " +
               to_text(quadrature_error) + ", more than " +
               to_text(trusted_quadrature) +
               ", when it is integrated more finely: its peaks are narrower "
               "than the cells. Raise Domain/initial refinement or shrink the "
               "box";
      return "";
    }



    template <int dim>
    std::string StationaryRun<dim>::why_not_determined() const
    {
      return "the slowest relaxation has a rate of about " +
             to_text(std::max(0., slowest_rate)) +
             " per unit t: round-off leaves an error of about " +
             to_text(weight_error) +
             " in the weights of the wells (or whatever relaxes so slowly), "
             "more than " +
             to_text(trusted_weight_error) +
             ". Narrow the box to one well for its own law, or raise the noise";
    }



    template <int dim>
    void StationaryRun<dim>::write_fields()
    {
      const Law<dim> &law = solver->law();
      {
        const RunLog::Phase phase(log, "ParaView files");
        write_paraview(law, gibbs->reference, folder.path());
      }
      Summary::Json notes;
      notes["case"]       = a_case.name();
      notes["current_l1"] = summary.json()["current"]["l1"];
      if (gibbs->reference)
        notes["temperature"] = gibbs->reference->temperature;
      {
        const RunLog::Phase phase(log, "regular grid");
        write_picture_grid(
          law, gibbs->reference, a_case.variables, notes, folder.path());
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
      start_summary();
      for (const char *key : {"cells", "dofs"})
        summary.set(key, empty.json()[key]);
      // The shape of a result, with nulls: readers find every key.
      const std::vector<std::pair<std::string, std::vector<std::string>>>
        sections = {
          {"density",
           {"mass",
            "minimum",
            "maximum",
            "negative_mass",
            "boundary_mass",
            "estimated_error"}},
          {"current",
           {"l1", "estimated_error", "curl_l2", "velocity_curl_max"}},
          {"moments", {"mean", "covariance"}},
          {"free_energy",
           {"temperature", "energy", "entropy", "value", "gibbs_value"}},
          {"gibbs",
           {"temperature",
            "kl",
            "reverse_kl",
            "total_variation",
            "hellinger",
            "closest_temperature",
            "closest_kl",
            "nominal_temperature"}},
          {"detailed_balance", {"holds", "certificate", "entropy_production"}}};
      for (const auto &[section, keys] : sections)
        {
          for (const std::string &key : keys)
            summary.set(section + "/" + key, nullptr);
          summary.set(section + "_reason", reason);
        }
      for (const char *key : {"observables", "probes"})
        summary.set_null(key, reason);
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
