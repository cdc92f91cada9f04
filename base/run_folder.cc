// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/run_folder.h"

#include "base/errors.h"

#include <filesystem>
#include <fstream>

namespace sgdfp
{
  namespace fs = std::filesystem;

  namespace
  {
    void write_text(const fs::path &file, const std::string &text)
    {
      std::ofstream out(file);
      out << text;
      out.close();
      if (!out)
        throw UserError("Cannot write '" + file.string() +
                        "'. Check the free space and the permissions of the "
                        "folder, or choose another one with --output DIR.");
    }



    void remove_results(const fs::path &folder)
    {
      // summary.json first: without it the folder no longer looks complete.
      for (const char *name : {"summary.json",
                               "statistics.csv",
                               "samples.csv",
                               "checkpoint",
                               "solution.pvd",
                               "solution",
                               "figures"})
        fs::remove_all(folder / name);
    }
  } // namespace



  RunFolder::RunFolder(const MPI_Comm     communicator,
                       const std::string &directory,
                       const std::string &case_name,
                       const std::string &question)
    : communicator(communicator)
    , folder((fs::path(directory) / (case_name + "-" + question)).string())
  {}



  void RunFolder::open(const std::string &case_text,
                       const std::string &resolved_text) const
  {
    run_on_root(communicator, [&]() {
      try
        {
          fs::create_directories(folder);
          remove_results(folder);
          fs::create_directory(fs::path(folder) / "solution");
        }
      catch (const fs::filesystem_error &error)
        {
          throw UserError("Cannot write the run folder '" + folder + "' (" +
                          error.code().message() +
                          "). Choose another one with --output DIR or "
                          "Output/directory.");
        }
      write_text(fs::path(folder) / "case.prm", case_text);
      write_text(fs::path(folder) / "parameters.prm", resolved_text);
      return std::string();
    });
  }



  bool RunFolder::is_complete() const
  {
    return run_on_root(communicator, [&]() -> std::string {
             std::error_code ignored;
             return fs::exists(fs::path(folder) / "summary.json", ignored) ?
                      "yes" :
                      "";
           }) == "yes";
  }



  void RunFolder::finish(const Summary &summary) const
  {
    run_on_root(communicator, [&]() {
      summary.write(folder + "/summary.json");
      return std::string();
    });
  }



  void RunFolder::remove_solution() const
  {
    run_on_root(communicator, [&]() {
      std::error_code ignored;
      for (const char *name : {"solution.pvd", "solution", "figures"})
        fs::remove_all(fs::path(folder) / name, ignored);
      return std::string();
    });
  }



  const std::string &RunFolder::path() const
  {
    return folder;
  }
} // namespace sgdfp
