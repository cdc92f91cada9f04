# SPDX-License-Identifier: GPL-3.0-or-later
"""Cost of a stationary law under alpha-stable noise (alpha = 1.5, quadratic
loss) against the number of unknowns: iterations, seconds of assembly and linear
solver, memory, in 2-D and 3-D on 1 and 2 ranks, with the growth exponent.

    benchmarks/stable_scaling.py [BUILD_FOLDER]
"""
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CASE = ROOT / "cases" / "verification" / "C1_stable_2d.prm"
CELLS = {2: [24, 48, 96, 240], 3: [12, 16, 24]}
HALF_WIDTH = {2: 1e4, 3: 1e3}


def settings(dim, cells):
    def row(value):
        return ", ".join([str(value)] * dim)

    identity = "; ".join(", ".join("1" if i == j else "0" for j in range(dim)) for i in range(dim))
    # Cells per axis = subdivisions 2^refinement
    refinement = 0
    while cells % 2 == 0:
        cells //= 2
        refinement += 1
    return {
        "dimension": dim,
        "variables": ", ".join("xyz"[:dim]),
        "Loss/Quadratic/hessian": identity,
        "Loss/Quadratic/minimum": row(0),
        "Domain/lower": row(-HALF_WIDTH[dim]),
        "Domain/upper": row(HALF_WIDTH[dim]),
        "Domain/subdivisions": cells,
        "Domain/initial refinement": refinement,
        "Observables/probe points": row(0),
        "Observables/functions": "",
        "Discretisation/refinement": "none",
        "Discretisation/estimate limit": 1,
        "Output/figures": "false",
    }


def memory_of(pattern, peak, stop):
    """Largest sum of resident sets of the ranks, in GB."""
    while not stop.is_set():
        total = 0
        for folder in pathlib.Path("/proc").iterdir():
            try:
                if folder.name.isdigit() and pattern == (folder / "comm").read_text().strip():
                    status = (folder / "status").read_text()
                    total += int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1e6
            except (OSError, AttributeError):
                pass
        peak[0] = max(peak[0], total)
        time.sleep(0.2)


def run(program, dim, cells, ranks):
    with tempfile.TemporaryDirectory() as name:
        command = ["mpirun", "--oversubscribe", "-n", str(ranks), program, CASE, "--output", name]
        for entry, value in settings(dim, cells).items():
            command += ["--set", f"{entry}={value}"]
        peak, stop = [0.0], threading.Event()
        # The kernel keeps 15 letters of a name.
        watch = threading.Thread(target=memory_of, args=("sgdfp-stationary"[:15], peak, stop))
        watch.start()
        # The coarsest meshes are refused (exit status 2): their cost counts too.
        status = subprocess.run(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ).returncode
        stop.set()
        watch.join()
        folder = next(pathlib.Path(name).iterdir())
        log = (folder / "log.txt").read_text()
        passes = re.findall(r"pass 0 .*residual (\S+)\s+(\d+) iterations\s+\((\S+) s\)", log)
        unknowns = int(re.findall(r"level 0 .* (\d+) unknowns", log)[0])
        start = float(re.findall(r"start-up[^\d]*([\d.]+) s", log + " start-up 0 s")[0])
        return {
            "dim": dim,
            "ranks": ranks,
            "unknowns": unknowns,
            "iterations": int(passes[-1][1]),
            "residual": float(passes[-1][0]),
            "seconds": float(passes[-1][2]) - start,
            "gigabytes": peak[0],
            "status": status,
        }


def exponent(rows):
    """Least squares slope of log seconds over log unknowns."""
    x = [math.log(r["unknowns"]) for r in rows]
    y = [math.log(r["seconds"]) for r in rows]
    mx, my = sum(x) / len(x), sum(y) / len(y)
    return sum((a - mx) * (b - my) for a, b in zip(x, y)) / sum((a - mx) ** 2 for a in x)


def main():
    build = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build"
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    rows = []
    print("dim ranks unknowns iterations residual  seconds us/unknown     GB  exit")
    for dim, sizes in CELLS.items():
        for ranks in (1, 2):
            series = []
            for cells in sizes:
                r = run(build / "bin" / "sgdfp-stationary", dim, cells, ranks)
                series.append(r)
                print(
                    f"{dim:3} {ranks:5} {r['unknowns']:8} {r['iterations']:10}"
                    f" {r['residual']:.1e} {r['seconds']:8.2f}"
                    f" {1e6 * r['seconds'] / r['unknowns']:10.1f} {r['gigabytes']:6.2f}"
                    f" {r['status']:5}",
                    flush=True,
                )
            print(f"    growth of the time: unknowns^{exponent(series):.2f}")
            rows += series
    pathlib.Path("stable_scaling.json").write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
