// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_SWEEP_WORK_H
#define SGDFP_SOLVERS_SWEEP_WORK_H

#include "base/rank_groups.h"
#include "base/run_log.h"
#include "base/summary.h"
#include "solvers/sweep_plan.h"

namespace sgdfp
{
  /// What is known of a run of a sweep.
  struct RunOutcome
  {
    enum State
    {
      open,       ///< nothing yet
      resumable,  ///< an interrupted run left a checkpoint
      answered,   ///< its summary.json says the rest
      impossible, ///< the question does not exist for the case
      failed      ///< a solver did not deliver
    };

    State       state = open;
    std::string status; ///< "ok" or a short reason
    std::string reason; ///< "" where it is ok
    double      seconds = 0;
  };



  /// Does the runs of a plan on groups of ranks.
  class SweepWork
  {
  public:
    /// Looks which runs an earlier sweep has done: those whose summary.json is
    /// there and whose parameters.prm has the same values, but for what has no
    /// say in the numbers. Collective, as is all that follows.
    SweepWork(const MPI_Comm     communicator,
              const SweepPlan   &plan,
              const unsigned int ranks_per_run,
              const bool         quiet);

    /// Constructs the runs that are not done, which finds what makes them
    /// impossible.
    /// @param all those that are done too
    void check(const bool all);

    /// Does what is to do, and says a line for every run.
    /// @throws Interrupted
    void compute(RunLog &log);

    /// The columns that no run reports, of every row.
    std::vector<Summary::Json> own_numbers(const bool with_chain);

    /// By run of the plan; the same on all ranks.
    const std::vector<RunOutcome> &outcomes() const;

  private:
    void look_for_done();

    /// Runs, or only constructs, on the group of this rank.
    RunOutcome attempt(const SweepRun &run, const bool validate);

    void ask(const SweepRun &run, const bool validate, RunLog &log);

    /// Distance of the law of a row to the chain of the first.
    void compare_with_chain(const std::size_t row, Summary &numbers);

    /// Every leader knows some of @p list; afterwards all ranks know all.
    void share(std::vector<Summary::Json> &list) const;

    /// Outcomes of this group's runs to all.
    void share(const std::vector<std::size_t> &numbers,
               const std::vector<RunOutcome>  &mine);

    const MPI_Comm          communicator;
    const SweepPlan        &plan;
    const bool              quiet;
    RankGroups              groups;
    std::vector<RunOutcome> list;
    int                     signal = 0; ///< that ended a run of this group
  };
} // namespace sgdfp

#endif
