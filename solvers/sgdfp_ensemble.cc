// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/command_line.h"
#include "solvers/ensemble_run.h"

int main(int argc, char **argv)
{
  return sgdfp::run_program(
    argc,
    argv,
    "ensemble",
    "SGD itself, or its stochastic differential equation, by many chains: "
    "moments with standard errors, a histogram, samples.",
    /*can_resume=*/false,
    [](const sgdfp::Case        &a_case,
       const sgdfp::CommandLine &line,
       sgdfp::RunLog            &log) {
      return sgdfp::answer_ensemble(MPI_COMM_WORLD, a_case, line.validate, log);
    });
}
