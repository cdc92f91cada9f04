// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/ensemble_run.h"

#include "base/progress.h"
#include "base/statistics_file.h"
#include "base/text.h"
#include "models/extreme_eigenvalues.h"
#include "postprocess/histogram.h"
#include "postprocess/unit_averages.h"
#include "solvers/case_run.h"
#include "solvers/ensemble.h"
#include "solvers/ensemble_functions.h"

#include <cmath>
#include <fstream>
#include <iomanip>
#include <sstream>

namespace sgdfp
{
  namespace
  {
    template <int dim>
    class EnsembleRun : public CaseRun<dim>
    {
    public:
      EnsembleRun(const MPI_Comm communicator, const Case &a_case, RunLog &log);

    private:
      using CaseRun<dim>::a_case;
      using CaseRun<dim>::communicator;
      using CaseRun<dim>::dynamics;
      using CaseRun<dim>::folder;
      using CaseRun<dim>::log;
      using CaseRun<dim>::loss;
      using CaseRun<dim>::observables;
      using CaseRun<dim>::summary;

      using State = typename Ensemble<dim>::State;

      std::string equation() const override;

      void answer() override;

      void set_nulls(const std::string &reason) override;

      std::string last_word() const override;

      /// Observables of the user, sharpness, batch_sharpness
      std::vector<std::string> names_of_functions() const;

      /// The values of the functions
      std::vector<double> values(const State &state) const;



      /// Advances, with rows of statistics.csv on the way.
      void advance(const std::uint64_t n_steps);

      void add_row();

      /// @throws Refusal
      void refuse_diverged() const;

      void average();



      /// @throws Refusal where the law still moves
      void judge_stationarity();

      void write_histogram();

      void write_samples();

      const EnsembleParameters      &parameters;
      const Chain<dim>               chain;
      const std::vector<std::string> further; ///< names_of_functions()
      const EnsembleFunctions        functions;

      Ensemble<dim>                   ensemble;
      Histogram<dim>                  histogram;
      std::unique_ptr<UnitAverages>   averages;
      std::unique_ptr<StatisticsFile> course;
      double                          seconds_of_steps = 0;
    };



    /// What Optimiser/drift corrects for, SGD does itself.
    OptimiserParameters optimiser_of_chain(const Case &a_case)
    {
      return a_case.chain.is_sgd() ? a_case.optimiser.plain() :
                                     a_case.optimiser;
    }



    template <int dim>
    EnsembleRun<dim>::EnsembleRun(const MPI_Comm communicator,
                                  const Case    &a_case,
                                  RunLog        &log)
      : CaseRun<dim>(communicator,
                     a_case,
                     optimiser_of_chain(a_case),
                     log,
                     "ensemble")
      , parameters(a_case.ensemble)
      , chain(a_case.chain,
              a_case.loss,
              a_case.optimiser,
              a_case.noise,
              this->loss,
              this->dynamics,
              a_case.folder(),
              communicator)
      , further(names_of_functions())
      , functions(a_case.variables, chain.has_momentum(), further)
      , ensemble(communicator, chain, parameters.chains, parameters.seed)
      , histogram(a_case.domain.lower, a_case.domain.upper, parameters.bins)
    {
      if (!a_case.domain.absorbing.empty())
        throw EntryError("Domain/absorbing",
                         a_case.domain.absorbing,
                         "chains of an ensemble are not killed",
                         "Clear the entry, or ask sgdfp-spectrum for exit "
                         "rates.");
      if (a_case.domain.extent == "auto")
        throw EntryError("Domain/extent",
                         a_case.domain.extent,
                         "the box is that of the histogram, and chains can "
                         "leave it",
                         "Give Domain/lower and upper, extent = given.");
      if (a_case.time.is_fractional())
        throw EntryError("Time/caputo order",
                         to_text(a_case.time.caputo_order),
                         "SGD in discrete steps has no fractional time",
                         "Set caputo order = 1.");
      if (a_case.initial_density.velocities != "rest")
        throw EntryError("Time/velocities",
                         a_case.initial_density.velocities,
                         "chains begin at rest",
                         "Set velocities = rest; a burn-in forgets it.");
    }



    template <int dim>
    std::vector<std::string> EnsembleRun<dim>::names_of_functions() const
    {
      std::vector<std::string> names = observables.names();
      const auto               add   = [&](const std::string &name) {
        // A user's function of the same name takes precedence.
        if (std::count(names.begin(), names.end(), name) == 0)
          names.push_back(name);
      };
      add("sharpness");
      if (dynamics.batch_sharpness() != nullptr)
        add("batch_sharpness");
      return names;
    }



    template <int dim>
    std::string EnsembleRun<dim>::equation() const
    {
      return std::string(parameters.is_stationary() ?
                           "stationary law of the chain  " :
                           "law after the last step of the chain  ") +
             chain.description() + ",  " + std::to_string(parameters.chains) +
             " chains";
    }



