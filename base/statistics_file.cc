// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/statistics_file.h"

#include "base/errors.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <limits>
#include <sstream>

namespace sgdfp
{
  namespace
  {
    [[noreturn]] void complain(const std::string &filename)
    {
      throw UserError("Cannot write '" + filename +
                      "'. Check the free space and the permissions.");
    }
  } // namespace



  StatisticsFile::StatisticsFile(const MPI_Comm                  communicator,
                                 const std::string              &filename,
                                 const std::vector<std::string> &columns)
    : communicator(communicator)
    , filename(filename)
    , columns(columns)
  {}



  void StatisticsFile::open(const unsigned int n_rows)
  {
    n = n_rows;
    run_on_root(communicator, [&]() {
      std::ostringstream kept;
      for (std::size_t i = 0; i < columns.size(); ++i)
        kept << (i > 0 ? "," : "") << columns[i];
      kept << '\n';
      if (n_rows > 0)
        {
          std::ifstream in(filename);
          std::string   line;
          std::getline(in, line); // the header
          for (unsigned int row = 0; row < n_rows; ++row)
            if (std::getline(in, line))
              kept << line << '\n';
            else
              throw UserError("'" + filename + "' holds " +
                              std::to_string(row) + " rows, its checkpoint " +
                              std::to_string(n_rows) +
                              ". Run anew, without --resume.");
        }
      // Complete at every moment: to a neighbour first.
      const std::string neighbour = filename + ".tmp";
      {
        std::ofstream out(neighbour);
        out << kept.str();
        out.close();
        if (!out)
          complain(filename);
      }
      std::error_code failure;
      std::filesystem::rename(neighbour, filename, failure);
      if (failure)
        complain(filename);
      return std::string();
    });
  }



  void StatisticsFile::add(const std::vector<double> &row)
  {
    ++n;
    run_on_root(communicator, [&]() {
      std::ostringstream line;
      line << std::setprecision(std::numeric_limits<double>::max_digits10);
      for (std::size_t i = 0; i < row.size(); ++i)
        {
          line << (i > 0 ? "," : "");
          if (std::isfinite(row[i]))
            line << row[i];
        }
      std::ofstream out(filename, std::ios::app);
      out << line.str() << '\n';
      out.close();
      if (!out)
        complain(filename);
      return std::string();
    });
  }



  unsigned int StatisticsFile::n_rows() const
  {
    return n;
  }
} // namespace sgdfp
