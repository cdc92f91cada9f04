#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps and time of the law in time.

    /usr/bin/python3 benchmarks/transient.py [--ranks N] tolerances | steps

tolerances: anchor A1 from its Gaussian to t = 1 at Time/tolerance 1e-3, 1e-5,
  1e-7: accepted and rejected steps, factorisations, errors of the mean and of
  KL(p|p_ss), seconds spent on steps and in the whole run.
steps: the two-layer network of the tutorial on a fixed mesh of 64 x 64 cells of
  Q3: seconds of an accepted step with its row of statistics, of a stationary
  solve (assembly, factorisation, inverse iteration; from the passes of the same
  run), and how many of the latter 100 steps are worth.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
MEAN = (0.36787944117144, -0.02489353418393)
DIVERGENCE = 0.419727984227493


def run(ranks, case, options):
    """The summary of a run and what it printed."""
    environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", OMPI_ALLOW_RUN_AS_ROOT="1",
                       OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1", OMPI_MCA_rmaps_base_oversubscribe="1",
                       HWLOC_HIDE_ERRORS="2")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        command = ["mpirun", "-n", str(ranks), os.environ.get("SGDFP", "build/bin/sgdfp-transient"), case]
        command += ["--output", folder, "--set=Output/figures=false", "--set=Time/number of outputs=1"]
        command += [f"--set={name}={value}" for name, value in options.items()]
        output = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True, text=True).stdout
        name = pathlib.Path(case).stem + "-transient"
        return json.loads((pathlib.Path(folder) / name / "summary.json").read_text(encoding="utf-8")), output


def seconds(output, phase):
    return float(re.search(rf"^ +{phase} +([\d.]+) s", output, re.MULTILINE).group(1))


def tolerances(ranks):
    print("tolerance  steps  rejected  factorisations  error of mean  error of KL  steps take  whole run")
    for tolerance in ("1e-3", "1e-5", "1e-7"):
        summary, output = run(ranks, "cases/verification/A1_relaxation.prm", {"Time/tolerance": tolerance})
        time, mean = summary["time"], summary["moments"]["mean"]
        error = max(abs(a - b) for a, b in zip(mean, MEAN))
        divergence = abs(summary["stationary"]["kl"] - DIVERGENCE)
        print(f"{tolerance:>9} {time['steps']:6} {time['rejected_steps']:9} {time['factorisations']:15} {error:14.1e} "
              f"{divergence:12.1e} {seconds(output, 'time steps'):9.2f} s {summary['wall_seconds']:8.2f} s")  # fmt: skip


def steps(ranks):
    options = {"Discretisation/refinement": "none", "Domain/initial refinement": 6, "Time/end time": 50,
               "Time/mean": "0.1, 0.1", "Time/standard deviation": 0.3, "Time/tolerance": 1e-5}  # fmt: skip
    summary, output = run(ranks, "cases/tutorial/two_layer_network.prm", options)
    ends = [float(s) for s in re.findall(r"  pass .*\((\d+\.\d+) s\)$", output, re.MULTILINE)]
    solve = (ends[-1] - ends[0]) / (len(ends) - 1)
    n = summary["time"]["steps"]
    step = (seconds(output, "time steps") + seconds(output, "statistics")) / n
    print(f"{summary['dofs']} unknowns, {n} accepted steps ({summary['time']['rejected_steps']} rejected)")
    print(f"one step {1e3 * step:.0f} ms, one stationary solve {1e3 * solve:.0f} ms: 100 steps are worth "
          f"{100 * step / solve:.0f} solves")  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ranks", type=int, default=1)
    parser.add_argument("table", choices=["tolerances", "steps"])
    arguments = parser.parse_args()
    {"tolerances": tolerances, "steps": steps}[arguments.table](arguments.ranks)


if __name__ == "__main__":
    main()
