// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/data_file.h"

#include "base/errors.h"
#include "base/text.h"

#include <deal.II/base/utilities.h>

#include <algorithm>
#include <cmath>

namespace sgdfp
{
  namespace
  {
    constexpr const char *weight_name = "weight";



    /// "7" or "7-12"
    /// @return first and last; first = 0 for anything else
    std::pair<unsigned int, unsigned int> parse_range(const std::string &text)
    {
      const std::size_t dash  = text.find('-');
      const auto        first = to_number(text.substr(0, dash));
      const auto        last =
        (dash == std::string::npos ? first : to_number(text.substr(dash + 1)));
      constexpr double most = 1e6; // each has its entry in a table
      for (const auto &number : {first, last})
        if (!number || !(*number >= 1 && *number <= most) ||
            *number != std::floor(*number))
          return {0, 0};
      return {*first, *last};
    }
  } // namespace



  RowWeights parse_row_weights(const std::string &entry,
                               const std::string &text)
  {
    using dealii::Utilities::trim;
    RowWeights result;
    for (const std::string &item :
         dealii::Utilities::split_string_list(text, ';'))
      {
        const std::size_t colon  = item.find(':');
        const auto        rows   = parse_range(trim(item.substr(0, colon)));
        const auto        weight = (colon == std::string::npos ?
                                      to_number("") :
                                      to_number(trim(item.substr(colon + 1))));
        if (rows.first == 0 || rows.second < rows.first || !weight ||
            !(*weight >= 0) || !std::isfinite(*weight))
          throw EntryError(entry,
                           item,
                           "is no row or range of rows with a weight >= 0",
                           "Write row: weight, such as 3: 0; 7-12: 0; 20: 2.5. "
                           "The first row below the header is 1, the last that "
                           "can be named 1e6; a column weight has no limit.");
        for (unsigned int row = rows.first; row <= rows.second; ++row)
          if (!result.emplace(row, *weight).second)
            throw EntryError(entry,
                             item,
                             "row " + std::to_string(row) + " occurs twice",
                             "Give every row one weight.");
      }
    return result;
  }



  DataFile::DataFile(const std::string &filename,
                     const unsigned int n_inputs,
                     const unsigned int n_outputs,
                     const RowWeights  &given)
    : filename(filename)
    , n_inputs(n_inputs)
    , n_outputs(n_outputs)
    , given(given)
    , table(filename)
    , columns(find_columns())
  {
    const auto &names = table.columns();
    weight_column =
      std::find(names.begin(), names.end(), weight_name) - names.begin();
  }



  std::vector<unsigned int> DataFile::find_columns() const
  {
    std::vector<unsigned int> found;
    for (unsigned int i = 0; i < n_inputs + n_outputs; ++i)
      {
        const std::string name =
          (i < n_inputs ? "x" + std::to_string(i + 1) :
                          "y" + std::to_string(i - n_inputs + 1));
        const auto &names  = table.columns();
        const auto  column = std::find(names.begin(), names.end(), name);
        if (column == names.end())
          {
            std::string header;
            for (const std::string &n : names)
              header += (header.empty() ? "" : ",") + n;
            throw UserError("The data file '" + filename + "' has no column '" +
                            name + "' (its header is '" + header +
                            "'). The widths ask for " +
                            std::to_string(n_inputs) + " inputs x1.. and " +
                            std::to_string(n_outputs) + " outputs y1...");
          }
        found.push_back(column - names.begin());
      }
    return found;
  }



  void DataFile::for_each_row(const UseRow &use) const
  {
    std::vector<double> x(n_inputs), y(n_outputs);
    unsigned int        number = 0;
    double              sum    = 0;
    table.for_each_row([&](const std::vector<double> &row) {
      ++number;
      for (unsigned int i = 0; i < columns.size(); ++i)
        (i < n_inputs ? x[i] : y[i - n_inputs]) = row[columns[i]];
      const auto   found  = given.find(number);
      const double weight = (found != given.end()       ? found->second :
                             weight_column < row.size() ? row[weight_column] :
                                                          1.);
      if (weight < 0)
        throw UserError("The data file '" + filename + "' has the weight " +
                        to_text(weight) + " in row " + std::to_string(number) +
                        ": weights are not negative; 0 takes a row out.");
      sum += weight;
      use(x, y, weight);
    });
    if (!given.empty() && given.rbegin()->first > number)
      throw UserError("The data file '" + filename + "' has " +
                      std::to_string(number) +
                      " rows, but Loss/Deep linear network/row weights names "
                      "row " +
                      std::to_string(given.rbegin()->first) +
                      ". The first row below the header is 1.");
    if (sum == 0)
      throw UserError("All rows of the data file '" + filename +
                      "' have weight 0: nothing is left to learn from.");
  }



  unsigned int DataRows::size() const
  {
    return weights.size();
  }



  namespace
  {
    /// Part i of @p n equal ones
    std::vector<double> part(const std::vector<double> &values,
                             const unsigned int         i,
                             const unsigned int         n)
    {
      const std::size_t width = values.size() / n;
      const auto        begin = values.begin() + i * width;
      return {begin, begin + width};
    }
  } // namespace



  std::vector<double> DataRows::inputs(const unsigned int i) const
  {
    return part(x, i, size());
  }



  std::vector<double> DataRows::outputs(const unsigned int i) const
  {
    return part(y, i, size());
  }



  bool DataRows::has_shares() const
  {
    return std::any_of(weights.begin(), weights.end(), [](const double w) {
      return w != 0 && w != 1;
    });
  }



  DataRows read_rows(const MPI_Comm     communicator,
                     const std::string &filename,
                     const unsigned int n_inputs,
                     const unsigned int n_outputs,
                     const RowWeights  &given)
  {
    DataRows rows;
    run_on_root(communicator, [&]() {
      const DataFile file(filename, n_inputs, n_outputs, given);
      file.for_each_row([&](const auto &x, const auto &y, const double weight) {
        rows.x.insert(rows.x.end(), x.begin(), x.end());
        rows.y.insert(rows.y.end(), y.begin(), y.end());
        rows.weights.push_back(weight);
      });
      return std::string();
    });
    for (auto *values : {&rows.x, &rows.y, &rows.weights})
      *values = dealii::Utilities::MPI::broadcast(communicator, *values);
    return rows;
  }
} // namespace sgdfp
