#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The law of w = uv on u, v > 0 as the floor vanishes, against anchor B4.

    /usr/bin/python3 benchmarks/vanishing_floor.py [FIGURE.png]

Runs cases/studies/vanishing_floor.prm for a sequence of floors, prints mean,
p(1) and E[L] of w given u, v > 0 as a table, and draws the marginals of w and
their deviations from the exact density. SGDFP names another executable.
Needs numpy, scipy and matplotlib.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from scipy.integrate import quad

ROOT = pathlib.Path(__file__).resolve().parent.parent
FLOORS = (0.01, 0.003, 0.001, 0.0003, 0.0001)

# Bins of the marginal; half widths of the bins around w = 1 that p(1) is
# extrapolated from.
EDGES = np.concatenate(
    [np.linspace(0, 0.4, 5), np.linspace(0.5, 1.5, 21), np.linspace(1.6, 2, 5), np.linspace(2.25, 4, 8)]
)
HALF_WIDTHS = (0.1, 0.05, 0.025)

ETA, SIGMA = 0.1, 0.5


def unnormalised_b4(w):
    """p(w) up to a factor, B = s = w* = 1 [anchors.md, B4]."""
    k, G = 1 / ETA, 2 + SIGMA**2
    c = 2 * (w - 1) ** 2 + SIGMA**2
    angle = np.arctan(np.sqrt(2) * (w - 1) / SIGMA)
    return w ** (-1.5 + k / G) * c ** (-1 - k / (2 * G)) * np.exp(-k * SIGMA / (np.sqrt(2) * G) * angle)


def integral(f, a, b):
    return quad(f, a, b, epsabs=0, epsrel=1e-11, limit=200)[0]


MASS = integral(unnormalised_b4, 0, 1) + integral(unnormalised_b4, 1, np.inf)


def b4(w):
    return unnormalised_b4(w) / MASS


def b4_mean(f):
    return integral(lambda w: f(w) * b4(w), 0, 1) + integral(lambda w: f(w) * b4(w), 1, np.inf)


def extrapolate(bin_means):
    """The density in the middle of centred bins of half width h, h/2, h/4 with
    these mean densities: the h^2 and h^4 terms drop out."""
    coarse, middle, fine = bin_means
    first, second = (4 * middle - coarse) / 3, (4 * fine - middle) / 3
    return (16 * second - first) / 15


def limit(laws, key):
    """The quadratic in the floor through the last three floors, at floor 0."""
    floors, values = [law["floor"] for law in laws[-3:]], [law[key] for law in laws[-3:]]
    return np.polyval(np.polyfit(floors, values, 2), 0)


def observables():
    # On s >= 0 the points with w > 0 are those with u, v > 0.
    w, positive = "(s^2-d^2)/2", "s > abs(d)"
    functions = {
        "kept": f"if({positive}, 1, 0)",
        "weight": f"if({positive}, {w}, 0)",
        "kept loss": f"if({positive}, 0.5*({w}-1)^2 + {SIGMA**2 / 2}, 0)",
        "below": f"if({positive} && {w} < 1, 1, 0)",
    }
    for i, (a, b) in enumerate(zip(EDGES, EDGES[1:])):
        functions[f"bin {i}"] = f"if({w} > {a:.6g} && {w} < {b:.6g}, 1, 0)"
    for i, h in enumerate(HALF_WIDTHS):
        functions[f"centre {i}"] = f"if(abs({w}-1) < {h}, 1, 0)"
    return "; ".join(f"{name}: {f}" for name, f in functions.items())


def run(floor, folder):
    program = os.environ.get("SGDFP", str(ROOT / "build/bin/sgdfp-stationary"))
    case = ROOT / "cases/studies/vanishing_floor.prm"
    settings = {
        "Noise/isotropic floor": floor,
        "Discretisation/negative control": "false",
        "Output/figures": "false",
        "Observables/functions": observables(),
    }
    command = [program, str(case), "--quiet", "--output", folder]
    for entry, value in settings.items():
        command += ["--set", f"{entry}={value}"]
    finished = subprocess.run(command, capture_output=True, text=True)
    if finished.returncode != 0:
        sys.exit(f"floor {floor}: exit status {finished.returncode}\n{finished.stdout}{finished.stderr}")
    summary = json.loads((pathlib.Path(folder) / "vanishing_floor-stationary/summary.json").read_text())
    mean = {name: value["mean"] for name, value in summary["observables"].items()}
    kept = mean["kept"]
    bins = [mean[f"bin {i}"] for i in range(len(EDGES) - 1)]
    centres = [mean[f"centre {i}"] / (2 * h) for i, h in enumerate(HALF_WIDTHS)]
    return {
        "floor": floor,
        "dofs": summary["dofs"],
        "error": summary["density"]["estimated_error"],
        "boundary": summary["density"]["boundary_mass"],
        "kept": kept,
        "mean": mean["weight"] / kept,
        "p1": extrapolate(centres) / kept,
        "loss": mean["kept loss"] / kept,
        "below": mean["below"] / kept,
        "marginal": np.array(bins) / np.diff(EDGES) / kept,
    }


