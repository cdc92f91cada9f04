// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/transient_run.h"

#include "base/interruption.h"
#include "base/text.h"
#include "operators/projection.h"
#include "postprocess/current_statistics.h"
#include "postprocess/density_statistics.h"
#include "solvers/case_run.h"
#include "solvers/previous_law.h"
#include "solvers/stationary_summary.h"
#include "solvers/time_series.h"
#include "solvers/trust.h"

#include <cmath>
#include <iomanip>
#include <sstream>

namespace sgdfp
{
  namespace
  {
    template <int dim>
    class TransientRun : public CaseRun<dim>
    {
    public:
      TransientRun(const MPI_Comm communicator,
                   const Case    &a_case,
                   const bool     resume,
                   RunLog        &log);

    private:
      using CaseRun<dim>::a_case;
      using CaseRun<dim>::communicator;
      using CaseRun<dim>::discretisation;
      using CaseRun<dim>::domain;
      using CaseRun<dim>::dynamics;
      using CaseRun<dim>::folder;
      using CaseRun<dim>::log;
      using CaseRun<dim>::loss;
      using CaseRun<dim>::observables;
      using CaseRun<dim>::summary;

      std::string equation() const override;

      void begin() override;

      std::function<void(const dealii::Point<dim> &)>
      check_of_points() const override;

      bool resumes() const override;

      bool is_complete() const override;

      void answer() override;

      void set_nulls(const std::string &reason) override;

      std::string last_word() const override;

      /// From t = 0, or from the last checkpoint.
      void start();
      void start_anew();
      void start_from_checkpoint();
      void make_solver();

      void write_checkpoint();

      void read_off();

      const bool                            wants_to_resume;
      Checkpoint                            checkpoint;
      bool                                  goes_on = false;
      std::unique_ptr<PreviousLaw<dim>>     previous;
      std::unique_ptr<TransientSpace<dim>>  space;
      std::unique_ptr<TransientSolver<dim>> solver;
      std::unique_ptr<TimeSeries<dim>>      series;
      /// At t = 0: a uniform density has mass at the boundary.
      double first_boundary_mass = 0;
      double last_checkpoint     = 0;
    };



    template <int dim>
    TransientRun<dim>::TransientRun(const MPI_Comm communicator,
                                    const Case    &a_case,
                                    const bool     resume,
                                    RunLog        &log)
      : CaseRun<dim>(communicator, a_case, log, "transient")
      , wants_to_resume(resume)
      , checkpoint(communicator, folder.path())
    {
      if (!a_case.domain.absorbing.empty())
        throw EntryError("Domain/absorbing",
                         a_case.domain.absorbing,
                         "sgdfp-transient knows no killing",
                         "Ask sgdfp-spectrum for exit rates, quasi-stationary "
                         "laws and first passage times, or clear the entry.");
    }



    template <int dim>
    std::string TransientRun<dim>::equation() const
    {
      const bool jumps = (dynamics.jumps() != nullptr);
      return "law p(t) of  d theta = b dt + sqrt(2 D) dW" +
             std::string(jumps ? " + sigma dZ" : "") + ":  d_t p = -div J" +
             (jumps ? " - (-Lap)^(alpha/2)(sigma^alpha p)" : "") +
             ",  J = " + this->current_drift() +
             " - D grad p,  until t = " + to_text(a_case.time.end_time);
    }



    template <int dim>
    void TransientRun<dim>::begin()
    {
      if (domain.extent == "auto")
        throw EntryError("Domain/extent",
                         "auto",
                         "the box of a law in time is not searched for: it "
                         "holds the law at every moment",
                         "Give Domain/lower and upper.");
      goes_on = wants_to_resume && checkpoint.exists();
      if (wants_to_resume && !goes_on)
        log.say("Resume    there is no checkpoint in " + folder.path() +
                " yet: the run begins at t = 0");
      if (goes_on)
        checkpoint.read(a_case.physics()); // of this case, or an error
      this->prepare();
      if (a_case.initial_density.type == "run" && !goes_on)
        previous = std::make_unique<PreviousLaw<dim>>(communicator,
                                                      a_case.time.run,
                                                      log);
    }



    template <int dim>
    std::function<void(const dealii::Point<dim> &)>
    TransientRun<dim>::check_of_points() const
    {
      return [initial = InitialDensity<dim>(a_case.initial_density,
                                            a_case.vocabulary())](
               const dealii::Point<dim> &theta) { initial(theta); };
    }



    template <int dim>
    bool TransientRun<dim>::resumes() const
    {
      return goes_on;
    }



    template <int dim>
    bool TransientRun<dim>::is_complete() const
    {
      return goes_on && folder.is_complete();
    }



