// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/command_line.h"
#include "solvers/landscape_run.h"

int main(int argc, char **argv)
{
  return sgdfp::run_program(
    argc,
    argv,
    "landscape",
    "What needs no density: the learning coefficient of the loss, paths of "
    "gradient descent, gradient flow and the central flow.",
    /*can_resume=*/false,
    [](const sgdfp::Case        &a_case,
       const sgdfp::CommandLine &line,
       sgdfp::RunLog            &log) {
      return sgdfp::answer_landscape(MPI_COMM_WORLD,
                                     a_case,
                                     line.validate,
                                     log);
    });
}
