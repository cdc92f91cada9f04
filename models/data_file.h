// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_DATA_FILE_H
#define SGDFP_MODELS_DATA_FILE_H

#include "base/data_table.h"

#include <deal.II/base/mpi.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace sgdfp
{
  /// Weights w_i >= 0 of rows, by the number of the row (the first row below
  /// the header is 1), in place of those of the file.
  using RowWeights = std::map<unsigned int, double>;



  /// "3: 0; 7-12: 0; 20: 2.5"
  /// @param entry of the case, for messages
  /// @throws EntryError
  RowWeights parse_row_weights(const std::string &entry,
                               const std::string &text);



  /// A CSV file of samples (x, y): columns x1.., y1.., in any order, and, if
  /// there is one, weight. A batch draws row i with probability w_i/sum w, so
  /// that a weight 0 takes it out and a weight 2 has it twice.
  class DataFile
  {
  public:
    /// @throws UserError for an unreadable file or missing columns
    DataFile(const std::string &filename,
             const unsigned int n_inputs,
             const unsigned int n_outputs,
             const RowWeights  &given = {});

    using UseRow = std::function<void(const std::vector<double> &x,
                                      const std::vector<double> &y,
                                      const double               weight)>;

    /// Calls @p use with each row, in the order of the file, those of weight 0
    /// too.
    /// @throws UserError for a row that cannot be read, a negative weight, a
    /// given row that is not there, or if all weights are 0
    void for_each_row(const UseRow &use) const;

  private:
    std::vector<unsigned int> find_columns() const;

    const std::string         filename;
    const unsigned int        n_inputs, n_outputs;
    const RowWeights          given;
    const DataTable           table;
    std::vector<unsigned int> columns;
    /// Number of the column of weights, or that of columns
    std::size_t weight_column = 0;
  };



  /// All rows of such a file, of weight 0 too: x of row i begins at
  /// i * n_inputs.
  struct DataRows
  {
    std::vector<double> x, y, weights;

    unsigned int size() const;

    /// x and y of a row
    std::vector<double> inputs(const unsigned int i) const;
    std::vector<double> outputs(const unsigned int i) const;

    /// Whether a weight is neither 0 nor 1
    bool has_shares() const;
  };



  /// Read on rank 0, then broadcast. Collective.
  /// @throws UserError
  DataRows read_rows(const MPI_Comm     communicator,
                     const std::string &filename,
                     const unsigned int n_inputs,
                     const unsigned int n_outputs,
                     const RowWeights  &given);
} // namespace sgdfp

#endif
