// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_BASE_RUN_LOG_H
#define SGDFP_BASE_RUN_LOG_H

#include <deal.II/base/mpi.h>
#include <deal.II/base/timer.h>

#include <fstream>
#include <string>
#include <vector>

namespace sgdfp
{
  /// What a run says: to the screen and to log.txt, from rank 0 only.
  ///
  /// The log also keeps the time of each phase; timing_table() prints where
  /// the time went. Lines said before attach() are kept and written to the
  /// file once it exists.
  class RunLog
  {
  public:
    /// What goes to the screen; log.txt is complete in any case.
    enum class Screen
    {
      everything,
      warnings,
      /// The run is one of many within a program, which speaks for it; its
      /// time is its own, without the start of the process
      nothing
    };

    RunLog(const MPI_Comm communicator, const Screen screen);

    /// @param quiet nothing on the screen but warnings
    RunLog(const MPI_Comm communicator, const bool quiet);

    /// Opens log.txt in @p folder (rank 0) and writes what was said so far.
    /// @param append to that of an interrupted run
    void attach(const std::string &folder, const bool append = false);

    /// A line of the report.
    void say(const std::string &line);

    /// A line for log.txt alone.
    void note(const std::string &line);

    /// Something the user must see: also on the screen of a --quiet run, and
    /// kept for summary.json.
    void warn(const std::string &line);

    const std::vector<std::string> &warnings() const;

    /// Wall seconds since the program started; with Screen::nothing since the
    /// log was made.
    double seconds() const;

    /// Adds the life time of the object to the phase of that name.
    class Phase
    {
    public:
      Phase(RunLog &log, const std::string &name);
      ~Phase();

      Phase(const Phase &)            = delete;
      Phase &operator=(const Phase &) = delete;

    private:
      RunLog           &log;
      const std::string name;
      dealii::Timer     timer;
    };

    /// Phases with their wall seconds and share, in order of first use.
    /// Collective: the slowest rank counts.
    std::string timing_table() const;

  private:
    const MPI_Comm           communicator;
    const bool               is_root;
    const Screen             screen;
    std::ofstream            file;
    std::string              said_before_attach;
    std::vector<std::string> warning_lines;
    dealii::Timer            total;
    /// From the start of the process to the construction of the log; 0 with
    /// Screen::nothing.
    const double start_up;

    std::vector<std::pair<std::string, double>> phases;
  };
} // namespace sgdfp

#endif
