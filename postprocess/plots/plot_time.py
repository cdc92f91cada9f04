# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures of a law in time: plot_time.py RUN_FOLDER

Reads statistics.csv and solution/grid_*.npz of the run folder, writes
figures/time_series.png (energy, entropy, free energy, distances, observables),
with Reference/follow training figures/against_bayes.png,
and figures/densities.png (the law at the output times; marginals of three
parameters).
"""
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LogNorm
from sgdfp_results import Results, read_table

COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"]
FIRST_OBSERVABLE = 8  # column of statistics.csv
DECADES = 6  # of density shown
MOST_PANELS = 6
TITLE_SIZE = 10
# Columns of TrainingPosterior
POSTERIOR = ("samples_seen", "kl_to_posterior", "lambda_sgd", "lambda_posterior", "free_energy_sgd",
             "free_energy_posterior")


def panel(axis, statistics, names, labels, title, log=False):
    """Curves over t; those that are nowhere defined are left out."""
    time = statistics["time"]
    # From the second row on: t = 0 has no place on a logarithmic axis.
    drawn = False
    for name, label, colour in zip(names, labels, COLOURS * len(names)):
        values = statistics[name]
        if np.isfinite(values[1:]).any():
            axis.plot(time[1:], values[1:], color=colour, label=label, linewidth=1.4)
            drawn = True
    axis.set_xscale("log")
    if log and drawn:
        axis.set_yscale("log")
    root = "√" if "kinetic_energy" in statistics else ""  # momentum
    axis.set_xlabel(f"t = {root}(learning rate) x steps")
    axis.set_title(title, fontsize=TITLE_SIZE)
    axis.grid(alpha=0.25)
    if drawn:
        axis.legend(fontsize=8)
    else:
        axis.text(0.5, 0.5, "not defined", ha="center", transform=axis.transAxes)


def draw_series(folder, statistics, case):
    names = list(statistics)
    variances = [name for name in names if name.startswith("variance_")]
    others = ("negative_mass", "mean_squared_displacement", *POSTERIOR)
    means = [
        name
        for name in names[FIRST_OBSERVABLE:]
        if name not in variances and name not in others and not name.endswith("_exponent")
    ]
    figure, axes = plt.subplots(2, 4, figsize=(18, 7.5), constrained_layout=True)
    panel(axes[0, 0], statistics, ["energy"], ["E[U]"], "energy")
    panel(axes[0, 1], statistics, ["entropy"], ["S"], "entropy")
    panel(axes[0, 2], statistics, ["free_energy"], ["E[U] - T S"], "free energy")
    panel(
        axes[0, 3],
        statistics,
        ["kl_to_gibbs", "kl_to_stationary"],
        ["to the tempered posterior", "to the stationary law"],
        "KL divergence",
        log=True,
    )
    labels = [f"E[{m.removeprefix('mean_').replace('kinetic_energy', '|v|²/2')}]" for m in means]
    panel(axes[1, 0], statistics, means, labels, "means")
    panel(
        axes[1, 1],
        statistics,
        variances,
        [f"Var[{v.removeprefix('variance_')}]" for v in variances],
        "variances",
    )
    panel(
        axes[1, 2],
        statistics,
        ["mean_squared_displacement"],
        ["E|x(t) - x(0)|²"],
        "mean squared displacement",
        log=True,
    )
    if "survival_exponent" in names:
        panel(axes[1, 3], statistics, ["mass"], ["S(t)"], "survival probability", log=True)
    else:
        label = "d ln E|x(t) - x(0)|² / d ln t"
        panel(axes[1, 3], statistics, ["displacement_exponent"], [label], "local exponent")
    given = " given survival" if "survival_exponent" in names else ""
    figure.suptitle(f"{case}: the law in time{given}", fontsize=TITLE_SIZE + 1)
    figure.savefig(folder / "figures" / "time_series.png", dpi=120)
    plt.close(figure)


def draw_against_bayes(folder, statistics, case):
    """p_t beside the posterior of the samples seen, over their number."""
    n = statistics["samples_seen"]
    figure, axes = plt.subplots(1, 3, figsize=(14, 4.2), constrained_layout=True)
    axes[0].loglog(n[1:], statistics["kl_to_posterior"][1:], color=COLOURS[0])
    axes[0].set_title("KL(law of SGD | posterior)", fontsize=TITLE_SIZE)
    for axis, name, title in ((axes[1], "lambda", "n β E[L - min L]/s; of the posterior it tends to λ"),
                              (axes[2], "free_energy", "free energy $F_n$, and that of the law of SGD")):
        for who, label, colour in (("sgd", "law of SGD", COLOURS[1]), ("posterior", "posterior", COLOURS[0])):
            axis.semilogx(n[1:], statistics[f"{name}_{who}"][1:], color=colour, label=label)
        axis.set_title(title, fontsize=TITLE_SIZE)
        axis.legend(fontsize=8)
    axes[1].set_yscale("log")
    for axis in axes:
        axis.set_xlabel("samples seen n")
        axis.grid(alpha=0.25)
    figure.suptitle(f"{case}: step by step against Bayes", fontsize=TITLE_SIZE + 1)
    figure.savefig(folder / "figures" / "against_bayes.png", dpi=120)
    plt.close(figure)


def chosen(files):
    """Evenly spaced ones, first and last among them."""
    if len(files) <= MOST_PANELS:
        return files
    return [files[i] for i in np.linspace(0, len(files) - 1, MOST_PANELS).round().astype(int)]


def draw_lines(laws, folder, case):
    figure, axis = plt.subplots(figsize=(7, 4.5), constrained_layout=True)
    shades = plt.get_cmap("viridis")(np.linspace(0, 0.9, len(laws)))
    for law, shade in zip(laws, shades):
        axis.plot(law.axes[0], law.density, color=shade, label=f"t = {law.notes['time']:.4g}")
    # A first density that is next to a point would hide the others.
    axis.set_ylim(0, 1.3 * max(law.density.max() for law in laws[1:] or laws))
    axis.set_xlabel(laws[0].variables[0])
    axis.set_ylabel("density p [1/length]")
    axis.legend(fontsize=8)
    axis.set_title(f"{case}: the law in time", fontsize=TITLE_SIZE)
    figure.savefig(folder / "figures" / "densities.png", dpi=120)
    plt.close(figure)


def draw_planes(laws, folder, case):
    pairs = [(0, 1)] if len(laws[0].axes) == 2 else [(0, 1), (1, 2)]
    figure, axes = plt.subplots(
        len(pairs),
        len(laws),
        figsize=(3.2 * len(laws), 3.1 * len(pairs) + 0.5),
        squeeze=False,
        constrained_layout=True,
    )
    for row, pair in zip(axes, pairs):
        # One window for all times.
        limits = [
            (min(law.axes[d][0] for law in laws), max(law.axes[d][-1] for law in laws))
            for d in pair
        ]
        for axis, law in zip(row, laws):
            density = law.marginal(law.density, pair).T
            top = density.max()
            image = axis.pcolormesh(
                law.axes[pair[0]],
                law.axes[pair[1]],
                np.maximum(density, top * 10.0**-DECADES) / top,
                norm=LogNorm(10.0**-DECADES, 1),
                cmap="viridis",
                shading="gouraud",
                rasterized=True,
            )
            axis.set_facecolor(plt.get_cmap("viridis")(0.0))
            axis.set_xlim(*limits[0])
            axis.set_ylim(*limits[1])
            axis.set_title(f"t = {law.notes['time']:.4g}", fontsize=TITLE_SIZE)
            axis.set_xlabel(law.variables[pair[0]])
            axis.set_ylabel(law.variables[pair[1]])
    figure.colorbar(image, ax=axes, label="density / its maximum", shrink=0.85)
    figure.suptitle(f"{case}: the law in time", fontsize=TITLE_SIZE + 1)
    figure.savefig(folder / "figures" / "densities.png", dpi=120)
    plt.close(figure)


def main():
    if len(sys.argv) != 2:
        sys.exit("Usage: plot_time.py RUN_FOLDER")
    folder = pathlib.Path(sys.argv[1])
    (folder / "figures").mkdir(exist_ok=True)
    files = chosen(sorted(path.name for path in (folder / "solution").glob("grid_*.npz")))
    laws = [Results(folder, grid=name) for name in files]
    case = laws[0].notes["case"]
    statistics = read_table(folder / "statistics.csv")
    draw_series(folder, statistics, case)
    if "samples_seen" in statistics:
        draw_against_bayes(folder, statistics, case)
    if len(laws[0].axes) == 1:
        draw_lines(laws, folder, case)
    else:
        draw_planes(laws, folder, case)


if __name__ == "__main__":
    main()
