// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_SWEEP_COLUMNS_H
#define SGDFP_SOLVERS_SWEEP_COLUMNS_H

#include "base/summary.h"

#include <boost/optional.hpp>

#include <string>
#include <vector>

namespace sgdfp
{
  /// One number of every row of a sweep, and where it comes from.
  struct SweepColumn
  {
    std::string key;     ///< in files
    std::string heading; ///< on the screen
    std::string meaning; ///< with its unit
    /// Whose summary.json has it; "" where the sweep itself finds it
    std::string question;
    /// In it; the first one that is there counts
    std::vector<std::string> paths;
    /// What is subtracted; "" for nothing
    std::string minus;
  };



  /// The visible table of them.
  const std::vector<SweepColumn> &sweep_columns();



  /// A number, or why there is none.
  struct SweepNumber
  {
    boost::optional<double> value;
    std::string             reason;
  };



  /// The number of @p column in the summary.json of its question.
  SweepNumber read_number(const SweepColumn   &column,
                          const Summary::Json &summary);
} // namespace sgdfp

#endif
