// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/sweep_work.h"

#include "base/interruption.h"
#include "base/progress.h"
#include "solvers/ensemble_run.h"
#include "solvers/law_of_run.h"
#include "solvers/minimum_stability.h"
#include "solvers/spectrum_run.h"
#include "solvers/stationary_run.h"
#include "solvers/transient_run.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <sstream>

namespace sgdfp
{
  namespace fs = std::filesystem;
  using Json   = Summary::Json;

  namespace
  {
    /// On one rank.
    RunOutcome::State earlier_state(const SweepRun &run)
    {
      const fs::path  folder = run.folder;
      std::error_code ignored;
      if (!fs::exists(folder / "parameters.prm", ignored))
        return RunOutcome::open;
      Case earlier;
      try
        {
          earlier.read(MPI_COMM_SELF, (folder / "parameters.prm").string(), {});
        }
      catch (const UserError &)
        {
          return RunOutcome::open; // of another version
        }
      if (earlier.physics() != run.a_case->physics())
        return RunOutcome::open;
      if (fs::exists(folder / "summary.json", ignored))
        return RunOutcome::answered;
      return run.question == "transient" ? RunOutcome::resumable :
                                           RunOutcome::open;
    }



    Json to_json(const RunOutcome &outcome)
    {
      return {{"state", static_cast<int>(outcome.state)},
              {"status", outcome.status},
              {"reason", outcome.reason},
              {"seconds", outcome.seconds}};
    }



    RunOutcome from_json(const Json &json)
    {
      RunOutcome outcome;
      outcome.state =
        static_cast<RunOutcome::State>(json.at("state").get<int>());
      json.at("status").get_to(outcome.status);
      json.at("reason").get_to(outcome.reason);
      json.at("seconds").get_to(outcome.seconds);
      return outcome;
    }



    void
    set(const std::string &key, const SweepNumber &number, Summary &summary)
    {
      if (number.value)
        summary.set(key, *number.value);
      else
        summary.set_null(key, number.reason);
    }



    /// "[3/18] heavy tails, stationary: ok, 4.1 s"
    std::string progress_line(const std::size_t i,
                              const std::size_t n,
                              const SweepRun   &run,
                              const RunOutcome &outcome)
    {
      std::ostringstream out;
      out << '[' << i << '/' << n << "] " << run.name << ": " << outcome.status
          << ", " << std::fixed << std::setprecision(1) << outcome.seconds
          << " s";
      return out.str();
    }
  } // namespace



  SweepWork::SweepWork(const MPI_Comm     communicator,
                       const SweepPlan   &plan,
                       const unsigned int ranks_per_run,
                       const bool         quiet)
    : communicator(communicator)
    , plan(plan)
    , quiet(quiet)
    , groups(communicator, ranks_per_run)
    , list(plan.runs.size())
  {
    look_for_done();
  }



  void SweepWork::look_for_done()
  {
    const std::string states = run_on_root(communicator, [&]() {
      std::string digits;
      for (const SweepRun &run : plan.runs)
        digits += std::to_string(static_cast<int>(earlier_state(run)));
      return digits;
    });
    for (std::size_t i = 0; i < list.size(); ++i)
      {
        list[i].state = static_cast<RunOutcome::State>(states[i] - '0');
        if (list[i].state == RunOutcome::answered)
          list[i].status = "done before";
      }
  }



  void SweepWork::ask(const SweepRun &run, const bool validate, RunLog &log)
  {
    const Case    &a_case = *run.a_case;
    const MPI_Comm group  = groups.group();
    const bool     can_go_on =
      (list[&run - plan.runs.data()].state == RunOutcome::resumable);
    a_case.with_places([&]() {
      if (run.question == "stationary")
        answer_stationary(group, a_case, validate, log);
      else if (run.question == "spectrum")
        answer_spectrum(group, a_case, validate, log);
      else if (run.question == "ensemble")
        answer_ensemble(group, a_case, validate, log);
      else
        answer_transient(group, a_case, validate, can_go_on, log);
    });
  }



  RunOutcome SweepWork::attempt(const SweepRun &run, const bool validate)
  {
    RunLog     silent(groups.group(), RunLog::Screen::nothing);
    RunOutcome outcome;
    outcome.state  = RunOutcome::answered;
    outcome.status = "ok";
    const auto end = [&](const RunOutcome::State state,
                         const std::string      &status,
                         const std::string      &reason) {
      outcome.state  = state;
      outcome.status = status;
      outcome.reason = reason;
    };
    try
      {
        ask(run, validate, silent);
      }
    catch (const Refusal &refusal)
      {
        end(RunOutcome::answered, refusal.status, refusal.what());
      }
    catch (const UserError &error)
      {
        end(RunOutcome::impossible, "not possible", error.what());
      }
    catch (const SolverFailure &failure)
      {
        end(RunOutcome::failed, "solver failure", failure.what());
      }
    catch (const Interrupted &interrupted)
      {
        end(RunOutcome::open, "interrupted", "");
        signal = interrupted.signal;
        groups.stop();
      }
    catch (const std::exception &error)
      {
        // Perhaps on this rank alone.
        if (groups.size() > 1)
          throw;
        end(RunOutcome::failed, "internal error", error.what());
      }
    outcome.seconds = silent.seconds();
    return outcome;
  }