    template <int dim>
    void TransientRun<dim>::answer()
    {
      const Interruption interruption;
      start();
      while (!solver->is_finished())
        {
          solver->advance();
          if (solver->mesh_has_changed())
            series->prepare();
          series->record();
          const int  signal = interruption.signal(communicator);
          const bool is_due =
            dealii::Utilities::MPI::max(log.seconds() - last_checkpoint,
                                        communicator) >=
            a_case.time.checkpoint_interval;
          if (solver->is_finished() || is_due || signal != 0)
            write_checkpoint();
          if (signal != 0)
            {
              log.warn("Interrupted at t = " + to_text(solver->time()) +
                       ", after a checkpoint. `--resume` goes on from there.");
              throw Interrupted{signal};
            }
        }
      read_off();
      this->draw("plot_time.py");
    }



    template <int dim>
    void TransientRun<dim>::start()
    {
      if (goes_on)
        start_from_checkpoint();
      else
        start_anew();
      last_checkpoint = log.seconds();
    }



    template <int dim>
    void TransientRun<dim>::start_anew()
    {
      const InitialDensity<dim> initial(a_case.initial_density,
                                        a_case.vocabulary());
      space = std::make_unique<TransientSpace<dim>>(
        *discretisation, dynamics, a_case.discretisation, a_case.solver, log);
      space->find();
      if (space->stationary() == nullptr)
        log.say("Stationary law  none to compare with: " +
                space->why_no_stationary());
      log.say("Start     " + (previous ? "the last law of " + a_case.time.run :
                                         initial.description()));
      const Vector P = space->start([&]() {
        return previous ?
                 previous->project(*discretisation, space->generator()) :
                 project(initial, *discretisation, space->generator());
      });
      log.say(
        "Mesh      Q" + std::to_string(a_case.discretisation.degree) + ", " +
        std::to_string(discretisation->mesh->n_global_active_cells()) +
        " cells, " + std::to_string(discretisation->dof_handler.n_dofs()) +
        " unknowns");
      make_solver();
      solver->start(P);
      series->start();
      first_boundary_mass = series->boundary_mass();
      write_checkpoint();
    }



    template <int dim>
    void TransientRun<dim>::start_from_checkpoint()
    {
      const Checkpoint::Json state  = checkpoint.read(a_case.physics());
      DomainParameters       coarse = domain;
      coarse.initial_refinement     = 0;
      discretisation =
        std::make_unique<Discretisation<dim>>(communicator,
                                              ParameterBox<dim>(coarse),
                                              a_case.discretisation.degree);
      space = std::make_unique<TransientSpace<dim>>(
        *discretisation, dynamics, a_case.discretisation, a_case.solver, log);
      const Vector P =
        space->load(checkpoint.latest(),
                    state.at("trial_space").get<std::string>(),
                    state.at("no_stationary_law").get<std::string>());
      make_solver();
      solver->resume(state.at("solver"), P);
      first_boundary_mass = state.at("first_boundary_mass").get<double>();
      series->resume(state);
      log.say("Resume    at t = " + to_text(solver->time()) + ", step " +
              std::to_string(solver->n_steps));
    }



    template <int dim>
    void TransientRun<dim>::make_solver()
    {
      solver = std::make_unique<TransientSolver<dim>>(*space,
                                                      a_case.time,
                                                      a_case.solver,
                                                      log);
      series = std::make_unique<TimeSeries<dim>>(
        a_case, *loss, observables, *space, *solver, folder.path(), log);
    }



    template <int dim>
    void TransientRun<dim>::write_checkpoint()
    {
      const RunLog::Phase phase(log, "checkpoints");
      const std::string   path = checkpoint.begin();
      space->save(solver->density(), path);
      Checkpoint::Json state;
      state["time"]                = solver->time();
      state["lower"]               = domain.lower;
      state["upper"]               = domain.upper;
      state["trial_space"]         = space->kind();
      state["no_stationary_law"]   = space->why_no_stationary();
      state["solver"]              = solver->state();
      state["first_boundary_mass"] = first_boundary_mass;
      series->save(state);
      checkpoint.commit(state, a_case.physics());
      last_checkpoint = log.seconds();
    }



