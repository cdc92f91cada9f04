// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/run_folder.h"

#include "base/errors.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>

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



    [[noreturn]] void complain(const std::string &folder,
                               const std::string &why)
    {
      throw UserError("Cannot write the run folder '" + folder + "' (" + why +
                      "). Choose another one with --output DIR or "
                      "Output/directory.");
    }



    /// summary.json first: without it a folder does not look complete.
    const std::vector<std::string> results_of_a_case = {"summary.json",
                                                        "statistics.csv",
                                                        "samples.csv",
                                                        "sublevels.csv",
                                                        "influence.csv",
                                                        "free_energy.csv",
                                                        "volumes.csv",
                                                        "learning.csv",
                                                        "trajectories.csv",
                                                        "bifurcation.csv",
                                                        "checkpoint",
                                                        "solution.pvd",
                                                        "solution",
                                                        "figures"};
  } // namespace



  RunFolder::RunFolder(const MPI_Comm     communicator,
                       const std::string &directory,
                       const std::string &case_name,
                       const std::string &question)
    : communicator(communicator)
    , folder((fs::path(directory) / (case_name + "-" + question)).string())
    , results(results_of_a_case)
  {}



  RunFolder::RunFolder(const MPI_Comm                  communicator,
                       const std::string              &folder,
                       const std::vector<std::string> &results)
    : communicator(communicator)
    , folder(folder)
    , results(results)
  {}



  void RunFolder::lock() const
  {
    run_on_root(communicator, [&]() {
      std::error_code failure;
      fs::create_directories(folder, failure);
      // Never closed: the lock ends with the process.
      const int file =
        ::open((folder + "/.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
      if (file < 0)
        complain(folder, std::strerror(errno));
      constexpr int  most     = 50;
      constexpr auto interval = std::chrono::milliseconds(200);
      for (int i = 0; ::flock(file, LOCK_EX | LOCK_NB) != 0; ++i)
        {
          // Some file systems have no locks: then there is no protection.
          if (errno != EWOULDBLOCK)
            break;
          if (i == most)
            throw UserError("Another run is at work in the run folder '" +
                            folder +
                            "'. Wait for its end, or choose another folder "
                            "with --output DIR.");
          std::this_thread::sleep_for(interval);
        }
      return std::string();
    });
  }



  void RunFolder::clear() const
  {
    run_on_root(communicator, [&]() {
      try
        {
          fs::create_directories(folder);
          for (const std::string &name : results)
            fs::remove_all(fs::path(folder) / name);
        }
      catch (const fs::filesystem_error &error)
        {
          complain(folder, error.code().message());
        }
      return std::string();
    });
  }



  void RunFolder::open(const std::string &case_text,
                       const std::string &resolved_text) const
  {
    clear();
    run_on_root(communicator, [&]() {
      std::error_code failure;
      fs::create_directory(fs::path(folder) / "solution", failure);
      if (failure)
        complain(folder, failure.message());
      return std::string();
    });
    keep_case(case_text, resolved_text);
  }



  void RunFolder::keep_case(const std::string &case_text,
                            const std::string &resolved_text) const
  {
    run_on_root(communicator, [&]() {
      write_text(fs::path(folder) / "case.prm", case_text);
      write_text(fs::path(folder) / "parameters.prm", resolved_text);
      return std::string();
    });
  }



  bool RunFolder::is_complete() const
  {
    return run_on_root(communicator, [&]() -> std::string {
             std::error_code ignored;
             return fs::exists(fs::path(folder) / results.front(), ignored) ?
                      "yes" :
                      "";
           }) == "yes";
  }



  void RunFolder::finish(const Summary &summary) const
  {
    run_on_root(communicator, [&]() {
      summary.write(folder + "/" + results.front());
      return std::string();
    });
  }



  void RunFolder::remove_solution() const
  {
    run_on_root(communicator, [&]() {
      std::error_code ignored;
      for (const char *name :
           {"solution.pvd", "solution", "figures", "checkpoint"})
        fs::remove_all(fs::path(folder) / name, ignored);
      return std::string();
    });
  }



  const std::string &RunFolder::path() const
  {
    return folder;
  }
} // namespace sgdfp