def print_table(laws, exact):
    print("| floor | unknowns | estimated L1 error | boundary mass | 1 - P(u, v > 0) | mean | p(1) | E[L] | P(w<1) |")
    print("|---|---|---|---|---|---|---|---|---|")
    for law in laws:
        print(
            f"| {law['floor']:g} | {law['dofs']:,} | {law['error']:.0e} | {law['boundary']:.0e} | {1 - law['kept']:.0e} "
            f"| {law['mean']:.6f} | {law['p1']:.5f} | {law['loss']:.6f} | {law['below']:.6f} |"
        )
    mean, p1, loss, below = (limit(laws, key) for key in ("mean", "p1", "loss", "below"))
    print(f"| 0: extrapolated | | | | | {mean:.6f} | {p1:.5f} | {loss:.6f} | {below:.6f} |")
    print(f"| 0: B4 | | | | 0 | {exact['mean']:.6f} | {exact['p1']:.5f} | {exact['loss']:.6f} | {exact['below']:.6f} |")
    print("\ndeviation from B4 divided by the floor:\n\n| floor | mean | p(1) | E[L] | P(w<1) |\n|---|---|---|---|---|")
    for law in laws:
        ratios = [(law[key] - exact[key]) / law["floor"] for key in ("mean", "p1", "loss", "below")]
        print(f"| {law['floor']:g} | " + " | ".join(f"{ratio:.3f}" for ratio in ratios) + " |")


def draw(laws, bin_means, file):
    figure, (top, bottom) = plt.subplots(
        2, 1, figsize=(6.4, 6.8), sharex=True, height_ratios=(3, 2), constrained_layout=True
    )
    colours = plt.get_cmap("viridis")(np.linspace(0, 0.88, len(laws)))
    markers = "osD^v"
    middle = (EDGES[:-1] + EDGES[1:]) / 2
    w = np.linspace(1e-3, EDGES[-1], 2000)
    top.plot(w, b4(w), color="black", lw=1.2, label="floor 0: B4, exact", zorder=1)
    for law, colour, marker in zip(laws, colours, markers):
        style = dict(color=colour, marker=marker, ms=3.5, mew=0.8, mfc="none")
        top.plot(middle, law["marginal"], ls="none", label=f"floor {law['floor']:g}", **style)
        bottom.plot(middle, abs(law["marginal"] / bin_means - 1), lw=0.7, **style)
    top.set(yscale="log", ylim=(1e-5, 10), ylabel="density of $w = uv$ given $u, v > 0$ (bin means)")
    top.legend(frameon=False)
    bottom.set(yscale="log", ylim=(1e-5, 1e2), xlim=(0, EDGES[-1]), xlabel="end-to-end weight $w$")
    bottom.set_ylabel("relative deviation from B4")
    bottom.grid(alpha=0.3, lw=0.5)
    figure.savefig(file, dpi=160)


def main():
    file = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "docs/figures/vanishing_floor.png")
    exact = {
        "mean": b4_mean(lambda w: w),
        "p1": b4(1.0),
        "loss": b4_mean(lambda w: 0.5 * (w - 1) ** 2 + SIGMA**2 / 2),
        "below": integral(b4, 0, 1),
    }
    bin_means = np.array([integral(b4, a, b) / (b - a) for a, b in zip(EDGES, EDGES[1:])])
    with tempfile.TemporaryDirectory() as folder:
        laws = [run(floor, folder) for floor in FLOORS]
    centres = [integral(b4, 1 - h, 1 + h) / (2 * h) for h in HALF_WIDTHS]
    print(f"p(1) of B4 {exact['p1']:.8f}, extrapolated from bins of B4 itself {extrapolate(centres):.8f}\n")
    print_table(laws, exact)
    draw(laws, bin_means, file)


if __name__ == "__main__":
    main()