    template <int dim>
    std::vector<double> EnsembleRun<dim>::values(const State &state) const
    {
      std::vector<double> result(state.theta.begin_raw(),
                                 state.theta.begin_raw() + dim);
      if (functions.n_coordinates > dim)
        result.insert(result.end(),
                      state.velocity.begin_raw(),
                      state.velocity.begin_raw() + dim);
      result.push_back(loss->value(state.theta));
      for (const double value : observables.values(state.theta))
        result.push_back(value);
      for (std::size_t f = observables.names().size(); f < further.size(); ++f)
        if (further[f] == "sharpness")
          result.push_back(
            extreme_eigenvalues(loss->hessian(state.theta)).second);
        else
          result.push_back((*dynamics.batch_sharpness())(state.theta));
      return result;
    }



    template <int dim>
    void EnsembleRun<dim>::refuse_diverged() const
    {
      const std::uint64_t n = ensemble.n_diverged();
      if (n > 0)
        throw Refusal("diverged",
                      std::to_string(n) + " of " +
                        std::to_string(parameters.chains) +
                        " chains left every bound within " +
                        std::to_string(ensemble.step_number()) +
                        " steps: this learning rate has no law. Lower "
                        "Optimiser/learning rate or begin closer to a minimum");
    }



    template <int dim>
    void EnsembleRun<dim>::add_row()
    {
      refuse_diverged();
      std::vector<double> moments;
      ensemble.for_each([&](const State &state) {
        const std::vector<double> f = values(state);
        moments.resize(2 * f.size(), 0.);
        for (std::size_t i = 0; i < f.size(); ++i)
          {
            moments[2 * i] += f[i];
            moments[2 * i + 1] += f[i] * f[i];
          }
      });
      // A rank without chains
      moments.resize(2 * functions.size(), 0.);
      dealii::Utilities::MPI::sum(moments, communicator, moments);
      const double        n   = parameters.chains;
      std::vector<double> row = {ensemble.time(),
                                 static_cast<double>(ensemble.step_number())};
      for (std::size_t i = 0; i < moments.size(); i += 2)
        {
          const double mean = moments[i] / n;
          row.push_back(mean);
          row.push_back(std::sqrt(
            std::max(0., moments[i + 1] / n - mean * mean) / (n - 1)));
        }
      course->add(row);
    }



    template <int dim>
    void EnsembleRun<dim>::advance(const std::uint64_t n_steps)
    {
      const dealii::Timer timer;
      ensemble.advance(n_steps);
      seconds_of_steps += timer.wall_time();
    }



    template <int dim>
    void EnsembleRun<dim>::average()
    {
      constexpr std::uint64_t n_rows         = 50;
      const std::uint64_t     n_observations = parameters.n_observations();
      const std::uint64_t     stride =
        parameters.is_stationary() ? parameters.thinning : parameters.steps;
      const double n_steps =
        static_cast<double>(parameters.burn_in) +
        static_cast<double>(n_observations) * static_cast<double>(stride);
      Progress progress;
      {
        const RunLog::Phase phase(log, "burn-in");
        add_row();
        for (std::uint64_t r = 0; r < n_rows; ++r)
          {
            const std::uint64_t n =
              parameters.burn_in * (r + 1) / n_rows - ensemble.step_number();
            if (n == 0)
              continue;
            advance(n);
            add_row();
            progress.report("steps", ensemble.step_number() / n_steps, log);
          }
      }
      std::vector<double> reference;
      ensemble.for_each([&](const State &state) {
        if (state.chain == 0)
          reference = values(state);
      });
      // With fewer blocks of chains than ranks chain 0 may be on any of them.
      for (const auto &found :
           dealii::Utilities::MPI::all_gather(communicator, reference))
        if (!found.empty())
          reference = found;
      averages = std::make_unique<UnitAverages>(communicator,
                                                ensemble.n_local(),
                                                parameters.chains,
                                                parameters.n_observations(),
                                                functions.pairs(),
                                                reference);
      const RunLog::Phase phase(log, "chains and averages");
      const std::uint64_t every =
        std::max<std::uint64_t>(1, n_observations / n_rows);
      for (std::uint64_t k = 0; k < n_observations; ++k)
        {
          advance(stride);
          ensemble.for_each([&](const State &state) {
            averages->add(state.local, k, values(state));
            histogram.add(state.theta, state.chain % 2);
          });
          if ((k + 1) % every == 0 || k + 1 == n_observations)
            add_row();
          progress.report("steps", ensemble.step_number() / n_steps, log);
        }
      averages->finish();
      histogram.finish(communicator);
    }



