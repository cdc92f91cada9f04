# SPDX-License-Identifier: GPL-3.0-or-later
"""Relaxation in subdiffusive time against the Mittag-Leffler prediction.

    subdiffusion.py [relaxation | cost] [--build FOLDER] [--work FOLDER]

relaxation: cases/studies/subdiffusion.prm with b = .5, .8 and 1, and its spectrum; the
free energy above its minimum beside

    T sum_jk c_j c_k (R_j, R_k)/2 E_b(-lambda_j t^b) E_b(-lambda_k t^b),

c_k = int F_k p(0), (R_j, R_k) = int R_j R_k/p_ss over the first eigenfunctions, and the mean
squared displacement: docs/figures/subdiffusion.png.

cost: the history as a sum of exponentials beside the direct sum, on D_subdiffusion."""
import argparse
import csv
import json
import os
import pathlib
import subprocess
import sys
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "postprocess" / "plots"))
ORDERS = (0.5, 0.8, 1.0)
COLOURS = ("#0072b2", "#009e73", "#d55e00")


def run(arguments, program, case, output, *options, accepted=(0,)):
    """The folder of a finished run; wall seconds; MB of the largest process.
    accepted: exit statuses, 2 for laws that are refused."""
    command = [str(arguments.build / "bin" / program), str(case), "--output", str(output)]
    for option in ("Output/figures=false",) + options:
        command += ["--set", option]
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in accepted:
        sys.exit(text)
    question = program.removeprefix("sgdfp-")
    folder = output / f"{pathlib.Path(case).stem}-{question}"
    return folder, time.perf_counter() - begin, usage.ru_maxrss / 1024


def columns(folder):
    with open(folder / "statistics.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {k: np.array([float(r[k] or "nan") for r in rows]) for k in rows[0]}


def mittag_leffler(b, x):
    """E_b(-x) for an array x >= 0 [fractional/mittag_leffler.h]."""
    n = 14
    y = 1j * (np.arange(n) + 0.5) * 1.0818 / n - 1.1721
    z = 4.4921 * n * (1 + np.sin(y))
    weights = np.exp(z) * 4.4921 * n * 1j * np.cos(y) * 1.0818 / n / (2j * np.pi)
    x = np.asarray(x)[..., None]
    return (weights * z ** (b - 1) / (z**b + x)).sum(-1).real / (weights / z).sum().real


class Modes:
    """The first eigenfunctions of a run of sgdfp-spectrum, and how much of each is in
    the Gaussian that a case begins with."""

    def __init__(self, folder, mean, deviation):
        with np.load(folder / "solution" / "grid.npz") as file:
            fields = dict(file)
        axes = [fields["axis_1"], fields["axis_2"]]
        # The first one is the stationary law.
        names = [f"right_{k}" for k in range(2, 100) if f"right_{k}" in fields]
        spectrum = json.loads((folder / "summary.json").read_text())["spectrum"]
        self.rates = np.array([-real for real, _ in spectrum["eigenvalues"]])[1 : len(names) + 1]
        density = fields["density"]
        # Where the law is round-off nothing relaxes.
        inside = density > 1e-9 * density.max()
        right = [np.where(inside, fields[n], 0) for n in names]
        cell = (axes[0][1] - axes[0][0]) * (axes[1][1] - axes[1][0])
        safe = np.where(inside, density, 1)
        self.products = np.array([[(r * q / safe).sum() * cell for q in right] for r in right])
        start = np.exp(
            -sum(
                (x - m) ** 2
                for x, m in zip(np.meshgrid(*axes, indexing="ij"), mean)
            )
            / (2 * deviation**2)
        )
        start /= start.sum()
        self.weights = np.array([(fields["left_" + n[6:]] * start).sum() for n in names])

    def divergence(self, b, t):
        """KL(p(t)|p_ss), to second order"""
        modes = mittag_leffler(b, np.outer(t**b, self.rates)) * self.weights
        return 0.5 * np.einsum("ti,ij,tj->t", modes, self.products, modes)


def relaxation(arguments):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    case = ROOT / "cases" / "studies" / "subdiffusion.prm"
    folder, *_ = run(
        arguments, "sgdfp-spectrum", case, arguments.work, "Spectrum/eigenvalues=8"
    )
    modes = Modes(folder, (1.5, 0), 0.1)
    print("rates", modes.rates, "weights", modes.weights)
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4.6), constrained_layout=True)
    for b, colour in zip(ORDERS, COLOURS):
        folder, seconds, _ = run(
            arguments, "sgdfp-transient", case, arguments.work / f"b{b}", f"Time/caputo order={b}"
        )
        data = columns(folder)
        summary = json.loads((folder / "summary.json").read_text())
        t, kl = data["time"][1:], data["kl_to_stationary"][1:]
        left.plot(t, kl, color=colour, label=f"b = {b:g}")
        predicted = modes.divergence(b, t)
        left.plot(t, predicted, "k--", linewidth=1)
        msd = data["mean_squared_displacement"][1:]
        right.plot(t, msd, color=colour, label=f"b = {b:g}")
        print(f"b = {b:g}: {seconds:.0f} s, steps {summary['time']['steps']}, bound "
              f"{summary['time']['estimated_error']:.2g}, mesh {summary['density']['mesh_error']:.2g}")
        for i in np.searchsorted(t, np.array((0.1, 1, 10, 100, 1e3, 1e4, 1e5, 1e6)) * (1 - 1e-9)):
            print(f"  t {t[i]:8.4g}  E[uv] {data['product'][1:][i]:.5f}  learned "
                  f"{data['learned'][1:][i]:.5f}  MSD {msd[i]:.5f} exponent "
                  f"{data['displacement_exponent'][1:][i]:.4f}  KL {kl[i]:.4e}  predicted "
                  f"{predicted[i]:.4e}")
    left.plot([], [], "k--", linewidth=1, label="Mittag-Leffler, first modes")
    left.set_ylim(1e-7, 20)
    left.set_ylabel("KL(p(t) | stationary law)")
    left.set_title("relaxation: powers instead of an exponential", fontsize=10)
    right.set_ylabel("E|θ(t) - θ(0)|²")
    right.set_title("mean squared displacement", fontsize=10)
    for axis in (left, right):
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_xlim(1e-4, 1e6)
        axis.set_xlabel("t = (learning rate) x steps")
        axis.grid(alpha=0.25)
        axis.legend(fontsize=8)
    figure.savefig(ROOT / "docs" / "figures" / "subdiffusion.png", dpi=120)


