#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Iterations, time and memory of the iterative solver in 3-D.

    /usr/bin/python3 benchmarks/stationary_3d.py [--ranks N] sizes [CELLS ...]
    /usr/bin/python3 benchmarks/stationary_3d.py [--ranks N] noise [--degree K] [--cells N]

The three-layer network of the tutorial in the box +-2.5, whole runs of
sgdfp-stationary to a residual |A p|/|diag(A) p| of 1e-8 (or --tolerance).

sizes: T = .1 with half of the noise from SGD, Q3, the finest mesh with 16, 26
  and 42 cells along an axis (118k, 493k, 2.05M unknowns), each reached from
  uniformly coarser ones, which hand their law down. The last takes 15 GB.
noise: shares .5, .9, .99 of SGD at noise T = .5, .1, .02.

"T, share a" stands for that learning rate at which (eta/2) trace C / 3 = a T in
a minimum, with the floor (1 - a) T: 0.3360222839 and 0.05 at T = .1, a = .5.

Columns: iterations of the passes on the finest mesh (its first one starts from
the law of the coarser mesh; [] where none converged), seconds until the last
one ended, microseconds per unknown of the finest mesh, the sum of the peak
memories of the ranks (- where --time-limit ended the run: at T = .5 it goes on
to look for a larger box), and why a law was refused.
"""
import argparse
import os
import pathlib
import re
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
LEARNING_RATE_PER_NOISE = 0.3360222839 / 0.05


def settings(noise, share, degree, cells, coarsest, tolerance):
    """--set options, and the number of cells along an axis of the first mesh."""
    subdivisions, most_cells = cells, cells**3
    while subdivisions % 2 == 0 and subdivisions > coarsest:
        subdivisions //= 2
    entries = {
        "Optimiser/learning rate": LEARNING_RATE_PER_NOISE * noise * share,
        "Noise/isotropic floor": noise * (1 - share),
        "Domain/lower": "-2.5, -2.5, -2.5",
        "Domain/upper": "2.5, 2.5, 2.5",
        "Domain/subdivisions": subdivisions,
        "Domain/initial refinement": 0,
        "Discretisation/degree": degree,
        "Discretisation/refinement": "uniform",
        # Never met: the mesh decides where the run ends.
        "Discretisation/tolerance": 0,
        "Discretisation/maximum cells": most_cells,
        "Discretisation/maximum passes": 1,
        "Discretisation/estimate limit": 1,
        "Solver/tolerance": tolerance,
        "Output/figures": "false",
        "Output/potential limit": 0,
    }
    return [f"--set={name}={value}" for name, value in entries.items()]


def run(ranks, options, time_limit):
    environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", OMPI_ALLOW_RUN_AS_ROOT="1",
                       OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1", OMPI_MCA_rmaps_base_oversubscribe="1",
                       HWLOC_HIDE_ERRORS="2")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        command = ["timeout", str(time_limit), "mpirun", "-n", str(ranks)]
        command += ["bash", "-c", '/usr/bin/time -f "%M kB" "$@"', "run"]
        command += [os.environ.get("SGDFP", "build/bin/sgdfp-stationary")]
        command += ["cases/tutorial/three_layer_network.prm", "--output", folder] + options
        return subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True).stdout  # fmt: skip


def read(output):
    """Of the last level: unknowns, iterations by pass; seconds, kB, the end."""
    finest = output.rpartition("  level ")[2]
    unknowns = int(re.search(r"(\d+) unknowns", finest).group(1))
    iterations = [int(n) for n in re.findall(r"pass .* (\d+) iterations", finest)]
    seconds = [float(s) for s in re.findall(r"\((\d+\.\d+) s\)$", output, re.MULTILINE)]
    memory = sum(int(kb) for kb in re.findall(r"(\d+) kB", output))
    problem = re.search(r"(Refused|The linear solver|Error).{0,70}", output)
    return unknowns, iterations, seconds[-1] if seconds else 0, memory, problem.group(0) if problem else ""


def print_row(name, output):
    unknowns, iterations, seconds, memory, problem = read(output)
    kilobytes = f"{memory / unknowns:8.2f}" if memory else f"{'-':>8}"
    print(f"{name:24} {unknowns:9} {str(iterations):12} {seconds:8.1f} {1e6 * seconds / unknowns:8.0f} "
          f"{kilobytes}  {problem}", flush=True)  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--tolerance", default="1e-8")
    parser.add_argument("--time-limit", type=float, default=3600, help="seconds of one run")
    tables = parser.add_subparsers(dest="table", required=True)
    sizes = tables.add_parser("sizes")
    sizes.add_argument("cells", type=int, nargs="*", default=[16, 26, 42])
    noise = tables.add_parser("noise")
    noise.add_argument("--degree", type=int, default=3)
    noise.add_argument("--cells", type=int, default=16)
    arguments = parser.parse_args()

    print(f"{'':24} {'unknowns':>9} {'iterations':12} {'seconds':>8} {'us each':>8} {'kB each':>8}")
    if arguments.table == "sizes":
        for n in arguments.cells:
            options = settings(0.1, 0.5, 3, n, 13, arguments.tolerance)
            print_row(f"{n} cells along an axis", run(arguments.ranks, options, arguments.time_limit))
        return
    for temperature in (0.5, 0.1, 0.02):
        for share in (0.5, 0.9, 0.99):
            options = settings(temperature, share, arguments.degree, arguments.cells, 8, arguments.tolerance)
            print_row(f"T = {temperature}, share {share}", run(arguments.ranks, options, arguments.time_limit))


if __name__ == "__main__":
    main()
