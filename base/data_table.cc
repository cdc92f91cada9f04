// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/data_table.h"

#include "base/errors.h"

#include <deal.II/base/utilities.h>

#include <cmath>
#include <cstdlib>
#include <fstream>

namespace sgdfp
{
  namespace
  {
    std::vector<std::string> split(const std::string &line)
    {
      std::vector<std::string> fields;
      std::size_t              start = 0;
      while (true)
        {
          const auto comma = line.find(',', start);
          fields.push_back(
            dealii::Utilities::trim(line.substr(start, comma - start)));
          if (comma == std::string::npos)
            return fields;
          start = comma + 1;
        }
    }



    std::ifstream open(const std::string &filename)
    {
      std::ifstream in(filename);
      // A folder can be opened as a stream; peeking finds out.
      if (!in || (in.peek(), in.bad()))
        throw UserError("Cannot read the data file '" + filename +
                        "'. A relative path is taken from the folder of the "
                        "case file.");
      return in;
    }
  } // namespace



  DataTable::DataTable(const std::string &filename)
    : filename(filename)
  {
    std::ifstream in = open(filename);
    std::string   line;
    while (std::getline(in, line) && dealii::Utilities::trim(line).empty())
      ;
    if (dealii::Utilities::trim(line).empty())
      throw UserError("The data file '" + filename +
                      "' is empty. It needs a header such as x1,y1 and one "
                      "row per sample.");
    names = split(line);
  }



  const std::vector<std::string> &DataTable::columns() const
  {
    return names;
  }



  unsigned int DataTable::for_each_row(
    const std::function<void(const std::vector<double> &)> &row) const
  {
    std::ifstream       in = open(filename);
    std::string         line;
    std::vector<double> values(names.size());
    unsigned int        n_rows      = 0;
    bool                seen_header = false;
    for (unsigned int number = 1; std::getline(in, line); ++number)
      {
        if (dealii::Utilities::trim(line).empty())
          continue;
        if (!seen_header)
          {
            seen_header = true;
            continue;
          }
        const std::string place = filename + ", line " + std::to_string(number);
        const std::vector<std::string> fields = split(line);
        if (fields.size() != names.size())
          throw UserError(place + " has " + std::to_string(fields.size()) +
                          " fields but the header has " +
                          std::to_string(names.size()) +
                          ". Every row needs one number per column.");
        for (std::size_t c = 0; c < fields.size(); ++c)
          {
            char *end = nullptr;
            values[c] = std::strtod(fields[c].c_str(), &end);
            if (fields[c].empty() || *end != '\0' || !std::isfinite(values[c]))
              throw UserError(place + ", column '" + names[c] + "': '" +
                              fields[c] +
                              "' is not a finite number. Correct or remove "
                              "the row.");
          }
        row(values);
        ++n_rows;
      }
    if (n_rows == 0)
      throw UserError("The data file '" + filename +
                      "' has a header but no data row.");
    return n_rows;
  }
} // namespace sgdfp
