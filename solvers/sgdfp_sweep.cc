// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/command_line.h"
#include "solvers/sweep_run.h"

int main(int argc, char **argv)
{
  return sgdfp::run_program(
    argc,
    argv,
    "sweep",
    "Many cases from one: a ledger of switched assumptions, or a phase "
    "diagram.\nA repeated call does what is not done yet.",
    /*can_resume=*/false,
    [](const sgdfp::Case        &a_case,
       const sgdfp::CommandLine &line,
       sgdfp::RunLog            &log) {
      return sgdfp::sweep(MPI_COMM_WORLD, a_case, line, log);
    });
}