    template <int dim>
    void TransientRun<dim>::read_off()
    {
      const Law<dim>         law = space->law(solver->density());
      DensityStatistics<dim> density(law);
      CurrentStatistics<dim> current(law);
      run_postprocessors<dim>(law, {&density, &current, &observables}, summary);
      if (dynamics.jumps() != nullptr)
        {
          const Summary::Json keys = summary.json()["current"];
          for (const auto &[key, value] : keys.items())
            summary.set_null("current/" + key,
                             "jumps have no local current: J is the drift and "
                             "Gaussian part");
        }
      const double at_boundary = boundary_mass(law);
      summary.set("density/boundary_mass", at_boundary);
      summary.set("density/estimated_error",
                  solver->time_error + solver->space_error);
      write_probes(law, a_case.observables, summary);

      summary.set("cells", discretisation->mesh->n_global_active_cells());
      summary.set("dofs", discretisation->dof_handler.n_dofs());
      const auto set = [&](const std::string &path,
                           const std::string &column,
                           const std::string &why) {
        if (std::isnan(series->last(column)))
          summary.set_null(path, why);
        else
          summary.set(path, series->last(column));
      };
      const std::string &why_no_reference = series->why_no_reference();
      set("free_energy/energy", "energy", heavy_tail);
      summary.set("free_energy/entropy", series->last("entropy"));
      set("free_energy/value", "free_energy", why_no_reference);
      if (const auto &reference = series->reference())
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
          space->stationary() == nullptr ?
            space->why_no_stationary() :
            "too much of the probability is where the stationary "
            "law is below what its solve resolves");

      summary.set("time/end", solver->time());
      summary.set("time/steps", solver->n_steps);
      summary.set("time/rejected_steps", solver->n_rejected);
      summary.set("time/meshes", solver->n_meshes);
      summary.set("time/factorisations", solver->state().at("factorisations"));
      summary.set("time/tolerance", a_case.time.tolerance);
      summary.set("time/estimated_error", solver->time_error);
      summary.set("density/mesh_error", solver->space_error);
      summary.set("solver/trial_space", space->kind());

      const double trusted =
        std::max(trusted_boundary_mass, first_boundary_mass);
      if (!(at_boundary <= trusted))
        throw Refusal("mass at the boundary",
                      to_text(at_boundary) +
                        " of the probability is within 1 % of the boundary of "
                        "the box at t = " +
                        to_text(solver->time()) +
                        ": the box holds it back. Enlarge Domain/lower and "
                        "upper, or end earlier");
      const double allowed =
        std::max(trusted_negative_mass, a_case.time.tolerance);
      if (!(density.negative_mass <= allowed))
        throw Refusal("not resolved",
                      "the computed density is negative on a mass of " +
                        to_text(density.negative_mass) +
                        " at t = " + to_text(solver->time()) + ", more than " +
                        to_text(allowed) +
                        ": raise Discretisation/maximum cells or "
                        "Domain/initial refinement");
      if (solver->space_error > a_case.discretisation.tolerance)
        log.warn("the mesh did not carry the density to "
                 "Discretisation/tolerance at every time: estimated error " +
                 to_text(solver->space_error));
    }



    template <int dim>
    void TransientRun<dim>::set_nulls(const std::string &reason)
    {
      sgdfp::set_nulls(reason, summary);
      for (const char *key : {"stationary/kl", "time/steps"})
        summary.set_null(key, reason);
    }



    template <int dim>
    std::string TransientRun<dim>::last_word() const
    {
      std::ostringstream text;
      text << std::setprecision(6) << "  Findings at t = " << solver->time()
           << "\n  Energy                 "
           << (std::isnan(series->last("energy")) ?
                 "undefined" :
                 to_text(series->last("energy")))
           << "\n  Entropy                " << series->last("entropy") << '\n';
      if (const auto &reference = series->reference())
        text << "  Free energy            " << series->last("free_energy")
             << "  at T = " << reference->temperature
             << "\n  KL(p|Gibbs)            " << series->last("kl_to_gibbs")
             << '\n';
      if (!std::isnan(series->last("kl_to_stationary")))
        text << "  KL(p|stationary law)   " << series->last("kl_to_stationary")
             << '\n';
      text << std::setprecision(2) << "  Estimated error        "
           << solver->time_error + solver->space_error << " in L1 (steps "
           << solver->time_error << ", mesh " << solver->space_error
           << ")\n  Steps                  " << solver->n_steps << ", rejected "
           << solver->n_rejected << ", meshes " << solver->n_meshes
           << "\n  Files                  " << folder.path()
           << " (statistics.csv, solution.pvd for ParaView, summary.json)\n";
      return text.str();
    }
  } // namespace



  ExitStatus answer_transient(const MPI_Comm communicator,
                              const Case    &a_case,
                              const bool     validate,
                              const bool     resume,
                              RunLog        &log)
  {
    switch (a_case.dimension)
      {
        case 1:
          return TransientRun<1>(communicator, a_case, resume, log)
            .run(validate);
        case 2:
          return TransientRun<2>(communicator, a_case, resume, log)
            .run(validate);
        default:
          return TransientRun<3>(communicator, a_case, resume, log)
            .run(validate);
      }
  }
} // namespace sgdfp
