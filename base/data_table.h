// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_BASE_DATA_TABLE_H
#define SGDFP_BASE_DATA_TABLE_H

#include <functional>
#include <string>
#include <vector>

namespace sgdfp
{
  /// Reads a CSV file of numbers with a header line, row by row, so that a
  /// file of any length needs the memory of one row.
  ///
  /// Separator: comma. Blank lines are skipped; quotes are not part of the
  /// format.
  class DataTable
  {
  public:
    /// @throws UserError if the file cannot be opened or has no header.
    explicit DataTable(const std::string &filename);

    const std::vector<std::string> &columns() const;

    /// Calls @p row with the numbers of each data row.
    /// @return number of data rows
    /// @throws UserError with line and column for a ragged row, an empty field
    /// or anything that is not a finite number; or if there is no row at all.
    unsigned int for_each_row(
      const std::function<void(const std::vector<double> &)> &row) const;

  private:
    const std::string        filename;
    std::vector<std::string> names;
  };
} // namespace sgdfp

#endif
