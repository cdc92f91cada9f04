// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/data_table.h"

#include "base/errors.h"

#include <deal.II/base/utilities.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
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



    [[noreturn]] void complain(const std::string &filename)
    {
      throw UserError("Cannot read the data file '" + filename +
                      "'. A relative path is taken from the folder of the "
                      "case file.");
    }



    std::ifstream open(const std::string &filename)
    {
      // It is read more than once: no pipe, and no device without an end.
      std::error_code ignored;
      if (!std::filesystem::is_regular_file(filename, ignored))
        complain(filename);
      std::ifstream in(filename);
      if (!in)
        complain(filename);
      // The mark with which some programs begin files in UTF-8
      char mark[3] = {};
      if (!in.read(mark, 3) || std::string(mark, 3) != "\xef\xbb\xbf")
        {
          in.clear();
          in.seekg(0);
        }
      return in;
    }



    /// Messages end at a zero byte.
    void refuse_binary(const std::string &filename, const std::string &line)
    {
      if (line.find('\0') != std::string::npos)
        throw UserError("The data file '" + filename +
                        "' is no text: it has bytes that are 0. Save it as "
                        "CSV, in UTF-8.");
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
    refuse_binary(filename, line);
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
        refuse_binary(filename, line);
        const std::string place = filename + ", line " + std::to_string(number);
        const std::vector<std::string> fields = split(line);
        if (fields.size() != names.size())
          throw UserError(place + " has " + std::to_string(fields.size()) +
                          " fields but the header has " +
                          std::to_string(names.size()) +
                          ". Every row needs one number per column.");
        for (std::size_t c = 0; c < fields.size(); ++c)
          {
            char *end          = nullptr;
            values[c]          = std::strtod(fields[c].c_str(), &end);
            const bool is_read = (end == fields[c].c_str() + fields[c].size());
            if (fields[c].empty() || !is_read || !std::isfinite(values[c]))
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
