// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/sweep_plan.h"

#include "base/text.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>

namespace sgdfp
{
  namespace fs = std::filesystem;

  namespace
  {
    /// The name as that of a folder.
    std::string slug(const std::string &name)
    {
      std::string result;
      for (const unsigned char c : name)
        if (std::isalnum(c) || c == '.' || c == '-' || c == '+')
          result += static_cast<char>(c);
        else if (!result.empty() && result.back() != '_')
          result += '_';
      return result;
    }



    std::vector<SweepRow> ledger_rows(const std::vector<SweepSwitch> &switches)
    {
      std::vector<SweepRow> rows;
      if (!switches.empty())
        rows.push_back({as_given, "", {}, {}});
      for (const SweepSwitch &one : switches)
        rows.push_back({one.name, "", one.assignments, {}});
      return rows;
    }



    /// The values of the first axis change fastest.
    std::vector<SweepRow> cells(const std::vector<SweepAxis> &axes)
    {
      std::vector<SweepRow> rows;
      if (axes.empty())
        return rows;
      const auto coordinate =
        [](SweepRow &row, const SweepAxis &axis, const double value) {
          const std::string text = to_text(value);
          row.name += (row.name.empty() ? "" : ", ") + axis.name + " " + text;
          row.assignments.push_back(axis.path + "=" + text);
          row.coordinates.push_back(value);
        };
      const std::size_t n = (axes.size() == 2 ? axes[1].values.size() : 1);
      for (std::size_t j = 0; j < n; ++j)
        for (const double value : axes[0].values)
          {
            SweepRow row;
            coordinate(row, axes[0], value);
            if (axes.size() == 2)
              coordinate(row, axes[1], axes[1].values[j]);
            rows.push_back(row);
          }
      return rows;
    }



    /// @throws EntryError where two rows would share one
    void choose_folders(SweepPlan &plan)
    {
      std::set<std::string> seen;
      for (SweepRow &row : plan.rows)
        {
          const std::string name = slug(row.name);
          if (name.empty() || !seen.insert(name).second)
            throw EntryError("Sweep/switches",
                             row.name,
                             "the name of its folder, '" + name +
                               "', is that of another row",
                             "Choose a name that differs in letters or "
                             "digits.");
          row.folder = (fs::path(plan.folder) / "runs" / name).string();
        }
    }



    SweepRun read_run(const MPI_Comm                  communicator,
                      const SweepPlan                &plan,
                      const std::size_t               row_number,
                      const std::string              &question,
                      const std::string              &file,
                      const std::vector<std::string> &overrides)
    {
      const SweepRow          &row = plan.rows[row_number];
      std::vector<std::string> all = overrides;
      const auto append = [&all](const std::vector<std::string> &more) {
        all.insert(all.end(), more.begin(), more.end());
      };
      append(row.assignments);
      append(without_sweep());
      append({"Output/directory=" + row.folder, "Output/figures=false"});
      // What absorbs in spectra and in time leaves neither of these.
      if (question == "stationary" || question == "ensemble")
        append({"Domain/absorbing="});

      auto a_case = std::make_unique<Case>();
      try
        {
          a_case->read(communicator, file, all);
        }
      catch (const UserError &error)
        {
          throw UserError(
            std::string(row.is_cell() ? "Sweep/first axis" : "Sweep/switches") +
            ", '" + row.name + "': " + error.what());
        }
      SweepRun run;
      run.row      = row_number;
      run.question = question;
      run.folder =
        (fs::path(row.folder) / (a_case->name() + "-" + question)).string();
      run.name   = row.name + ", " + question;
      run.a_case = std::move(a_case);
      return run;
    }
  } // namespace



  bool SweepRow::is_cell() const
  {
    return !coordinates.empty();
  }



  unsigned int SweepRun::weight() const
  {
    return a_case->optimiser.is_underdamped() ? 3 :
           a_case->noise.stable.is_on() || question == "ensemble" ||
               question == "transient" ?
                                                2 :
           question == "spectrum" ? 1 :
                                    0;
  }



  const SweepRun *SweepPlan::find(const std::size_t  row,
                                  const std::string &question) const
  {
    for (const SweepRun &run : runs)
      if (run.row == row && run.question == question)
        return &run;
    return nullptr;
  }



  const SweepRun &SweepPlan::first_run(const std::size_t row) const
  {
    return *std::find_if(runs.begin(), runs.end(), [&](const SweepRun &run) {
      return run.row == row;
    });
  }



  SweepPlan plan_sweep(const MPI_Comm                  communicator,
                       const Case                     &a_case,
                       const std::string              &file,
                       const std::vector<std::string> &overrides)
  {
    const SweepParameters &sweep = a_case.sweep;
    SweepPlan              plan;
    plan.folder =
      (fs::path(a_case.output.directory) / (a_case.name() + "-sweep")).string();
    plan.axes = sweep.axes();
    plan.rows = ledger_rows(sweep.parsed_switches());
    for (const SweepRow &cell : cells(plan.axes))
      plan.rows.push_back(cell);
    if (plan.rows.empty())
      throw EntryError("Sweep/switches",
                       sweep.switches,
                       "there is nothing to sweep: neither switches nor axes",
                       "Set Sweep/switches = name: Section/entry=value ; .. "
                       "for a ledger, or Sweep/first axis = learning rate: "
                       "0.05, 0.1 for a phase diagram.");
    choose_folders(plan);
    for (std::size_t row = 0; row < plan.rows.size(); ++row)
      for (const std::string &question : sweep.questions)
        plan.runs.push_back(
          read_run(communicator, plan, row, question, file, overrides));
    constexpr std::size_t first_row = 0; // as given
    if (sweep.chain && !sweep.asks("ensemble"))
      plan.runs.push_back(
        read_run(communicator, plan, first_row, "ensemble", file, overrides));
    std::stable_sort(plan.runs.begin(),
                     plan.runs.end(),
                     [](const SweepRun &a, const SweepRun &b) {
                       return a.weight() > b.weight();
                     });
    return plan;
  }
} // namespace sgdfp