    template <int dim>
    void EnsembleRun<dim>::judge_stationarity()
    {
      if (!parameters.is_stationary())
        return;
      // Of many functions one is beyond 3 by chance alone.
      constexpr double beyond_chance = 5;
      double           worst         = 0;
      for (unsigned int f = 0; f < functions.size(); ++f)
        {
          const double drift = std::abs(averages->drift(f));
          if (std::isnan(drift))
            {
              log.warn(
                "whether the law still moves is not known: that takes 16 "
                "chains or more");
              return;
            }
          worst = std::max(worst, drift);
        }
      summary.set("ensemble/drift", worst);
      if (worst > beyond_chance)
        throw Refusal("not stationary",
                      "between the first and the second half of the chains a "
                      "mean has moved by " +
                        to_text(worst) +
                        " standard deviations: the burn-in is too short, or "
                        "there is no stationary law. Raise Ensemble/burn in, "
                        "or ask for law = final");
      for (unsigned int i = 0; i < dim; ++i)
        {
          const double by_chain =
            averages->effective_samples(functions.pair(i, i)) /
            parameters.chains;
          constexpr double few = 3;
          if (by_chain < few)
            log.warn("a chain has seen only " + to_text(by_chain) +
                     " independent values of " + a_case.variables[i] +
                     ": what depends on where chains began may not be "
                     "forgotten. Raise Ensemble/burn in and steps");
        }
    }



    template <int dim>
    void EnsembleRun<dim>::write_samples()
    {
      if (parameters.samples == 0)
        return;
      std::ostringstream lines;
      lines << std::setprecision(17);
      ensemble.for_each([&](const State &state) {
        if (state.chain >= parameters.samples)
          return;
        lines << state.chain;
        for (unsigned int d = 0; d < dim; ++d)
          lines << ',' << state.theta[d];
        lines << '\n';
      });
      const auto all =
        dealii::Utilities::MPI::gather(communicator, lines.str());
      run_on_root(communicator, [&]() {
        std::ofstream file(folder.path() + "/samples.csv");
        file << "chain";
        for (const std::string &name : a_case.variables)
          file << ',' << name;
        file << '\n';
        for (const std::string &part : all)
          file << part;
        file.close();
        if (!file)
          throw UserError("Cannot write " + folder.path() + "/samples.csv.");
        return std::string();
      });
    }



    template <int dim>
    void EnsembleRun<dim>::write_histogram()
    {
      const RunLog::Phase phase(log, "histogram and ParaView files");
      Summary::Json       notes;
      notes["case"]      = a_case.name();
      notes["variables"] = a_case.variables;
      notes["chain"]     = chain.description();
      notes["chains"]    = parameters.chains;
      notes["burn_in"]   = parameters.burn_in * chain.time_step();
      notes["split"]     = histogram.split_total_variation();
      run_on_root(communicator, [&]() {
        histogram.write(folder.path() + "/histogram.npz", notes.dump());
        histogram.write_paraview(folder.path(),
                                 [this](const dealii::Point<dim> &theta) {
                                   return this->loss->value(theta);
                                 });
        return std::string();
      });
    }



    template <int dim>
    void EnsembleRun<dim>::answer()
    {
      log.say("Chain     " + chain.description());
      const InitialDensity<dim> density(a_case.initial_density,
                                        a_case.vocabulary());
      ensemble.start(density, a_case.domain.lower, a_case.domain.upper);
      std::vector<std::string> columns = {"time", "steps"};
      for (unsigned int f = 0; f < functions.size(); ++f)
        {
          columns.push_back(functions.name(f));
          columns.push_back(functions.name(f) + "_standard_error");
        }
      course =
        std::make_unique<StatisticsFile>(communicator,
                                         folder.path() + "/statistics.csv",
                                         columns);
      course->open();
      average();

      summary.set("ensemble/chain", chain.description());
      summary.set("ensemble/law", parameters.law);
      summary.set("ensemble/chains", parameters.chains);
      summary.set("ensemble/steps", ensemble.step_number());
      summary.set("ensemble/time", ensemble.time());
      summary.set("ensemble/samples", averages->n_samples());
      summary.set("ensemble/seed", parameters.seed);
      judge_stationarity();
      functions.summarise(*averages, summary);
      summary.set("density/outside_mass", histogram.outside_mass());
      summary.set("density/split_total_variation",
                  histogram.split_total_variation());
      const double seconds =
        dealii::Utilities::MPI::max(seconds_of_steps, communicator);
      const double ranks =
        dealii::Utilities::MPI::n_mpi_processes(communicator);
      summary.set("ensemble/steps_per_second_and_rank",
                  ensemble.step_number() * double(parameters.chains) / seconds /
                    ranks);
      write_histogram();
      write_samples();
      this->draw("plot_ensemble.py");
    }



    template <int dim>
    void EnsembleRun<dim>::set_nulls(const std::string &reason)
    {
      for (const char *path : {"moments/mean",
                               "moments/covariance",
                               "loss/mean",
                               "density/outside_mass"})
        summary.set_null(path, reason);
      for (const std::string &name : further)
        summary.set_null("observables/" + name + "/mean", reason);
    }



    template <int dim>
    std::string EnsembleRun<dim>::last_word() const
    {
      return functions.lines(*averages) + "  " +
             std::to_string(averages->n_samples()) +
             " samples, +- one standard error. Files in " + folder.path();
    }
  } // namespace



  ExitStatus answer_ensemble(const MPI_Comm communicator,
                             const Case    &a_case,
                             const bool     validate,
                             RunLog        &log)
  {
    return answer_case<EnsembleRun>(communicator, a_case, validate, log);
  }
} // namespace sgdfp
