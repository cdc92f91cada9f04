// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/transient_run.h"

#include "base/interruption.h"
#include "base/text.h"
#include "operators/projection.h"
#include "solvers/case_run.h"
#include "solvers/kinetic_course.h"
#include "solvers/log_of_law.h"
#include "solvers/previous_law.h"
#include "solvers/spectral_study.h"
#include "solvers/stationary_summary.h"
#include "solvers/transient_report.h"

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
      /// @return the nodal coefficients of the law at t = 0
      Vector begin_plain(const InitialDensity<dim> &initial);
      Vector begin_kinetic(const InitialDensity<dim> &initial);

      /// Refines the mesh until it knows the exit rate: the density is small
      /// where that is made, and says nothing of it.
      void prepare_for_killing();
      void start_from_checkpoint();
      /// @return what evolves
      std::vector<Vector> read_space(const Checkpoint::Json &state);
      void                make_solver();


      void write_checkpoint();

      TransientReport<dim> report() const;


      const bool                           wants_to_resume;
      Checkpoint                           checkpoint;
      bool                                 goes_on = false;
      std::unique_ptr<PreviousLaw<dim>>    previous;
      std::unique_ptr<EvolutionSpace<dim>> space;
      /// With momentum
      static constexpr unsigned int kinetic_dim = (dim < 3 ? dim : 2);
      std::unique_ptr<KineticCourse<kinetic_dim>> course;

      std::unique_ptr<Evolution<dim>>          solver;
      std::unique_ptr<TimeSeries<dim>>         series;
      const std::unique_ptr<const Region<dim>> absorbing;
      /// At t = 0: a uniform density has mass at the boundary.
      double                              first_boundary_mass = 0;
      ExitRate                            exit;
      std::unique_ptr<const Interruption> interruption;

      double last_checkpoint = 0;
    };



    template <int dim>
    TransientRun<dim>::TransientRun(const MPI_Comm communicator,
                                    const Case    &a_case,
                                    const bool     resume,
                                    RunLog        &log)
      : CaseRun<dim>(communicator, a_case, log, "transient")
      , wants_to_resume(resume)
      , checkpoint(communicator, folder.path())
      , absorbing(make_absorbing<dim>(a_case))
    {}



    template <int dim>
    std::string TransientRun<dim>::equation() const
    {
      const std::string absorbed =
        (absorbing ?
           absorbing->text + (absorbing->is_boundary() ? "" : " >= 0") :
           "");
      return equation_in_time(a_case,
                              this->current_drift(),
                              dynamics.jumps() != nullptr,
                              absorbed);
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
      if (a_case.initial_density.type == "run" &&
          a_case.optimiser.is_underdamped())
        throw EntryError("Time/initial density",
                         "run",
                         "with momentum a law has velocities too, which no "
                         "other run can give",
                         "Use gaussian or expression.");
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
      interruption = std::make_unique<const Interruption>();
      start();
      while (!solver->is_finished())
        {
          solver->advance();
          if (solver->mesh_has_changed())
            series->prepare();
          series->record();
          const int  signal = interruption->signal(communicator);
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
      report().write(observables, first_boundary_mass, summary);
      if (course)
        course->report(summary);
      this->write_samples(space->law(space->given_survival(solver->density())));
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
      log.say("Start     " + (previous ? "the last law of " + a_case.time.run :
                                         initial.description()));
      const Vector P =
        (a_case.optimiser.is_underdamped() ? begin_kinetic(initial) :
                                             begin_plain(initial));
      if (space->stationary() == nullptr)
        log.say("Stationary law  none to compare with: " +
                space->why_no_stationary());

      log.say(
        "Mesh      Q" + std::to_string(a_case.discretisation.degree) + ", " +
        std::to_string(discretisation->mesh->n_global_active_cells()) +
        " cells, " + std::to_string(discretisation->dof_handler.n_dofs()) +
        " unknowns");
      solver->start(P);
      series->start();
      first_boundary_mass = series->boundary_mass();
      write_checkpoint();
    }



    template <int dim>
    Vector TransientRun<dim>::begin_plain(const InitialDensity<dim> &initial)
    {
      if (absorbing)
        prepare_for_killing();
      auto  plain = std::make_unique<TransientSpace<dim>>(*discretisation,
                                                         dynamics,
                                                         a_case.discretisation,
                                                         a_case.solver,
                                                         log,
                                                         absorbing.get());
      auto &own   = *plain;
      space       = std::move(plain);
      own.find();
      make_solver();
      const auto start = [&]() {
        return previous ? previous->project(*discretisation, own.generator()) :
                          project(initial, *discretisation, own.generator());
      };
      return own.start(start, [&](const Vector &nodal) {
        return solver->preview(nodal);
      });
    }



    template <int dim>
    Vector TransientRun<dim>::begin_kinetic(const InitialDensity<dim> &initial)
    {
      if constexpr (dim < 3)
        {
          const auto start = [&](const Discretisation<dim> &mesh) {
            return initial_moments(initial, mesh);
          };
          log.say("Courses   to find mesh and Hermite degree");
          course = std::make_unique<KineticCourse<dim>>(
            *discretisation, dynamics, a_case, absorbing.get(), log);
          course->find(start, [&]() {
            if (const int signal = interruption->signal(communicator))
              {
                log.warn("Interrupted before t = 0, where mesh and Hermite "
                         "degree are looked for: there is nothing to resume.");
                throw Interrupted{signal};
              }
          });
          auto kinetic = course->space();
          kinetic->find_stationary();
          const Vector P =
            kinetic->start(start, a_case.discretisation.tolerance);
          exit.survival_error = course->survival_error();
          space               = std::move(kinetic);
          make_solver();
          return P;
        }
      (void)initial;
      Assert(false, dealii::ExcInternalError());
      return Vector();
    }



    template <int dim>
    void TransientRun<dim>::prepare_for_killing()
    {
      fit_mesh(*discretisation, absorbing->edges(discretisation->box));
      // With jumps the mesh is that of the case.
      if (!dynamics.is_local())
        return;
      log.say("Exits     a mesh for them");
      const SpectralSets<dim> sets(a_case);
      const auto l = find_log_of_law(*discretisation, dynamics, a_case, log);
      SpectralStudy<dim> study(*discretisation, dynamics, a_case, sets, log);
      study.solve(l.get());
      exit.rate = study.answers().killed->exit_rate();
      // On a mesh of this degree, cut cells killed: the answer is the mean of
      // both ways.
      exit.error = 2 * study.errors().front();
    }



    template <int dim>
    void TransientRun<dim>::start_from_checkpoint()
    {
      const Checkpoint::Json state  = checkpoint.read(a_case.physics());
      DomainParameters       coarse = domain;
      discretisation = make_mesh_to_load<dim>(communicator, a_case, coarse);
      const std::vector<Vector> vectors = read_space(state);
      make_solver();
      solver->resume(state.at("solver"), vectors);
      first_boundary_mass = state.at("first_boundary_mass").get<double>();
      if (absorbing)
        {
          const auto numbers = state.at("exit").get<std::vector<double>>();
          exit               = {numbers[0], numbers[1], numbers[2]};
        }
      series->resume(state);
      log.say("Resume    at t = " + to_text(solver->time()) + ", step " +
              std::to_string(solver->n_steps));
    }



    template <int dim>
    std::vector<Vector>
    TransientRun<dim>::read_space(const Checkpoint::Json &state)
    {
      const auto n_vectors = state.at("vectors").get<unsigned int>();
      const auto reason    = state.at("no_stationary_law").get<std::string>();
      if constexpr (dim < 3)
        if (a_case.optimiser.is_underdamped())
          {
            course = std::make_unique<KineticCourse<dim>>(
              *discretisation, dynamics, a_case, absorbing.get(), log);
            const auto functions =
              course->read(state.at("course"), n_vectors, checkpoint.latest());
            auto       kinetic = course->space();
            const auto vectors = kinetic->restore(functions, reason);
            space              = std::move(kinetic);
            return vectors;
          }
      auto       plain = std::make_unique<TransientSpace<dim>>(*discretisation,
                                                         dynamics,
                                                         a_case.discretisation,
                                                         a_case.solver,
                                                         log,
                                                         absorbing.get());
      const auto vectors =
        plain->load(n_vectors,
                    checkpoint.latest(),
                    state.at("trial_space").get<std::string>(),
                    reason);
      space = std::move(plain);
      return vectors;
    }



    template <int dim>
    void TransientRun<dim>::make_solver()
    {
      solver = make_evolution(
        *space, a_case.time, a_case.solver, dynamics.step(), log);
      series = std::make_unique<TimeSeries<dim>>(
        a_case, *loss, observables, *space, *solver, folder.path(), log);
    }



    template <int dim>
    void TransientRun<dim>::write_checkpoint()
    {
      const RunLog::Phase       phase(log, "checkpoints");
      const std::string         path    = checkpoint.begin();
      const std::vector<Vector> vectors = solver->vectors();
      space->save(vectors, path);
      Checkpoint::Json state;
      state["vectors"]             = vectors.size();
      state["time"]                = solver->time();
      state["lower"]               = domain.lower;
      state["upper"]               = domain.upper;
      state["trial_space"]         = space->kind();
      state["no_stationary_law"]   = space->why_no_stationary();
      state["solver"]              = solver->state();
      state["first_boundary_mass"] = first_boundary_mass;
      if (absorbing)
        state["exit"] = {exit.rate, exit.error, exit.survival_error};
      if (course)
        state["course"] = course->state();
      series->save(state);
      checkpoint.commit(state, a_case.physics());
      last_checkpoint = log.seconds();
    }



    template <int dim>
    TransientReport<dim> TransientRun<dim>::report() const
    {
      return TransientReport<dim>(
        a_case, *space, *solver, *series, absorbing.get(), exit, log);
    }



    template <int dim>
    std::string TransientRun<dim>::last_word() const
    {
      return report().findings(folder.path());
    }



    template <int dim>
    void TransientRun<dim>::set_nulls(const std::string &reason)
    {
      sgdfp::set_nulls(reason, summary);
      for (const char *key : {"stationary/kl", "time/steps"})
        summary.set_null(key, reason);
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
