// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/command_line.h"
#include "solvers/spectrum_run.h"

int main(int argc, char **argv)
{
  return sgdfp::run_program(
    argc,
    argv,
    "spectrum",
    "Spectrum of SGD: leading eigenvalues and eigenfunctions, metastable sets, "
    "quasi-stationary laws, first passage, transitions.",
    /*can_resume=*/false,
    [](const sgdfp::Case        &a_case,
       const sgdfp::CommandLine &line,
       sgdfp::RunLog            &log) {
      return sgdfp::answer_spectrum(MPI_COMM_WORLD, a_case, line.validate, log);
    });
}
