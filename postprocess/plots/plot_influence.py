# SPDX-License-Identifier: GPL-3.0-or-later
"""Figure of the influence of rows: plot_influence.py RUN_FOLDER

Reads influence.csv of a run with Observables/row influence, writes figures/influence.png: for each
observable the rows of the data (x1, y1), coloured by the derivative of its mean by their weight,
those of the largest named by their number.
"""
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from sgdfp_results import read_table

TITLE_SIZE = 10
N_NAMED = 5
MOST_PANELS = 6
GREY = "#bbbbbb"


def panel(figure, axis, data, name):
    derivative = data["d_" + name]
    is_in = data["weight"] > 0
    scale = np.abs(derivative).max() or 1
    axis.scatter(data["x1"][~is_in], data["y1"][~is_in], s=60, facecolors="none", edgecolors=GREY,
                 label="weight 0" if (~is_in).any() else None)
    points = axis.scatter(data["x1"], data["y1"], c=derivative, cmap="PuOr", vmin=-scale, vmax=scale, s=22,
                          edgecolors="black", linewidths=0.3)
    for row in np.argsort(-np.abs(derivative))[:N_NAMED]:
        axis.annotate(f"{data['row'][row]:.0f}", (data["x1"][row], data["y1"][row]), xytext=(4, 4),
                      textcoords="offset points", fontsize=8)
    axis.set_xlabel("x1")
    axis.set_ylabel("y1")
    axis.set_title(f"d E[{name}] / d weight of the row", fontsize=TITLE_SIZE)
    axis.grid(alpha=0.25)
    if (~is_in).any():
        axis.legend(frameon=False, fontsize=8)
    figure.colorbar(points, ax=axis)


def draw(folder):
    data = read_table(folder / "influence.csv")
    names = [name[2:] for name in data if name.startswith("d_")][:MOST_PANELS]
    columns = min(3, len(names))
    lines = -(-len(names) // columns)
    figure, axes = plt.subplots(lines, columns, figsize=(5.2 * columns, 4.2 * lines), squeeze=False,
                                constrained_layout=True)
    for axis, name in zip(axes.flat, names):
        panel(figure, axis, data, name)
    for axis in axes.flat[len(names):]:
        axis.axis("off")
    (folder / "figures").mkdir(exist_ok=True)
    figure.savefig(folder / "figures" / "influence.png", dpi=120)


if __name__ == "__main__":
    draw(pathlib.Path(sys.argv[1]))
