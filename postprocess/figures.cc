// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/figures.h"

#include "base/errors.h"
#include "base/version.h"

#include <cstdlib>
#include <filesystem>
#include <vector>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace sgdfp
{
  namespace fs = std::filesystem;

  namespace
  {
    /// The plot scripts beside an installed executable, else in the source.
    fs::path plot_folder()
    {
      std::error_code ignored;
      const fs::path  program = fs::read_symlink("/proc/self/exe", ignored);
      const fs::path  installed =
        program.parent_path().parent_path() / installed_plots;
      return fs::exists(installed, ignored) ? installed : source_plots;
    }



    /// Runs a program without a shell. @return its exit status, -1 if it could
    /// not be started
    int run(const std::vector<std::string> &words)
    {
      std::vector<char *> arguments;
      for (const std::string &word : words)
        arguments.push_back(const_cast<char *>(word.c_str()));
      arguments.push_back(nullptr);
      pid_t child;
      if (posix_spawnp(&child,
                       arguments[0],
                       nullptr,
                       nullptr,
                       arguments.data(),
                       environ) != 0)
        return -1;
      int status = 0;
      if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return -1;
      return WEXITSTATUS(status);
    }
  } // namespace



  std::string draw_figures(const MPI_Comm     communicator,
                           const std::string &script_name,
                           const std::string &folder)
  {
    return run_on_root(communicator, [&]() -> std::string {
      const char       *chosen = std::getenv("SGDFP_PYTHON");
      const std::string python = (chosen ? chosen : configured_python);
      if (python.empty())
        return "no figures: no Python with numpy and matplotlib was found when "
               "the program was built; set SGDFP_PYTHON";
      const fs::path script = plot_folder() / script_name;
      const int      status = run({python, script.string(), folder});
      if (status != 0)
        return "no figures: '" + python + " " + script.string() + " " + folder +
               "' failed (status " + std::to_string(status) + ")";
      return "";
    });
  }
} // namespace sgdfp
