// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/run_log.h"

#include "base/errors.h"

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <sstream>

#include <unistd.h>

namespace sgdfp
{
  namespace
  {
    /// Seconds since the process was started: loading libraries and
    /// initialising MPI are part of what the user waits for. 0 where the system
    /// does not tell.
    double seconds_since_process_start()
    {
      std::ifstream stat("/proc/self/stat"), uptime("/proc/uptime");
      std::string   content;
      std::getline(stat, content);
      double now = 0;
      uptime >> now;
      // The program's name, field 2, ends with the last parenthesis; the start
      // time is field 22, in clock ticks since boot.
      std::istringstream fields(
        content.substr(std::min(content.size(), content.rfind(')') + 1)));
      std::string skipped;
      for (unsigned int field = 3; field < 22; ++field)
        fields >> skipped;
      double ticks = 0;
      if (!(fields >> ticks) || now == 0)
        return 0;
      return std::max(0., now - ticks / sysconf(_SC_CLK_TCK));
    }
  } // namespace



  RunLog::RunLog(const MPI_Comm communicator, const Screen screen)
    : communicator(communicator)
    , is_root(dealii::Utilities::MPI::this_mpi_process(communicator) == 0)
    , screen(screen)
    , start_up(screen == Screen::nothing ? 0 : seconds_since_process_start())
  {
    if (screen != Screen::nothing)
      phases.emplace_back("start-up (libraries, MPI)", start_up);
  }



  RunLog::RunLog(const MPI_Comm communicator, const bool quiet)
    : RunLog(communicator, quiet ? Screen::warnings : Screen::everything)
  {}



  void RunLog::attach(const std::string &folder, const bool append)
  {
    run_on_root(communicator, [&]() {
      file.open(folder + "/log.txt",
                append ? std::ios::out | std::ios::app : std::ios::out);
      file << said_before_attach << std::flush;
      if (!file)
        throw UserError("Cannot write '" + folder +
                        "/log.txt'. Check the free space and the permissions "
                        "of the folder.");
      said_before_attach.clear();
      return std::string();
    });
  }



  void RunLog::say(const std::string &line)
  {
    if (is_root && screen == Screen::everything)
      std::cout << line << std::endl;
    note(line);
  }



  void RunLog::note(const std::string &line)
  {
    if (!is_root)
      return;
    if (file.is_open())
      file << line << std::endl;
    else
      said_before_attach += line + '\n';
  }



  void RunLog::warn(const std::string &line)
  {
    warning_lines.push_back(line);
    if (is_root && screen == Screen::warnings)
      std::cerr << "Warning: " << line << std::endl;
    say("  Warning: " + line);
  }



  const std::vector<std::string> &RunLog::warnings() const
  {
    return warning_lines;
  }



  double RunLog::seconds() const
  {
    return start_up + total.wall_time();
  }



  RunLog::Phase::Phase(RunLog &log, const std::string &name)
    : log(log)
    , name(name)
  {}



  RunLog::Phase::~Phase()
  {
    const double elapsed = timer.wall_time();
    const auto   known =
      std::find_if(log.phases.begin(), log.phases.end(), [&](const auto &p) {
        return p.first == name;
      });
    if (known == log.phases.end())
      log.phases.emplace_back(name, elapsed);
    else
      known->second += elapsed;
  }



  std::string RunLog::timing_table() const
  {
    std::ostringstream out;
    const double whole = dealii::Utilities::MPI::max(seconds(), communicator);
    double       named = 0;
    out << std::fixed;
    const auto row = [&](const std::string &name, const double seconds) {
      out << "    " << std::left << std::setw(34) << name << std::right
          << std::setw(9) << std::setprecision(2) << seconds << " s"
          << std::setw(7) << std::setprecision(1) << 100 * seconds / whole
          << " %\n";
    };
    for (const auto &[name, seconds] : phases)
      {
        const double slowest =
          dealii::Utilities::MPI::max(seconds, communicator);
        named += slowest;
        row(name, slowest);
      }
    row("everything else", std::max(0., whole - named));
    row("whole run", whole);
    return out.str();
  }
} // namespace sgdfp
