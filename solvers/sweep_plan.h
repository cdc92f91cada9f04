// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_SWEEP_PLAN_H
#define SGDFP_SOLVERS_SWEEP_PLAN_H

#include "solvers/case.h"

namespace sgdfp
{
  /// A case of a sweep: a row of the ledger, or a cell of the phase diagram.
  struct SweepRow
  {
    std::string              name;
    std::string              folder; ///< of its runs
    std::vector<std::string> assignments;
    /// On the axes; empty for a row of the ledger
    std::vector<double> coordinates;

    bool is_cell() const;
  };



  /// One question asked of one row.
  struct SweepRun
  {
    std::size_t                 row;
    std::string                 question;
    std::unique_ptr<const Case> a_case;
    std::string                 folder; ///< the run folder

    /// "heavy tails, stationary"
    std::string name;

    /// An order of cost: momentum before jumps and chains before the others.
    unsigned int weight() const;
  };



  /// All rows and all runs of a sweep, read and checked.
  struct SweepPlan
  {
    std::string            folder; ///< of the sweep
    std::vector<SweepAxis> axes;
    std::vector<SweepRow>  rows;
    /// The costly ones first
    std::vector<SweepRun> runs;

    /// nullptr where it is not asked
    const SweepRun *find(const std::size_t  row,
                         const std::string &question) const;

    /// Any one of the row.
    const SweepRun &first_run(const std::size_t row) const;
  };



  /// Reads the case of every run: a mistake in a switch is found before
  /// anything is computed. Collective.
  /// @param file, overrides of @p a_case
  /// @throws UserError that names the row; EntryError where there is nothing to
  /// sweep
  SweepPlan plan_sweep(const MPI_Comm                  communicator,
                       const Case                     &a_case,
                       const std::string              &file,
                       const std::vector<std::string> &overrides);
} // namespace sgdfp

#endif
