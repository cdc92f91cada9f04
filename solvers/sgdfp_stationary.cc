// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/command_line.h"
#include "solvers/stationary_run.h"

int main(int argc, char **argv)
{
  return sgdfp::run_program(
    argc,
    argv,
    "stationary",
    "Stationary law of SGD: density, probability current, distance to the "
    "Gibbs posterior.",
    /*can_resume=*/false,
    [](const sgdfp::Case        &a_case,
       const sgdfp::CommandLine &line,
       sgdfp::RunLog            &log) {
      return sgdfp::answer_stationary(MPI_COMM_WORLD,
                                      a_case,
                                      line.validate,
                                      log);
    });
}
