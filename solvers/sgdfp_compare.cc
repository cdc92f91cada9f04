// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/command_line.h"
#include "solvers/compare_run.h"

int main(int argc, char **argv)
{
  return sgdfp::run_in_frame(argv, [&]() {
    const auto    line = sgdfp::parse_compare_line(argc, argv);
    sgdfp::RunLog log(MPI_COMM_WORLD, line.quiet);
    sgdfp::say_banner(log, MPI_COMM_WORLD);
    return sgdfp::compare_runs(MPI_COMM_WORLD, line, log);
  });
}
