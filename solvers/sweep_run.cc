// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/sweep_run.h"

#include "base/run_folder.h"
#include "base/version.h"
#include "postprocess/figures.h"
#include "solvers/sweep_table.h"
#include "solvers/sweep_work.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace sgdfp
{
  namespace fs = std::filesystem;
  using Json   = Summary::Json;

  namespace
  {
    /// {} where there is none.
    Json read_summary(const std::string &folder)
    {
      std::ifstream in(fs::path(folder) / "summary.json");
      const Json    json = Json::parse(in, nullptr, false);
      return json.is_object() ? json : Json::object();
    }



    void write_file(const fs::path &file, const std::string &text)
    {
      std::ofstream out(file);
      out << text;
      out.close();
      if (!out)
        throw UserError("Cannot write '" + file.string() +
                        "'. Check the free space.");
    }



    class Sweep
    {
    public:
      Sweep(const MPI_Comm     communicator,
            const Case        &a_case,
            const CommandLine &line,
            RunLog            &log)
        : communicator(communicator)
        , a_case(a_case)
        , line(line)
        , log(log)
        , plan(plan_sweep(communicator, a_case, line.case_file, line.overrides))
        , work(communicator, plan, a_case.sweep.ranks_per_run, line.quiet)
        , folder(
            communicator,
            plan.folder,
            {"summary.json", "ledger.csv", "ledger.md", "phase.csv", "figures"})
      {}

      ExitStatus run();

    private:
      void announce() const;

      /// What cannot be asked.
      /// @throws UserError where that is the case as given, or everything
      void report_checks() const;

      /// One row of the tables, on the first rank.
      Json row(const std::size_t number, const Json &own_numbers) const;

      /// The part of a row that the run of one question is.
      void report_run(const SweepRun &run, Summary &row) const;

      void fill_tables();

      void write_tables() const;

      void draw() const;

      void say_what_is_missing() const;

      /// Whether a solver did not deliver.
      bool has_failed() const;

      Summary summarise() const;

      const MPI_Comm     communicator;
      const Case        &a_case;
      const CommandLine &line;
      RunLog            &log;
      const SweepPlan    plan;
      SweepWork          work;
      const RunFolder    folder;
      SweepTable         ledger{{}};
      SweepTable         phase{names_of_axes()};
      unsigned int       n_without_answer = 0;

      std::vector<std::string> names_of_axes() const
      {
        std::vector<std::string> names;
        for (const SweepAxis &axis : plan.axes)
          names.push_back(axis.name);
        return names;
      }
    };



    void Sweep::announce() const
    {
      const auto &outcomes = work.outcomes();
      const auto  n_done =
        std::count_if(outcomes.begin(), outcomes.end(), [](const auto &o) {
          return o.state == RunOutcome::answered;
        });
      log.say("Sweep     " + counted(plan.rows.size(), "row") + ", " +
              counted(plan.runs.size(), "run") + ", of which " +
              std::to_string(n_done) + " are done; " +
              std::to_string(a_case.sweep.ranks_per_run) +
              (a_case.sweep.ranks_per_run == 1 ? " rank each" : " ranks each"));
    }



    void Sweep::report_checks() const
    {
      const auto &outcomes     = work.outcomes();
      std::size_t n_impossible = 0;
      for (std::size_t i = 0; i < outcomes.size(); ++i)
        {
          const RunOutcome  &outcome = outcomes[i];
          const std::string &name    = plan.runs[i].name;
          if (outcome.state == RunOutcome::impossible)
            ++n_impossible;
          const bool is_as_given =
            !plan.rows[plan.runs[i].row].is_cell() && plan.runs[i].row == 0;
          if (outcome.state == RunOutcome::impossible &&
              (is_as_given || n_impossible == outcomes.size()))
            throw UserError("'" + name + "': " + outcome.reason);
          if (line.validate || outcome.state == RunOutcome::impossible)
            log.say("  " + name + ": " + outcome.status +
                    (outcome.reason.empty() ? "" : ": " + outcome.reason));
        }
    }



    void Sweep::report_run(const SweepRun &run, Summary &row) const
    {
      const RunOutcome &outcome = work.outcomes()[&run - plan.runs.data()];
      const std::string path    = "runs/" + run.question + "/";
      Json              result  = Json::object();
      std::string       status = outcome.status, reason = outcome.reason;
      if (outcome.state == RunOutcome::answered)
        {
          result = read_summary(run.folder);
          status = result.value("status", "no summary.json");
          reason = result.value("reason", "");
        }
      row.set(path + "status", status);
      row.set(path + "reason", reason.empty() ? Json() : Json(reason));
      row.set(path + "folder",
              fs::path(run.folder).lexically_relative(plan.folder).string());
      row.set(path + "wall_seconds",
              result.value("wall_seconds", Json(outcome.seconds)));
      for (const SweepColumn &column : sweep_columns())
        if (column.question == run.question)
          {
            const SweepNumber number =
              (status == "ok" ? read_number(column, result) :
                                SweepNumber{{}, status + ": " + reason});
            if (number.value)
              row.set(column.key, *number.value);
            else
              row.set_null(column.key, number.reason);
          }
    }



    Json Sweep::row(const std::size_t number, const Json &own_numbers) const
    {
      const SweepRow &one = plan.rows[number];
      Summary         summary;
      summary.set("name", one.name);
      summary.set("set", one.assignments);
      for (std::size_t i = 0; i < one.coordinates.size(); ++i)
        {
          // Names may be paths, and Summary would make sections of them.
          Json at               = summary.json().value("at", Json::object());
          at[plan.axes[i].name] = one.coordinates[i];
          summary.set("at", at);
        }
      for (const SweepRun &run : plan.runs)
        if (run.row == number)
          report_run(run, summary);
      for (const auto &[key, value] : own_numbers.items())
        summary.set(key, value);
      return summary.json();
    }



    void Sweep::fill_tables()
    {
      const auto own_numbers = work.own_numbers(a_case.sweep.chain);
      if (dealii::Utilities::MPI::this_mpi_process(communicator) != 0)
        return;
      for (std::size_t i = 0; i < plan.rows.size(); ++i)
        {
          const Json one = row(i, own_numbers[i]);
          (plan.rows[i].is_cell() ? phase : ledger).add(one);
          for (const Json &run : one.at("runs"))
            if (run.at("status") != "ok")
              ++n_without_answer;
        }
    }



    void Sweep::write_tables() const
    {
      run_on_root(communicator, [&]() {
        const fs::path path = folder.path();
        if (!ledger.rows().empty())
          {
            write_file(path / "ledger.csv", ledger.csv());
            write_file(path / "ledger.md",
                       ledger.markdown("Ledger of " + a_case.name()));
          }
        if (!phase.rows().empty())
          write_file(path / "phase.csv", phase.csv());
        return std::string();
      });
    }



    void Sweep::draw() const
    {
      if (!a_case.output.figures)
        return;
      const RunLog::Phase      phase_of_time(log, "figures");
      std::vector<std::string> scripts;
      if (!plan.rows.front().is_cell())
        scripts.push_back("plot_ledger.py");
      if (!plan.axes.empty())
        scripts.push_back("plot_phase.py");
      for (const std::string &script : scripts)
        {
          const std::string failure =
            draw_figures(communicator, script, folder.path());
          if (!failure.empty())
            log.warn(failure);
        }
    }



    void Sweep::say_what_is_missing() const
    {
      for (const SweepTable *table : {&ledger, &phase})
        for (const Json &one : table->rows())
          for (const auto &[question, run] : one.at("runs").items())
            if (run.at("reason").is_string())
              log.say("  " + one.at("name").get<std::string>() + ", " +
                      question + ": " + run.at("status").get<std::string>() +
                      ": " + run.at("reason").get<std::string>());
    }



    bool Sweep::has_failed() const
    {
      const auto &outcomes = work.outcomes();
      return std::any_of(outcomes.begin(), outcomes.end(), [](const auto &o) {
        return o.state == RunOutcome::failed;
      });
    }



    Summary Sweep::summarise() const
    {
      Summary summary;
      summary.set("program", "sgdfp-sweep");
      summary.set("version", version);
      summary.set("case", a_case.name());
      summary.set("ranks",
                  dealii::Utilities::MPI::n_mpi_processes(communicator));
      summary.set("wall_seconds", log.seconds());
      summary.set("status", has_failed() ? "incomplete" : "ok");
      summary.set("messages", log.warnings());
      summary.set("runs", plan.runs.size());
      summary.set("runs_without_answer", n_without_answer);
      summary.set("columns", Json::object());
      for (const SweepColumn &column : sweep_columns())
        summary.set("columns/" + column.key, column.meaning);
      summary.set("axes", Json::array());
      for (const SweepAxis &axis : plan.axes)
        summary.append("axes",
                       {{"name", axis.name},
                        {"entry", axis.path},
                        {"values", axis.values}});
      summary.set("rows", ledger.rows());
      summary.set("cells", phase.rows());
      return summary;
    }



    ExitStatus Sweep::run()
    {
      announce();
      {
        const RunLog::Phase phase_of_time(log, "checks");
        work.check(line.validate);
      }
      report_checks();
      if (line.validate)
        {
          log.say("The sweep is valid. Its folder would be " + folder.path());
          return ExitStatus::done;
        }
      folder.lock();
      folder.clear();
      folder.keep_case(a_case.text, a_case.file.resolved());
      log.attach(folder.path());
      {
        const RunLog::Phase phase_of_time(log, "runs");
        work.compute(log);
      }
      {
        const RunLog::Phase phase_of_time(log, "table");
        fill_tables();
        write_tables();
      }
      draw();
      for (const SweepTable *table : {&ledger, &phase})
        if (!table->rows().empty())
          log.say("\n" + table->text());
      say_what_is_missing();
      log.say("\n  " + counted(plan.runs.size(), "run") + ", " +
              std::to_string(n_without_answer) +
              " without an answer\n  Folder     " + folder.path());
      log.note(log.timing_table());
      const Summary summary = summarise();
      folder.finish(summary);
      return has_failed() ? ExitStatus::solver_failure : ExitStatus::done;
    }
  } // namespace



  ExitStatus sweep(const MPI_Comm     communicator,
                   const Case        &a_case,
                   const CommandLine &line,
                   RunLog            &log)
  {
    return Sweep(communicator, a_case, line, log).run();
  }
} // namespace sgdfp
