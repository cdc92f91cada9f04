# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures of a stationary law: plot_law.py RUN_FOLDER

Reads solution/grid.npz and sublevels.csv of the run folder, writes figures/density.png,
log_ratio.png, current.png, stream_function.png (two parameters),
convergence.png (where the mesh was refined), complexity.png and marginals.png.
"""
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap, LogNorm
from plot_complexity import draw as draw_complexity
from sgdfp_results import Results

DENSITY_MAP = "viridis"  # perceptually uniform, safe for the colour-blind
RATIO_MAP = "RdBu_r"
GIBBS_COLOUR = "#d55e00"  # vermilion of the Okabe-Ito palette
LAW_COLOUR = "#0072b2"
EDGE_COLOUR = "#cc79a7"  # reddish purple
INDICATOR_COLOUR = "0.45"
COUNTER_CLOCKWISE = GIBBS_COLOUR
CLOCKWISE = LAW_COLOUR
PALE_MAP = ListedColormap(plt.get_cmap("Greys")(np.linspace(0, 0.45, 256)))
TITLE_SIZE = 10
DECADES = 6  # of density shown


class Run(Results):
    """A run and its figures. They are drawn before summary.json is written."""

    def __init__(self, folder):
        super().__init__(folder)
        self.dim = len(self.axes)

    def has_gibbs(self):
        return self.gibbs_density is not None

    def has_current(self):
        """Whether there is more than round-off."""
        if self.closed_current is None:
            return self.notes["current"]["l1"] > 1e-10
        return self.notes["current"]["strongest_loop"] is not None

    def gibbs_label(self):
        return f"tempered posterior, T = {self.notes['temperature']:.4g}"

    def pairs(self):
        """The planes that are drawn."""
        return [(i, j) for i in range(self.dim) for j in range(i + 1, self.dim)]

    def save(self, figure, name):
        target = self.folder / "figures"
        target.mkdir(exist_ok=True)
        figure.savefig(target / name, dpi=120)
        plt.close(figure)


def panels(run, height=5.0):
    pairs = run.pairs()
    figure, axes = plt.subplots(
        1,
        len(pairs),
        figsize=(6.4 * len(pairs), height),
        squeeze=False,
        constrained_layout=True,
    )
    for axis, (i, j) in zip(axes[0], pairs):
        axis.set_xlabel(run.variables[i])
        axis.set_ylabel(run.variables[j])
    return figure, list(zip(axes[0], pairs))


def plane(run, field, pair):
    """Marginal of a field as a picture: rows belong to the second of the pair."""
    return run.marginal(field, pair).T


def extent(run, pair):
    i, j = pair
    return [run.axes[i][0], run.axes[i][-1], run.axes[j][0], run.axes[j][-1]]


def shade(figure, axis, run, pair, label, colours=DENSITY_MAP):
    density = plane(run, run.density, pair)
    top = density.max()
    image = axis.imshow(
        np.maximum(density, top * 10.0**-DECADES),
        origin="lower",
        extent=extent(run, pair),
        aspect="auto",
        interpolation="bilinear",
        cmap=colours,
        norm=LogNorm(top * 10.0**-DECADES, top),
    )
    figure.colorbar(image, ax=axis, label=label)
    return density


def density_label(run):
    return "density p" if run.dim == 2 else "marginal density"


def draw_density(run):
    figure, axes = panels(run)
    for axis, pair in axes:
        shade(figure, axis, run, pair, density_label(run) + " [1/area]")
        if run.has_gibbs():
            gibbs = plane(run, run.gibbs_density, pair)
            levels = gibbs.max() * 10.0 ** np.arange(-5, 0)
            axis.contour(
                run.axes[pair[0]],
                run.axes[pair[1]],
                gibbs,
                levels=levels,
                colors=GIBBS_COLOUR,
                linewidths=1.2,
            )
            axis.plot([], [], color=GIBBS_COLOUR, label=run.gibbs_label())
        draw_edge_of_stability(run, axis, pair)
        if axis.get_legend_handles_labels()[0]:
            axis.legend(loc="upper right", fontsize=8)
    figure.suptitle(
        f"{run.notes['case']}: stationary law"
        + (", contours of Gibbs every decade" if run.has_gibbs() else ""),
        fontsize=TITLE_SIZE,
    )
    run.save(figure, "density.png")


def draw_edge_of_stability(run, axis, pair):
    """The curve S = 2/eta, where it is known."""
    if run.sharpness is None or run.dim != 2:
        return
    edge = run.notes["edge_of_stability"]
    if not run.sharpness.min() < edge < run.sharpness.max():
        return
    axis.contour(
        run.axes[pair[0]],
        run.axes[pair[1]],
        run.sharpness.T,
        levels=[edge],
        colors=EDGE_COLOUR,
        linestyles="dashed",
        linewidths=1.5,
    )
    axis.plot([], [], "--", color=EDGE_COLOUR, label=f"sharpness = 2/η = {edge:.4g}")


def log_ratio(density, gibbs):
    """log p/q, masked where both densities are negligible."""
    top = density.max()
    # p is resolved down to about 1e-12 of its maximum, q is known exactly.
    ratio = np.log(np.maximum(density, 1e-12 * top) / np.maximum(gibbs, 1e-300))
    return np.ma.masked_where(np.maximum(density, gibbs) < 1e-5 * top, ratio)


def draw_log_ratio(run):
    if not run.has_gibbs():
        return
    figure, axes = panels(run)
    for axis, pair in axes:
        density = plane(run, run.density, pair)
        gibbs = plane(run, run.gibbs_density, pair)
        ratio = log_ratio(density, gibbs)
        # A law that equals Gibbs shows round-off as white, not as colour; a
        # ratio of e^12 is as good as never.
        bound = min(max(float(np.abs(ratio).max()), 1e-6), 12.0)
        image = axis.imshow(
            ratio,
            origin="lower",
            extent=extent(run, pair),
            aspect="auto",
            cmap=RATIO_MAP,
            vmin=-bound,
            vmax=bound,
        )
        figure.colorbar(
            image,
            ax=axis,
            label="log (p / Gibbs)",
            extend="both" if np.abs(ratio).max() > bound else "neither",
        )
    figure.suptitle(
        f"{run.notes['case']}: law against the {run.gibbs_label()}\n"
        "red: SGD is there more often, blue: less often",
        fontsize=TITLE_SIZE,
    )
    run.save(figure, "log_ratio.png")


def draw_current(run):
    closed = run.closed_current is not None
    current = run.closed_current if closed else run.current
    symbol, name, key = ("J^*", "closed current", "closed_l1")
    if not closed:
        symbol, name, key = ("J", "current", "l1")
    integral = run.notes["current"][key]
    figure, axes = panels(run)
    for axis, pair in axes:
        density = shade(figure, axis, run, pair, density_label(run) + " [1/area]")
        i, j = pair
        flow = [plane(run, current[d], pair) for d in pair]
        speed = np.hypot(*flow)
        if run.has_current() and speed.max() > 0:
            width = 0.3 + 2.2 * np.sqrt(speed / speed.max())
            visible = density > density.max() * 1e-4
            axis.streamplot(
                run.axes[i],
                run.axes[j],
                np.where(visible, flow[0], np.nan),
                np.where(visible, flow[1], np.nan),
                color="white",
                linewidth=width,
                density=1.8,
                arrowsize=0.9,
            )
        else:
            say_no_current(axis)
        axis.set_xlim(run.axes[i][0], run.axes[i][-1])
        axis.set_ylim(run.axes[j][0], run.axes[j][-1])
    figure.suptitle(
        f"{run.notes['case']}: probability current, {name} ${symbol}$"
        f" ($\\int|{symbol}|$ = {integral:.3g} per unit t)",
        fontsize=TITLE_SIZE,
    )
    run.save(figure, "current.png")


def say_no_current(axis, colour="white"):
    axis.text(
        0.97,
        0.95,
        "no current (round-off only)",
        color=colour,
        ha="right",
        transform=axis.transAxes,
    )


def draw_stream_function(run):
    """Contours of the stream function: streamlines with equal flow between."""
    if run.stream_function is None:
        return
    figure, axes = panels(run)
    axis, pair = axes[0]
    shade(figure, axis, run, pair, density_label(run) + " [1/area]", PALE_MAP)
    Psi = run.stream_function.T
    title = f"{run.notes['case']}: stream function $\\Psi$ of the closed current"
    loop = run.notes["current"]["strongest_loop"]
    if run.has_current() and loop is not None:
        # Halfway between multiples of the step: 0 itself is the boundary and
        # all empty regions.
        top = np.abs(Psi).max()
        step = top / 10
        levels = step * np.arange(-9.5, 10)
        axis.contour(
            *run.axes,
            Psi,
            levels=levels,
            colors=[CLOCKWISE if level < 0 else COUNTER_CLOCKWISE for level in levels],
            linewidths=1.1,
            linestyles="solid",
        )
        turns = [
            (COUNTER_CLOCKWISE, "counter-clockwise", Psi.max()),
            (CLOCKWISE, "clockwise", -Psi.min()),
        ]
        for colour, label, size in turns:
            if size > 0.5 * step:
                axis.plot([], [], color=colour, label=label)
        place = loop["theta"]
        axis.plot(
            *place,
            marker="+",
            color="black",
            markersize=11,
            markeredgewidth=2,
            linestyle="none",
            label="strongest loop",
        )
        axis.legend(loc="upper right", fontsize=8)
        turn = "counter-clockwise" if loop["flow"] > 0 else "clockwise"
        title += (
            f"\nstrongest loop: {abs(loop['flow']):.4g} per unit t, {turn};"
            f" lines every {step:.2g}"
        )
    else:
        say_no_current(axis, "black")
    axis.set_xlim(run.axes[0][0], run.axes[0][-1])
    axis.set_ylim(run.axes[1][0], run.axes[1][-1])
    figure.suptitle(title, fontsize=TITLE_SIZE)
    run.save(figure, "stream_function.png")


def draw_convergence(run):
    """Error estimates and indicator against unknowns, where there are levels."""
    levels = run.notes.get("levels")
    if not levels:
        return
    figure, axis = plt.subplots(figsize=(7.4, 4.6), constrained_layout=True)
    curves = [
        ("indicator", "indicator [length per unit t]", INDICATOR_COLOUR, "o-"),
        ("current_error", "estimated error of J, relative", GIBBS_COLOUR, "s"),
        ("density_error", "estimated error of p", LAW_COLOUR, "D"),
    ]
    for key, label, colour, style in curves:
        points = [
            (level["dofs"], level[key])
            for level in levels
            if level.get(key) is not None and level[key] > 0
        ]
        if points:
            axis.loglog(*zip(*points), style, color=colour, label=label, ms=5)
    for number, level in enumerate(levels):
        if level.get("indicator"):
            axis.annotate(
                str(number),
                (level["dofs"], level["indicator"]),
                xytext=(6, -11),
                textcoords="offset points",
                fontsize=8,
                color=INDICATOR_COLOUR,
            )
        if level.get("uniform") and level.get("indicator"):
            axis.plot(
                level["dofs"],
                level["indicator"],
                "o",
                mfc="white",
                color=INDICATOR_COLOUR,
                ms=5,
            )
    if any(level.get("uniform") for level in levels):
        axis.plot(
            [],
            [],
            "o",
            mfc="white",
            color=INDICATOR_COLOUR,
            ms=5,
            label="uniform mesh",
        )
    axis.set_xlabel("unknowns")
    axis.set_ylabel("L1 error")
    axis.grid(True, which="major", color="0.9")
    axis.legend(fontsize=8, loc="lower left", bbox_to_anchor=(0, 1.01), ncol=3)
    figure.suptitle(
        f"{run.notes['case']}: levels of refinement, numbered", fontsize=TITLE_SIZE
    )
    run.save(figure, "convergence.png")


def draw_marginals(run):
    figure, axes = plt.subplots(
        1,
        run.dim,
        figsize=(max(4.4 * run.dim, 6), 3.8),
        squeeze=False,
        constrained_layout=True,
    )
    for d, axis in enumerate(axes[0]):
        x = run.axes[d]
        density = run.marginal(run.density, [d])
        axis.plot(x, density, color=LAW_COLOUR, label="law of SGD")
        if run.has_gibbs():
            gibbs = run.marginal(run.gibbs_density, [d])
            axis.plot(x, gibbs, "--", color=GIBBS_COLOUR, label=run.gibbs_label())
        axis.set_xlabel(run.variables[d])
        axis.set_ylabel(f"density of {run.variables[d]} [1/{run.variables[d]}]")
        axis.set_ylim(0, 1.25 * density.max())
        axis.legend(fontsize=8, loc="upper right")
    figure.suptitle(f"{run.notes['case']}: marginals", fontsize=TITLE_SIZE)
    run.save(figure, "marginals.png")


def draw_one_dimension(run):
    """Log scale and log-ratio: what the marginal alone does not show."""
    figure, axis = plt.subplots(figsize=(6, 3.8), constrained_layout=True)
    x = run.axes[0]
    density = run.density
    axis.semilogy(x, np.maximum(density, 1e-300), color=LAW_COLOUR, label="law of SGD")
    if run.has_gibbs():
        axis.semilogy(
            x,
            np.maximum(run.gibbs_density, 1e-300),
            "--",
            color=GIBBS_COLOUR,
            label=run.gibbs_label(),
        )
    axis.set_ylim(density.max() * 1e-8, density.max() * 3)
    axis.set_xlabel(run.variables[0])
    axis.set_ylabel(f"density [1/{run.variables[0]}]")
    axis.legend(fontsize=8)
    figure.suptitle(
        f"{run.notes['case']}: stationary law, log scale", fontsize=TITLE_SIZE
    )
    run.save(figure, "density.png")
    if not run.has_gibbs():
        return
    figure, axis = plt.subplots(figsize=(6, 3.8), constrained_layout=True)
    gibbs = run.gibbs_density
    axis.plot(x, log_ratio(density, gibbs), color=LAW_COLOUR)
    axis.axhline(0, color="0.6", linewidth=0.8)
    axis.set_xlabel(run.variables[0])
    axis.set_ylabel("log (p / Gibbs)")
    figure.suptitle(
        f"{run.notes['case']}: law against the {run.gibbs_label()}",
        fontsize=TITLE_SIZE,
    )
    run.save(figure, "log_ratio.png")


def main():
    run = Run(sys.argv[1])
    draw_marginals(run)
    draw_convergence(run)
    draw_complexity(pathlib.Path(sys.argv[1]))
    if run.dim == 1:
        draw_one_dimension(run)
        return
    draw_density(run)
    draw_log_ratio(run)
    if run.current is None:
        return
    draw_current(run)
    draw_stream_function(run)


if __name__ == "__main__":
    main()
