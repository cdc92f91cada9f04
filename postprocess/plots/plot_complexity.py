# SPDX-License-Identifier: GPL-3.0-or-later
"""Figure of what a law has near the minimum: plot_complexity.py RUN_FOLDER

Reads sublevels.csv of a run of sgdfp-stationary, writes figures/complexity.png: the probability of
L - min L < eps under the law of SGD and under Gibbs at the nominal temperature, the volume of that
set, and their local exponents.
"""
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from sgdfp_results import read_table

TITLE_SIZE = 10
CURVES = (("sgd", "law of SGD", "#d55e00", "o"), ("gibbs", "Gibbs, nominal temperature", "#0072b2", "s"),
          ("volume", "volume", "#009e73", "^"))


def draw(folder):
    file = folder / "sublevels.csv"
    # There is none without a temperature or a minimum of the loss.
    levels = read_table(file) if file.exists() else {}
    if len(levels) == 0 or len(levels["level"]) < 3:
        return
    figure, axes = plt.subplots(1, 2, figsize=(10, 4.2), constrained_layout=True)
    for name, label, colour, marker in CURVES:
        axes[0].loglog(levels["level"], levels[name], marker=marker, ms=4, lw=1, color=colour, label=label)
        axes[1].semilogx(levels["level"], levels[name + "_exponent"], marker=marker, ms=4, lw=1, color=colour)
    axes[0].set_ylabel("probability (volume) of $L - \\min L < \\epsilon$")
    axes[0].legend(frameon=False)
    axes[1].set_ylabel("d log / d log $\\epsilon$")
    axes[1].set_title("local exponents; that of the volume tends to $\\lambda$", fontsize=TITLE_SIZE)
    axes[1].set_ylim(bottom=0)
    for axis in axes:
        axis.set_xlabel("$\\epsilon$, in units of the loss")
        axis.grid(alpha=0.25)
    (folder / "figures").mkdir(exist_ok=True)
    figure.savefig(folder / "figures" / "complexity.png", dpi=120)
    plt.close(figure)


if __name__ == "__main__":
    draw(pathlib.Path(sys.argv[1]))
