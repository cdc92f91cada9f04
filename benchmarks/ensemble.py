# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps of SGD per second and core beside a vectorised loop in numpy.

    ensemble.py [--build FOLDER] [--work FOLDER] [--repetitions N]

The two-layer network u v with Gaussian data, batches of one, 1e5 chains: every step draws an
input and a label error for every chain. sgdfp-ensemble and the loop run in turns on the core
they are given (`taskset -c 0`); the time of sgdfp-ensemble is that of its steps and averages,
as its summary.json has it, that of the loop is its steps alone.

The share of the core: operations that the algorithm needs, 75 of 64-bit integers (Threefry,
20 rounds) and 85 of floating point numbers (logarithm, root, sine and cosine of a pair of
normal numbers: 61; the step: 24), against half the flops of a product of matrices with the
BLAS of this machine, which is what the core can issue of vector operations."""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def flags():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next((line for line in file if line.startswith("flags")), "").split()
    except OSError:
        return []


# OpenBLAS takes kernels of 2004 on processors newer than itself.
for flag, kernels in (("avx2", "Haswell"), ("avx512bw", "SkylakeX")):
    if flag in flags():
        os.environ["OPENBLAS_CORETYPE"] = kernels
import numpy as np  # after the number of threads and the kernels

ROOT = pathlib.Path(__file__).resolve().parent.parent
CHAINS = 100000
STEPS = 2000
OPERATIONS = 75 + 85
CASE = """
set dimension = 2
set variables = u, v
subsection Loss
  set type = deep linear network
  set weight decay = 0.05
  subsection Deep linear network
    set widths = 1, 1, 1
    set teacher = 1
    set label noise = 0.5
  end
end
subsection Optimiser
  set learning rate = 0.05
end
subsection Domain
  set lower = -4, -4
  set upper = 4, 4
end
subsection Time
  set initial density = gaussian
  set mean = 1, 1
  set standard deviation = 0.2
end
subsection Ensemble
  set law = final
  set burn in = 0
  set chains = {chains}
  set steps = {steps}
end
"""


def of_numpy(steps):
    """ns per step and E[u v] in the end"""
    rng = np.random.default_rng(1)
    u = rng.normal(1, 0.2, CHAINS)
    v = rng.normal(1, 0.2, CHAINS)
    eta, decay = 0.05, 0.05
    begin = time.perf_counter()
    for _ in range(steps):
        x = rng.standard_normal(CHAINS)
        e = 0.5 * rng.standard_normal(CHAINS)
        residual = (u * v - 1) * x * x - e * x
        gradient_u = residual * v + decay * u
        gradient_v = residual * u + decay * v
        u -= eta * gradient_u
        v -= eta * gradient_v
    return (time.perf_counter() - begin) / steps / CHAINS * 1e9, (u * v).mean()


def of_program(arguments, case):
    process = subprocess.run([str(arguments.build / "bin" / "sgdfp-ensemble"), str(case), "--output",
                              str(arguments.work), "--quiet"], capture_output=True, text=True)
    if process.returncode != 0:
        sys.exit(process.stdout + process.stderr)
    with open(arguments.work / "two_layers-ensemble" / "summary.json", encoding="utf-8") as file:
        ensemble = json.load(file)["ensemble"]
    return 1e9 / ensemble["steps_per_second_and_rank"]


def peak():
    """Vector operations per second: half the flops of a product of matrices."""
    n = 1000
    a = np.random.default_rng(0).random((n, n))
    best = 0
    for _ in range(8):
        begin = time.perf_counter()
        a @ a
        best = max(best, 2 * n**3 / (time.perf_counter() - begin))
    return best / 2


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "output" / "benchmarks")
    parser.add_argument("--repetitions", type=int, default=5)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    case = arguments.work / "two_layers.prm"
    case.write_text(CASE.format(chains=CHAINS, steps=STEPS), encoding="utf-8")
    ratios, fast_times = [], []
    print("   numpy  sgdfp-ensemble  ratio  million steps/s")
    for _ in range(arguments.repetitions):
        slow, _ = of_numpy(STEPS // 10)
        fast = of_program(arguments, case)
        ratios.append(slow / fast)
        fast_times.append(fast)
        print(f"{slow:5.1f} ns {fast:12.1f} ns {ratios[-1]:6.2f} {1e3 / fast:16.1f}", flush=True)
    # Last: after it numpy's loop would no longer pay for its temporaries, as it does for a user.
    share = OPERATIONS / np.median(fast_times) * 1e9 / peak()
    print(f"median ratio {np.median(ratios):.2f}, share of the core {share:.2f}")


if __name__ == "__main__":
    main()