def cost(arguments):
    case = ROOT / "cases" / "verification" / "D_subdiffusion.prm"
    print("| history | tolerance | steps | vectors | whole run, s | MB | ms per further step |")
    print("|---|---|---|---|---|---|---|")
    for history in ("exponentials", "direct"):
        before = None
        for tolerance in ("1e-2", "1e-3", "1e-4", "3e-5"):
            folder, seconds, memory = run(
                arguments,
                "sgdfp-transient",
                case,
                arguments.work / f"{history}{tolerance}",
                f"Time/tolerance={tolerance}",
                f"Time/caputo history={history}",
            )
            taken = json.loads((folder / "summary.json").read_text())["time"]
            steps, vectors = taken["steps"], taken["history_vectors"]
            further = ""
            if before:
                further = f"{1000 * (seconds - before[1]) / (steps - before[0]):.2f}"
            before = steps, seconds
            print(
                f"| {history} | {tolerance} | {steps} | {vectors} | {seconds:.1f} | "
                f"{memory:.0f} | {further} |",
                flush=True,
            )
    print("| end time | steps | vectors |")
    print("|---|---|---|")
    for end in (1, 1e2, 1e4, 1e6, 1e8):
        folder, *_ = run(
            arguments,
            "sgdfp-transient",
            case,
            arguments.work / f"end{end:g}",
            f"Time/end time={end:g}",
            "Time/output times=",
            "Time/number of outputs=1",
        )
        taken = json.loads((folder / "summary.json").read_text())["time"]
        print(f"| {end:g} | {taken['steps']} | {taken['history_vectors']} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("question", nargs="?", choices=("relaxation", "cost"), default="relaxation")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "output" / "subdiffusion")
    arguments = parser.parse_args()
    {"relaxation": relaxation, "cost": cost}[arguments.question](arguments)


if __name__ == "__main__":
    main()
