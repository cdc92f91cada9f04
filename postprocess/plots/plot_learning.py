# SPDX-License-Identifier: GPL-3.0-or-later
"""Figure of the learning coefficient: plot_learning.py RUN_FOLDER

Reads free_energy.csv, volumes.csv and learning.csv of a run of sgdfp-landscape, writes
figures/learning.png: free energy and volume beside what is fitted to them, and n<K> with the
heat capacity, which both tend to lambda.
"""
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from sgdfp_results import read_table

BLUE, ORANGE, GREEN = "#0072b2", "#d55e00", "#009e73"
TITLE_SIZE = 10


def title(fits, by_volume):
    rows = fits["by_volume"] == by_volume
    value = fits["lambda"][rows][0]
    if np.isnan(value):
        return "not resolved"
    return (f"$\\lambda$ = {value:.6g} $\\pm$ {fits['lambda_error'][rows][0]:.1g}, "
            f"m = {fits['multiplicity'][rows][0]:.0f}")


def draw(folder):
    energy = read_table(folder / "free_energy.csv")
    fits = read_table(folder / "learning.csv")
    has_volumes = (folder / "volumes.csv").exists()
    figure, axes = plt.subplots(1, 3 if has_volumes else 2, figsize=(15 if has_volumes else 10, 4.2),
                                constrained_layout=True)
    axes[0].semilogx(energy["n"], energy["fit"], color=ORANGE, lw=1.2, label="leading terms, fitted", zorder=1)
    axes[0].semilogx(energy["n"], energy["minus_log_Z"], "o", ms=4, color=BLUE, label="F", zorder=2)
    axes[0].set_xlabel("n")
    axes[0].set_ylabel("$F = -\\log \\int e^{-n (L - L_0)}$")
    axes[0].set_title("free energy: " + title(fits, 0), fontsize=TITLE_SIZE)
    axes[0].legend(frameon=False)
    axes[1].semilogx(energy["n"], energy["n_mean_K"], "o-", ms=3, color=BLUE, label="$n \\langle L - L_0 \\rangle$")
    axes[1].semilogx(energy["n"], energy["heat_capacity"], "s-", ms=3, color=GREEN,
                     label="heat capacity $n^2$ Var $L$")
    if not np.isnan(fits["lambda"][0]):
        axes[1].axhline(fits["lambda"][0], color=ORANGE, lw=1, label="$\\lambda$")
    axes[1].set_xlabel("n")
    axes[1].set_title("both tend to $\\lambda$, for m > 1 like $1/\\log n$", fontsize=TITLE_SIZE)
    axes[1].legend(frameon=False)
    if has_volumes:
        volumes = read_table(folder / "volumes.csv")
        axes[2].loglog(volumes["level"], volumes["fit"], color=ORANGE, lw=1.2, label="leading terms, fitted", zorder=1)
        axes[2].loglog(volumes["level"], volumes["volume"], "o", ms=4, color=BLUE, label="V", zorder=2)
        axes[2].set_xlabel("$\\epsilon$")
        axes[2].set_ylabel("vol$\\{L - L_0 < \\epsilon\\}$")
        axes[2].set_title("volume: " + title(fits, 1), fontsize=TITLE_SIZE)
        axes[2].legend(frameon=False)
    (folder / "figures").mkdir(exist_ok=True)
    figure.savefig(folder / "figures" / "learning.png", dpi=130)


if __name__ == "__main__":
    draw(pathlib.Path(sys.argv[1]))