  void SweepWork::share(std::vector<Json> &values) const
  {
    Json mine = Json::array();
    if (groups.is_leader())
      for (std::size_t i = 0; i < values.size(); ++i)
        if (!values[i].is_null())
          mine.push_back({{"item", i}, {"value", values[i]}});
    for (const std::string &text : dealii::Utilities::MPI::all_gather(
           communicator,
           mine.dump(-1, ' ', false, Json::error_handler_t::replace)))
      for (const Json &entry : Json::parse(text))
        values[entry.at("item").get<std::size_t>()] = entry.at("value");
  }



  void SweepWork::share(const std::vector<std::size_t> &numbers,
                        const std::vector<RunOutcome>  &mine)
  {
    std::vector<Json> values(numbers.size());
    for (std::size_t i = 0; i < numbers.size(); ++i)
      if (!mine[i].status.empty())
        values[i] = to_json(mine[i]);
    share(values);
    for (std::size_t i = 0; i < numbers.size(); ++i)
      if (!values[i].is_null())
        list[numbers[i]] = from_json(values[i]);
  }



  void SweepWork::check(const bool all)
  {
    std::vector<std::size_t> numbers;
    for (std::size_t i = 0; i < list.size(); ++i)
      if (all || list[i].state != RunOutcome::answered)
        numbers.push_back(i);
    std::vector<RunOutcome> mine(numbers.size());
    groups.hand_out(numbers.size(), [&](const std::size_t i) {
      mine[i] = attempt(plan.runs[numbers[i]], /*validate=*/true);
    });
    std::vector<RunOutcome> before = list;
    share(numbers, mine);
    if (!all)
      for (const std::size_t i : numbers)
        if (list[i].state != RunOutcome::impossible)
          list[i] = before[i];
  }



  void SweepWork::compute(RunLog &log)
  {
    std::vector<std::size_t> numbers;
    for (std::size_t i = 0; i < list.size(); ++i)
      if (list[i].state == RunOutcome::open ||
          list[i].state == RunOutcome::resumable)
        numbers.push_back(i);
    std::vector<RunOutcome> mine(numbers.size());
    const Progress          progress;
    groups.hand_out(numbers.size(), [&](const std::size_t i) {
      const SweepRun &run = plan.runs[numbers[i]];
      mine[i]             = attempt(run, /*validate=*/false);
      const std::size_t n = groups.count_finished();
      // The log is that of the first rank, and what it says is late.
      if (groups.is_leader() && !quiet)
        {
          const std::string to_go =
            progress.to_go(static_cast<double>(n) / numbers.size());
          std::cout << progress_line(n, numbers.size(), run, mine[i])
                    << (to_go.empty() ? "" : ", ") << to_go << std::endl;
        }
    });
    share(numbers, mine);
    for (std::size_t i = 0; i < numbers.size(); ++i)
      log.note(progress_line(
        i + 1, numbers.size(), plan.runs[numbers[i]], list[numbers[i]]));
    signal = dealii::Utilities::MPI::max(signal, communicator);
    if (signal != 0)
      throw Interrupted{signal};
  }



  void SweepWork::compare_with_chain(const std::size_t row, Summary &numbers)
  {
    const SweepRun   *chain = plan.find(0, "ensemble");
    const SweepRun   *law   = plan.find(row, "stationary");
    std::string       reason;
    const std::string keys[] = {"chain_total_variation",
                                "chain_total_variation_bias"};
    for (const SweepRun *run : {chain, law})
      if (run == nullptr)
        reason = "sgdfp-stationary is not asked";
      else if (const RunOutcome &outcome = list[run - plan.runs.data()];
               outcome.state != RunOutcome::answered)
        reason = run->name + ": " + outcome.reason;
    if (reason.empty())
      try
        {
          RunLog     silent(groups.group(), RunLog::Screen::nothing);
          const Json distance =
            compare_folders(groups.group(), chain->folder, law->folder, silent);
          numbers.set(keys[0], distance.at("total_variation"));
          numbers.set(keys[1], distance.at("total_variation_bias"));
          return;
        }
      catch (const UserError &error)
        {
          reason = error.what();
        }
      catch (const SolverFailure &failure)
        {
          reason = failure.what();
        }
    for (const std::string &key : keys)
      numbers.set_null(key, reason);
  }



  std::vector<Json> SweepWork::own_numbers(const bool with_chain)
  {
    std::vector<Json> numbers(plan.rows.size());
    groups.hand_out(plan.rows.size(), [&](const std::size_t row) {
      Summary                    summary;
      const Case                &a_case    = *plan.first_run(row).a_case;
      const OptimiserParameters &optimiser = a_case.optimiser;
      summary.set("time_per_step",
                  optimiser.is_underdamped() ?
                    std::sqrt(optimiser.learning_rate) :
                    optimiser.learning_rate);
      SweepNumber stability;
      try
        {
          stability = stability_of_minimum(groups.group(), a_case);
        }
      catch (const UserError &error)
        {
          stability.reason = error.what();
        }
      set("stability", stability, summary);
      if (with_chain && !plan.rows[row].is_cell())
        compare_with_chain(row, summary);
      numbers[row] = summary.json();
    });
    share(numbers);
    return numbers;
  }



  const std::vector<RunOutcome> &SweepWork::outcomes() const
  {
    return list;
  }
} // namespace sgdfp
