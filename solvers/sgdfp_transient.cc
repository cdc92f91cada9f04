// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/command_line.h"
#include "solvers/transient_run.h"

int main(int argc, char **argv)
{
  return sgdfp::run_program(
    argc,
    argv,
    "transient",
    "Law of SGD in time: density, energy, entropy, free energy, distance to "
    "the\nGibbs posterior and to the stationary law during training.",
    /*can_resume=*/true,
    [](const sgdfp::Case        &a_case,
       const sgdfp::CommandLine &line,
       sgdfp::RunLog            &log) {
      return sgdfp::answer_transient(
        MPI_COMM_WORLD, a_case, line.validate, line.resume, log);
    });
}
