#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""L1 error against CPU time, beside finite volumes and plain finite elements.

    /usr/bin/python3 benchmarks/against_baselines.py [--baselines FOLDER] [--repeat N] [CASE ...]

CASE is ou_rot, dwell, A4, ou_rot_3d; all if none is named. FOLDER holds
baseline_2d.py and baseline_nd.py (default ../shared/benchmarks). Every run is a
process of its own on one core; times are CPU times, the least of N runs
(default 3). Start-up and imports are nobody's:

  baselines: t_build + t_steady in CPU seconds of the process, minus those of the
    smallest mesh, which is what dolfinx spends on looking up compiled forms;
    imports, compilers and the evaluation of the error are outside of them.
  sgdfp: user + system time of the process minus that of --validate; error
    estimate, integrals, ParaView files and whatever else it does count.

The error of the baselines is the one that they print. That of sgdfp is the
integral of |p - exact| over solution/grid.npz, which holds p itself at the
points of a regular grid of the window where p > 1e-6 max p, or the error that
the run itself estimates for all of the box, whichever is larger.

The last table takes, for each run of sgdfp and each baseline, the cheapest run
that had at least as much CPU time. SGDFP names another executable. Needs
python3-numpy python3-scipy python3-petsc4py python3-dolfinx.
"""
import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

import numpy as np
from scipy.integrate import quad

ROOT = pathlib.Path(__file__).resolve().parent.parent
HERE = ROOT / "benchmarks"
PYTHON = "/usr/bin/python3"
ENVIRONMENT = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", OMPI_ALLOW_RUN_AS_ROOT="1",
                   OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1", HWLOC_HIDE_ERRORS="2")  # fmt: skip

FE4 = (64, 96, 128, 192, 256, 384, 512, 640, 800, 1000)
SG = (100, 200, 400, 600, 800, 1000)

# Widths of the boxes, meshes of the baselines by method, settings of sgdfp.
# At their boundary the law is below round-off of its maximum: exp(-32), exp(-64).
CASES = {
    "ou_rot": {
        "box": 16,
        "baselines": {"sg_mumps": SG, "fe4_mumps": FE4},
        "runs": [{"degree": 4, "refinement": 4}, {"degree": 5, "refinement": 4}, {"degree": 4, "refinement": 5}],
    },
    "dwell": {
        "box": 16,
        "baselines": {"sg_mumps": SG, "fe4_mumps": FE4},
        "runs": [
            {"degree": 4, "refinement": 6},
            {"degree": 5, "refinement": 5},
            {"degree": 6, "refinement": 6, "Noise/type": "expression", "Noise/expression": "1, 0; 0, 1"},
        ],
    },
    "A4": {
        "box": 16,
        "baselines": {"sg_mumps": SG, "fe4_mumps": FE4},
        "runs": [{"degree": 4, "refinement": 5}, {"degree": 4, "refinement": 6}],
    },
    "ou_rot_3d": {
        "box": 16,
        "baselines": {"gmres": (40, 60, 80, 100), "mumps": (40, 50, 60)},
        "runs": [{"degree": 3, "refinement": 3}, {"degree": 2, "refinement": 4}],
    },
}


def dwell(x, y):
    mass = quad(lambda t: np.exp(-4 * (t * t - 1) ** 2), -3, 3, epsabs=0, epsrel=1e-13)[0]
    return np.exp(-4 * (x * x - 1) ** 2 - 2 * y * y) / (mass * np.sqrt(np.pi / 2))


EXACT = {
    "ou_rot": lambda x, y: np.exp(-(x * x + y * y) / 2) / (2 * np.pi),
    "dwell": dwell,
    "A4": lambda x, y: np.exp(-((x * x + y * y) ** 2) / 4) / np.pi**1.5,
    "ou_rot_3d": lambda x, y, z: np.exp(-(x * x + y * y + z * z) / 2) / (2 * np.pi) ** 1.5,
}


def run_process(command, **environment):
    """User + system time of a process, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    finished = subprocess.run(command, env=dict(ENVIRONMENT, **environment), capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if finished.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit status {finished.returncode}\n{finished.stdout}{finished.stderr}")
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, finished.stdout


def least(measure, repeat):
    """The least of several measurements of CPU seconds; long ones are not repeated."""
    long, seconds = 10, measure()
    for _ in range(repeat - 1):
        if seconds < long:
            seconds = min(seconds, measure())
    return seconds


class Baselines:
    def __init__(self, folder, repeat):
        self.folder, self.repeat, self.smallest = pathlib.Path(folder), repeat, {}

    def run_once(self, case, method, n):
        if case == "ou_rot_3d":
            arguments = [str(self.folder / "baseline_nd.py"), "3", str(n), method]
        else:
            arguments = [str(self.folder / "baseline_2d.py"), method, case, str(n)]
        command = [PYTHON, str(HERE / "run_baseline.py")] + arguments
        _, output = run_process(command, BOX=str(CASES[case]["box"]))
        self.result = json.loads(output.strip().splitlines()[-1])
        return self.result["t_build"] + self.result["t_steady"]

    def run(self, case, method, n):
        if (case, method) not in self.smallest:
            self.run_once(case, method, 4)  # compiles the forms
            self.smallest[case, method] = least(lambda: self.run_once(case, method, 4), self.repeat)
        seconds = least(lambda: self.run_once(case, method, n), self.repeat)
        return {"name": f"{method} N={n}", "dofs": self.result["dofs"], "error": self.result["L1err"],
                "cpu": seconds - self.smallest[case, method]}  # fmt: skip


def error_on_grid(folder, case):
    """Integral of |p - exact| over grid.npz (trapezoidal rule)."""
    with np.load(folder / "solution/grid.npz") as file:
        density = file["density"]
        axes = [file[f"axis_{d + 1}"] for d in range(density.ndim)]
    difference = abs(density - EXACT[case](*np.meshgrid(*axes, indexing="ij", sparse=True)))
    for axis in reversed(axes):
        difference = np.trapz(difference, axis)
    return float(difference)


def run_sgdfp(case, settings, repeat, folder):
    program = os.environ.get("SGDFP", str(ROOT / "build/bin/sgdfp-stationary"))
    names = {"degree": "Discretisation/degree", "refinement": "Domain/initial refinement"}
    command = [program, str(HERE / f"cases/{case}.prm"), "--quiet", "--output", folder]
    validate = command + ["--validate", "--set", "Domain/initial refinement=1"]
    start = least(lambda: run_process(validate)[0], repeat)
    for entry, value in settings.items():
        command += ["--set", f"{names.get(entry, entry)}={value}"]
    seconds = least(lambda: run_process(command)[0], repeat)
    run_folder = pathlib.Path(folder) / f"{case}-stationary"
    summary = json.loads((run_folder / "summary.json").read_text(encoding="utf-8"))
    estimate, measured = summary["density"]["estimated_error"], error_on_grid(run_folder, case)
    name = f"sgdfp Q{settings['degree']}, start {2 ** settings['refinement']}^{summary['dimension']} cells"
    if "Noise/type" in settings:
        name += ", without exp(-L/T)"
    return {"name": name, "dofs": summary["dofs"], "cpu": seconds - start, "error": max(estimate, measured),
            "estimate": estimate, "measured": measured}  # fmt: skip


def compare(case, baselines, repeat, folder):
    box = CASES[case]["box"]
    print(f"\n### {case}, box +-{box / 2:g}\n\n| run | unknowns | CPU s | L1 error | estimated by the run |\n|---|---|---|---|---|")
    ours = [run_sgdfp(case, settings, repeat, folder) for settings in CASES[case]["runs"]]
    for run in ours:
        print(f"| {run['name']} | {run['dofs']:,} | {run['cpu']:.2f} | {run['measured']:.1e} | {run['estimate']:.1e} |", flush=True)
    longest, theirs = max(run["cpu"] for run in ours), {}
    for method, sizes in CASES[case]["baselines"].items():
        theirs[method] = []
        for n in sizes:
            theirs[method].append(baselines.run(case, method, n))
            run = theirs[method][-1]
            print(f"| {run['name']} | {run['dofs']:,} | {run['cpu']:.2f} | {run['error']:.1e} | |", flush=True)
            if run["cpu"] > longest:
                break
    rows = []
    for run in ours:
        for method, runs in theirs.items():
            slower = [other for other in runs if other["cpu"] >= run["cpu"]]
            other = min(slower, key=lambda r: r["cpu"]) if slower else runs[-1]
            rows.append((case, run, other, other["error"] / run["error"]))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--baselines", default=str(ROOT.parent / "shared/benchmarks"), metavar="FOLDER")
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    baselines = Baselines(arguments.baselines, arguments.repeat)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for case in arguments.cases or CASES:
            rows += compare(case, baselines, arguments.repeat, folder)
    print("\n### Errors at equal CPU time\n\n| case | sgdfp | CPU s | L1 error | baseline with at least that time | CPU s | L1 error | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    for case, run, other, ratio in rows:
        name = other["name"] + ("" if other["cpu"] >= run["cpu"] else ", its finest here")
        print(
            f"| {case} | {run['name']} | {run['cpu']:.2f} | {run['error']:.1e} "
            f"| {name} | {other['cpu']:.2f} | {other['error']:.1e} | {ratio:,.0f} |"
        )


if __name__ == "__main__":
    main()
