# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures of paths of training: plot_paths.py RUN_FOLDER

Reads trajectories.csv (and bifurcation.csv) of a run of sgdfp-landscape, writes
figures/paths.png: the paths in the plane of the first two parameters, the
sharpness along them beside 2/eta, the loss; and figures/bifurcation.png.
"""
import csv
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

KINDS = ("gradient descent", "gradient flow", "central flow")
COLOURS = ("0.45", "#0072b2", "#d55e00")
STYLES = (".", "-", "-")
EDGE_COLOUR = "#cc79a7"
TITLE_SIZE = 10


def table(file):
    with open(file, encoding="utf-8") as lines:
        rows = list(csv.reader(lines))
    return rows[0], np.array([[float(x) for x in row] for row in rows[1:]])


def edge_of_stability(folder):
    """2/eta, from the parameters as resolved."""
    section = ""
    for line in (folder / "parameters.prm").read_text(encoding="utf-8").splitlines():
        words = line.split("#")[0].split()
        if words[:1] == ["subsection"]:
            section = " ".join(words[1:])
        elif section == "Optimiser" and words[:3] == ["set", "learning", "rate"]:
            return 2 / float(words[-1])
    return None


def draw_paths(folder):
    names, data = table(folder / "trajectories.csv")
    column = {name: i for i, name in enumerate(names)}
    variables = names[4 : column["loss"]]
    edge = edge_of_stability(folder)
    round_off = 1e-18 * data[:, column["loss"]].max()  # below, a loss has no digits
    figure, axes = plt.subplots(1, 3, figsize=(15, 4.4), constrained_layout=True)
    for path in np.unique(data[:, 0]):
        rows = data[data[:, 0] == path]
        kind = int(rows[0, 2])
        style = dict(color=COLOURS[kind], lw=1.4, zorder=1 + kind)
        style["marker" if kind == 0 else "ls"] = STYLES[kind]
        if kind == 0:
            style.update(ls="none", ms=2)
        label = KINDS[kind] if rows[0, 1] == 0 else None
        time = rows[:, 3]
        if len(variables) > 1:
            axes[0].plot(rows[:, 4], rows[:, 5], label=label, **style)
        else:
            axes[0].plot(time, rows[:, 4], label=label, **style)
        axes[1].plot(time, rows[:, column["sharpness"]], **style)
        axes[2].semilogy(time, np.maximum(rows[:, column["loss"]], round_off), **style)
    axes[0].set_xlabel(variables[0] if len(variables) > 1 else "t")
    axes[0].set_ylabel(variables[1] if len(variables) > 1 else variables[0])
    axes[0].set_title("paths", fontsize=TITLE_SIZE)
    axes[0].legend(fontsize=8)
    axes[1].axhline(edge, ls="--", color=EDGE_COLOUR, label=f"2/η = {edge:.4g}")
    axes[1].legend(fontsize=8)
    axes[1].set_title("sharpness", fontsize=TITLE_SIZE)
    axes[2].set_title("loss", fontsize=TITLE_SIZE)
    for axis in axes[1:]:
        axis.set_xlabel("t = η k")
    figure.savefig(folder / "figures" / "paths.png", dpi=120)
    plt.close(figure)


def draw_bifurcation(folder):
    file = folder / "bifurcation.csv"
    if not file.exists():
        return
    names, data = table(file)
    figure, axes = plt.subplots(
        1, len(names) - 1, figsize=(5.2 * (len(names) - 1), 4.2), constrained_layout=True
    )
    for axis, i in zip(axes, range(1, len(names))):
        axis.plot(data[:, 0], data[:, i], ",", color="black")
        axis.set_xlabel("learning rate η")
        axis.set_ylabel(names[i])
    figure.suptitle("where gradient descent is at last (64 steps per η)", fontsize=TITLE_SIZE)
    figure.savefig(folder / "figures" / "bifurcation.png", dpi=150)
    plt.close(figure)


def main():
    folder = pathlib.Path(sys.argv[1])
    (folder / "figures").mkdir(exist_ok=True)
    draw_paths(folder)
    draw_bifurcation(folder)


if __name__ == "__main__":
    main()
