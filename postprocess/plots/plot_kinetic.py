# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures of a stationary law with momentum: plot_kinetic.py RUN_FOLDER

Reads solution/grid.npz and phase_plane_*.npz of the run folder, writes
figures/law.png (density of parameters, mean velocity, temperature of
velocities), phase_space.png and, where there was more than one solve,
convergence.png. sgdfp-stationary calls it.
"""
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LogNorm
from sgdfp_results import Results

LAW_COLOUR = "#0072b2"  # of the Okabe-Ito palette
GIBBS_COLOUR = "#d55e00"
THIRD_COLOUR = "#009e73"
TITLE_SIZE = 10
DECADES = 5
ARROWS = 24


class Run(Results):
    """The law, and what only a law with velocities has."""

    def __init__(self, folder):
        super().__init__(folder)
        self.dim = len(self.axes)
        with np.load(self.folder / "solution" / "grid.npz") as file:
            fields = dict(file)
        self.temperature = {
            (i, j): fields[f"temperature_{i + 1}{j + 1}"]
            for i in range(self.dim)
            for j in range(i, self.dim)
        }
        self.planes = []
        for d in range(self.dim):
            with np.load(self.folder / "solution" / f"phase_plane_{d + 1}.npz") as file:
                self.planes.append(dict(file))

    def save(self, figure, name):
        target = self.folder / "figures"
        target.mkdir(exist_ok=True)
        figure.savefig(target / name, dpi=120)
        plt.close(figure)

    def visible(self, field):
        """Masked where the law is negligible."""
        return np.ma.masked_where(self.density < 1e-4 * self.density.max(), field)


def has_flux(run):
    """Whether the mean velocity is more than its error."""
    current = run.notes["current"]
    return current["l1"] > 2 * current["estimated_error"] + 1e-12 * current["scale"]


def draw_line(run):
    x = run.axes[0]
    figure, axes = plt.subplots(1, 2, figsize=(11, 4), constrained_layout=True)
    axes[0].plot(x, run.density, color=LAW_COLOUR, label="law p")
    if run.gibbs_density is not None:
        axes[0].plot(
            x,
            run.gibbs_density,
            "--",
            color=GIBBS_COLOUR,
            label=f"tempered posterior, T = {run.notes['temperature']:.4g}",
        )
    axes[0].set_ylabel("density p [1/length]")
    axes[0].set_title("density of the parameter", fontsize=TITLE_SIZE)
    axes[0].legend(fontsize=8)
    axes[1].plot(x, run.visible(run.temperature[0, 0]), color=LAW_COLOUR)
    axes[1].set_ylabel("<v² | θ>")
    axes[1].set_title("kinetic temperature", fontsize=TITLE_SIZE)
    for axis in axes:
        axis.set_xlabel(run.variables[0])
    return figure


def shade(figure, axis, field, extent, label, **options):
    image = axis.imshow(
        field, origin="lower", extent=extent, aspect="auto", interpolation="bilinear", **options
    )
    figure.colorbar(image, ax=axis, label=label)


def decades(field):
    top = field.max()
    return {"cmap": "viridis", "norm": LogNorm(top * 10.0**-DECADES, top)}


def draw_plane(run):
    (x, y), extent = run.axes, [*run.axes[0][[0, -1]], *run.axes[1][[0, -1]]]
    figure, axes = plt.subplots(1, 3, figsize=(17, 4.8), constrained_layout=True)
    floor = run.density.max() * 10.0**-DECADES
    shade(
        figure,
        axes[0],
        np.maximum(run.density, floor).T,
        extent,
        "density p [1/area]",
        **decades(run.density),
    )
    axes[0].set_title("density of parameters", fontsize=TITLE_SIZE)
    if run.gibbs_density is not None:
        axes[0].contour(
            x,
            y,
            run.gibbs_density.T,
            levels=run.gibbs_density.max() * 10.0 ** np.arange(-4, 0),
            colors=GIBBS_COLOUR,
            linewidths=1,
        )
        axes[0].plot([], [], color=GIBBS_COLOUR, label="tempered posterior, every decade")
        axes[0].legend(fontsize=8, loc="upper right")
    speed = np.hypot(*run.current)
    if has_flux(run):
        shade(figure, axes[1], speed.T, extent, "|<v | θ>| p", cmap="viridis")
        step = max(1, len(x) // ARROWS)
        u, v = (run.current[d][::step, ::step].T for d in (0, 1))
        shown = np.hypot(u, v) > 0.02 * speed.max()
        axes[1].quiver(
            *np.meshgrid(x[::step], y[::step]),
            np.where(shown, u, np.nan),
            np.where(shown, v, np.nan),
            color="white",
            width=0.004,
        )
        title = "mean velocity times density: the current"
    else:
        title = "no current: the mean velocity is within its error"
        axes[1].set_xlim(extent[:2])
        axes[1].set_ylim(extent[2:])
    axes[1].set_title(title, fontsize=TITLE_SIZE)
    trace = run.visible(run.temperature[0, 0] + run.temperature[1, 1])
    shade(figure, axes[2], trace.T, extent, "<|v|² | θ>", cmap="viridis")
    axes[2].set_title("kinetic temperature (trace)", fontsize=TITLE_SIZE)
    for axis in axes:
        axis.set_xlabel(run.variables[0])
        axis.set_ylabel(run.variables[1])
    return figure


def draw_phase_space(run):
    keys = ["phase_density"] + (["phase_density_slice"] if run.dim > 1 else [])
    figure, axes = plt.subplots(
        len(keys),
        run.dim,
        figsize=(6 * run.dim, 4.4 * len(keys)),
        squeeze=False,
        constrained_layout=True,
    )
    for d, plane in enumerate(run.planes):
        for row, key in enumerate(keys):
            axis, density = axes[row][d], plane[key]  # [velocity, parameter]
            extent = [*plane["parameter"][[0, -1]], *plane["velocity"][[0, -1]]]
            floor = density.max() * 10.0**-DECADES
            label = "density [1/(length velocity)]" if row == 0 else "f [slice]"
            shade(figure, axis, np.maximum(density, floor), extent, label, **decades(density))
            axis.set_xlabel(run.variables[d])
            axis.set_ylabel(f"velocity of {run.variables[d]}")
            title = "law in phase space"
            if run.dim > 1:
                other = run.variables[1 - d]
                title = (
                    f"marginal over {other} and its velocity"
                    if row == 0
                    else f"slice {other} = {float(plane['slice_at'][0]):.3g}, its velocity 0"
                )
            axis.set_title(title, fontsize=TITLE_SIZE)
    return figure


def draw_convergence(run):
    levels = run.notes["levels"]
    steps = np.arange(1, len(levels) + 1)
    figure, axis = plt.subplots(figsize=(7, 4.4), constrained_layout=True)
    for key, label, colour in (
        ("mesh_error", "error of the mesh", LAW_COLOUR),
        ("velocity_error", "error of the velocities", GIBBS_COLOUR),
        ("hermite_tail", "|c_N|/|c_0|", THIRD_COLOUR),
    ):
        values = [level[key] if level[key] > 0 else np.nan for level in levels]
        axis.semilogy(steps, values, "o-", ms=4, color=colour, label=label)
    axis.set_xticks(
        steps,
        [f"{level['cells']}\nN={level['hermite_degree']}" for level in levels],
        fontsize=7,
    )
    axis.set_xlabel("cells and Hermite degree of every solve")
    axis.set_ylabel("estimated relative L1 error")
    axis.legend(fontsize=8)
    return figure


def main(folder):
    run = Run(folder)
    law = draw_line(run) if run.dim == 1 else draw_plane(run)
    phase = draw_phase_space(run)
    for figure, title in ((law, "stationary law with momentum"), (phase, "phase space")):
        figure.suptitle(
            f"{run.notes['case']}: {title}, γ = {run.notes['kinetic']['friction']:.4g}",
            fontsize=TITLE_SIZE + 1,
        )
    run.save(law, "law.png")
    run.save(phase, "phase_space.png")
    if len(run.notes["levels"]) > 1:
        run.save(draw_convergence(run), "convergence.png")


if __name__ == "__main__":
    main(sys.argv[1])
