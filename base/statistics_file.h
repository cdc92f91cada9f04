// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_BASE_STATISTICS_FILE_H
#define SGDFP_BASE_STATISTICS_FILE_H

#include <deal.II/base/mpi.h>

#include <string>
#include <vector>

namespace sgdfp
{
  /// statistics.csv: a header line and one line of numbers per step, each on
  /// disk as soon as it is known; a NaN is an empty field. Rank 0 writes.
  class StatisticsFile
  {
  public:
    /// @param columns names, for the header
    StatisticsFile(const MPI_Comm                  communicator,
                   const std::string              &filename,
                   const std::vector<std::string> &columns);

    /// Begins anew, or, with @p n_rows > 0, keeps that many rows of the file
    /// that is there (of an interrupted run).
    /// @throws UserError if the file cannot be written, or holds fewer rows
    void open(const unsigned int n_rows = 0);

    /// Appends a row. @throws UserError if that fails (the disk is full)
    void add(const std::vector<double> &row);

    unsigned int n_rows() const;

  private:
    const MPI_Comm                 communicator;
    const std::string              filename;
    const std::vector<std::string> columns;
    unsigned int                   n = 0;
  };
} // namespace sgdfp

#endif
