// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_SWEEP_TABLE_H
#define SGDFP_SOLVERS_SWEEP_TABLE_H

#include "solvers/sweep_columns.h"

namespace sgdfp
{
  /// The rows of a ledger, or the cells of a phase diagram, as summary.json has
  /// them:
  ///
  ///     {name, set: [..], at: {axis: value}, runs: {question: {status, ..}},
  ///      column: number or null, column_reason}
  ///
  /// in the other forms in which people and programs read tables.
  class SweepTable
  {
  public:
    /// @param axes names; empty for a ledger
    explicit SweepTable(const std::vector<std::string> &axes);

    void add(const Summary::Json &row);

    const Summary::Json &rows() const;

    /// A line per row: name, "axis: NAME" .., the status of every question, all
    /// columns (empty where there is no number), all reasons.
    std::string csv() const;

    /// The columns that have a number in some row, what they mean, and why
    /// numbers are missing.
    std::string markdown(const std::string &title) const;

    /// The same columns, for the screen.
    std::string text() const;

  private:
    std::vector<const SweepColumn *> shown() const;

    const std::vector<std::string> axes;
    Summary::Json                  list = Summary::Json::array();
  };



  /// Why numbers of @p row are missing, each reason once: "current, KL: ..".
  std::vector<std::string> reasons_of(const Summary::Json &row);
} // namespace sgdfp

#endif
