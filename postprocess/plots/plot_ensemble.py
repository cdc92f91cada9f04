# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws figures/ensemble.png of a run of sgdfp-ensemble: the histogram, the marginal law of
every parameter as two independent halves of the chains see it, and the means over the chains
in the course of the run with their standard errors. sgdfp-ensemble calls it.

    plot_ensemble.py RUN_FOLDER
"""
import csv
import json
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LogNorm

DECADES = 4
TITLE_SIZE = 10
COLOURS = ("#0072b2", "#d55e00", "#009e73")


class Ensemble:
    """variables, edges of the bins per direction, density[half, i, j, k] per unit of volume,
    columns of statistics.csv, the notes of the histogram."""

    def __init__(self, folder):
        with np.load(folder / "histogram.npz") as file:
            lower, upper, counts, outside = (file[k] for k in ("lower", "upper", "counts", "outside"))
            self.notes = json.loads(str(file["notes"]))
        n = counts.shape[0]
        self.edges = [np.linspace(a, b, n + 1) for a, b in zip(lower, upper)]
        volume = np.prod((upper - lower) / n)
        total = counts.reshape(-1, 2).sum(axis=0) + outside
        self.counts = np.moveaxis(counts, -1, 0)
        self.density = self.counts / (total * volume).reshape((2,) + (1,) * len(lower))
        with open(folder / "statistics.csv", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.columns = {k: np.array([float(r[k] or "nan") for r in rows]) for k in rows[0]}
        self.variables = self.notes["variables"]

    def marginal(self, keep):
        """[half, ..] over the parameters of keep"""
        field = self.density
        for d in reversed(range(len(self.edges))):
            if d not in keep:
                field = field.sum(axis=d + 1) * (self.edges[d][1] - self.edges[d][0])
        return field


def visible(edges, density):
    shown = np.flatnonzero(density > 1e-3 * density.max())
    return edges[shown[0]], edges[shown[-1] + 1]


def draw_law(axis, ensemble):
    if len(ensemble.edges) == 1:
        density, edges = ensemble.density.mean(axis=0), ensemble.edges[0]
        axis.stairs(density, edges, color="black", fill=True, alpha=0.3)
        axis.set_xlim(*visible(edges, density))
        axis.set_ylabel("density [1/length]")
    else:
        density = ensemble.marginal((0, 1)).mean(axis=0).T
        top = density.max()
        image = axis.pcolormesh(
            *ensemble.edges[:2],
            np.maximum(density, top * 10.0**-DECADES),
            norm=LogNorm(top * 10.0**-DECADES, top),
            cmap="viridis",
            rasterized=True,
        )
        axis.figure.colorbar(image, ax=axis, label="density, no more than four decades")
        axis.set_ylabel(ensemble.variables[1])
        for limits, d in ((axis.set_xlim, 0), (axis.set_ylim, 1)):
            limits(*visible(ensemble.edges[d], ensemble.marginal((d,)).mean(axis=0)))
    axis.set_xlabel(ensemble.variables[0])
    axis.set_title("histogram", fontsize=TITLE_SIZE)


def draw_marginals(axis, ensemble):
    for d, name in enumerate(ensemble.variables):
        for half, style in enumerate(("-", ":")):
            density = ensemble.marginal((d,))[half]
            axis.stairs(
                density,
                ensemble.edges[d],
                color=COLOURS[d],
                linestyle=style,
                lw=1.5 if half else 1,
                label=f"{name}, half {half + 1} of the chains",
            )
    axis.set_ylabel("marginal density [1/length]")
    axis.set_xlabel("parameter")
    axis.set_ylim(bottom=0)
    axis.legend(fontsize=8)
    axis.set_title(f"halves: total variation {2 * ensemble.notes['split']:.2g}", fontsize=TITLE_SIZE)


def draw_course(axis, ensemble):
    time = ensemble.columns["time"]
    for name, colour in zip(ensemble.variables + ["loss"], COLOURS[: len(ensemble.variables)] + ("black",)):
        mean, error = ensemble.columns[name], ensemble.columns[name + "_standard_error"]
        axis.plot(time, mean, color=colour, marker="." if len(time) < 60 else None, label=f"E {name}")
        axis.fill_between(time, mean - error, mean + error, color=colour, alpha=0.3, lw=0)
    if ensemble.notes["burn_in"] > 0:
        axis.axvline(ensemble.notes["burn_in"], color="grey", ls="--", lw=1, label="end of the burn-in")
    axis.set_xlabel("t")
    axis.set_ylabel("mean over the chains ± standard error")
    axis.legend(fontsize=8)
    axis.set_title("in the course of the run", fontsize=TITLE_SIZE)


def main():
    if len(sys.argv) != 2:
        sys.exit("Usage: plot_ensemble.py RUN_FOLDER")
    folder = pathlib.Path(sys.argv[1])
    (folder / "figures").mkdir(exist_ok=True)
    ensemble = Ensemble(folder)
    figure, axes = plt.subplots(1, 3, figsize=(15, 4.4), constrained_layout=True)
    draw_law(axes[0], ensemble)
    draw_marginals(axes[1], ensemble)
    draw_course(axes[2], ensemble)
    notes = ensemble.notes
    figure.suptitle(f"{notes['case']}: {notes['chain']}, {notes['chains']:,} chains", fontsize=TITLE_SIZE + 1)
    figure.savefig(folder / "figures" / "ensemble.png", dpi=120)
    plt.close(figure)


if __name__ == "__main__":
    main()
