# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws comparison.png from comparison.npz: the marginal density of every
variable (in one dimension the law) under each law, bin by bin, and below it the
difference to the reference, the first law. sgdfp-compare calls it.

    plot_comparison.py FOLDER
"""
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

COLOURS = ["#000000", "#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]
STYLES = ["-", "--", "-.", ":"]
TITLE_SIZE = 10
HEADROOM = 1.3  # above the highest density, for the legend
VISIBLE = 1e-4  # of the maximum: what is below it at the ends is not shown


def marginal(probabilities, direction):
    others = tuple(d for d in range(probabilities.ndim) if d != direction)
    return probabilities.sum(axis=others)


def visible(edges, densities):
    """The interval where any of them is above VISIBLE of its maximum."""
    shown = np.any([p > VISIBLE * p.max() for p in densities if p.max() > 0], axis=0)
    places = np.flatnonzero(shown)
    if not len(places):
        return edges[0], edges[-1]
    return edges[max(places[0] - 1, 0)], edges[min(places[-1] + 2, len(edges) - 1)]


def draw(axes, edges, densities, names, variable, is_marginal):
    for i, (density, name) in enumerate(zip(densities, names)):
        look = {
            "color": COLOURS[i % len(COLOURS)],
            "linestyle": STYLES[i % len(STYLES)],
            "linewidth": 2.2 if i == 0 else 1.4,
        }
        axes[0].stairs(density, edges, label=name, **look)
        if i > 0:
            axes[1].stairs(density - densities[0], edges, label=name, **look)
    axes[1].axhline(0, color=COLOURS[0], linewidth=0.8)
    axes[0].set_title(f"{'marginal' if is_marginal else 'law'} of {variable}", fontsize=TITLE_SIZE)
    axes[0].set_ylim(0, HEADROOM * max(density.max() for density in densities))
    axes[0].set_xlim(*visible(edges, densities))
    axes[0].tick_params(labelbottom=False)
    axes[1].set_xlim(*axes[0].get_xlim())
    axes[1].set_xlabel(variable)
    for axis in axes:
        axis.grid(alpha=0.25)


def main():
    if len(sys.argv) != 2:
        sys.exit("Usage: plot_comparison.py FOLDER")
    folder = pathlib.Path(sys.argv[1])
    with np.load(folder / "comparison.npz") as file:
        data = dict(file)
    names, variables = data["names"].tolist(), data["variables"].tolist()
    laws = [data[f"law_{i + 1}"] for i in range(len(names))]
    n = len(variables)
    figure, axes = plt.subplots(
        2,
        n,
        figsize=(1.5 + 5.2 * n, 6.2),
        squeeze=False,
        constrained_layout=True,
        height_ratios=(2, 1),
    )
    for d, variable in enumerate(variables):
        edges = np.linspace(data["lower"][d], data["upper"][d], laws[0].shape[d] + 1)
        densities = [marginal(law, d) / np.diff(edges) for law in laws]
        draw(axes[:, d], edges, densities, names, variable, n > 1)
    axes[0, 0].set_ylabel("probability per bin / width of the bin")
    axes[1, 0].set_ylabel("difference to the reference")
    axes[0, 0].legend(fontsize=8, title="reference: " + names[0], title_fontsize=8)
    figure.savefig(folder / "comparison.png", dpi=120)
    plt.close(figure)


if __name__ == "__main__":
    main()
