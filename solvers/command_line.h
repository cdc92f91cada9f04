// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_COMMAND_LINE_H
#define SGDFP_SOLVERS_COMMAND_LINE_H

#include "base/errors.h"
#include "base/run_log.h"
#include "solvers/case.h"

namespace sgdfp
{
  /// What every executable understands:
  ///
  ///     sgdfp-QUESTION CASE.prm [--set "Section/entry=value"].. [--output DIR]
  ///                    [--validate] [--resume] [--quiet] [--help [SECTION]]
  ///                    [--parameters] [--version]
  struct CommandLine
  {
    std::string              case_file;
    std::vector<std::string> overrides;
    bool                     validate = false;
    bool                     quiet    = false;
    bool                     resume   = false; ///< where a run can resume
  };



  /// Thrown when --help, --parameters or --version has said what there is to
  /// say.
  struct Answered
  {
    std::string text;
  };



  /// Of the program and of what it is built on.
  std::string versions();

  /// The first line of a log: versions and ranks.
  void say_banner(RunLog &log, const MPI_Comm communicator);

  /// The frame of every executable: starts and ends MPI, PETSc and SLEPc, calls
  /// @p work, turns what it throws into one message on rank 0 and an exit
  /// status.
  int run_in_frame(char **argv, const std::function<ExitStatus()> &work);

  /// The executables that ask a question of a case: reads the command line and
  /// the case, calls @p answer, in that frame.
  ///
  /// @param question such as "stationary"
  /// @param description one line for --help
  /// @param can_resume whether it understands --resume
  /// @param answer gets the case, the log and whether only to validate
  int run_program(
    int                argc,
    char             **argv,
    const std::string &question,
    const std::string &description,
    const bool         can_resume,
    const std::function<ExitStatus(const Case &, const CommandLine &, RunLog &)>
      &answer);
} // namespace sgdfp

#endif
