# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws figures/law.png of a stationary run with jumps: the density where it
is visible, the drift and nonlocal fluxes, and the tail of the law, P(max |theta_d|
> r), with the power that was fitted to it. sgdfp-stationary calls it.

    plot_tail.py RUN_FOLDER
"""
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LogNorm

from sgdfp_results import Results, trapezoid

DECADES = 4
ARROWS = 22
TITLE_SIZE = 10


def draw_tail(axis, tail, alpha):
    r = np.array(tail["radii"])
    beyond = np.array(tail["mass_beyond"])
    shown = (beyond > 0) & (r > 0)
    axis.loglog(r[shown], beyond[shown], "o", ms=3, color="black", label="P(max |θ| > r)")
    if tail.get("index") is not None:
        gamma, error = tail["index"], tail["index_error"]
        window = np.array([tail["from"], tail["to"]])
        middle = np.exp(np.mean(np.log(window)))
        level = np.exp(np.interp(np.log(middle), np.log(r[shown]), np.log(beyond[shown])))
        wide = np.array([window[0] / 10, window[1] * 10])
        axis.loglog(
            wide,
            level * (wide / middle) ** -gamma,
            color="tab:orange",
            label=f"r^-γ, γ = {gamma:.4g} ± {error:.1g} (α = {alpha:g})",
        )
        axis.axvspan(*window, color="tab:orange", alpha=0.15, lw=0)
    axis.set_xlabel("r")
    axis.set_ylabel("mass beyond r")
    axis.set_title("tail", fontsize=TITLE_SIZE)
    axis.legend(fontsize=8)


def visible(law):
    """The interval of each parameter where its marginal density is above 1e-3
    of its maximum."""
    limits = []
    for d, axis in enumerate(law.axes):
        marginal = law.marginal(law.density, (d,))
        shown = axis[marginal > 1e-3 * marginal.max()]
        limits.append((shown[0], shown[-1]))
    return limits


def draw_line(axes, law):
    x = law.axes[0]
    for axis in axes[:2]:
        axis.set_xlim(*visible(law)[0])
    axes[0].plot(x, law.density, color="black", label="law p")
    if law.gibbs_density is not None:
        axes[0].plot(x, law.gibbs_density, "--", color="tab:blue", label="closest tempered posterior")
    axes[0].set_xlabel(law.variables[0])
    axes[0].set_ylabel("density p [1/length]")
    axes[0].set_title("density", fontsize=TITLE_SIZE)
    axes[0].legend(fontsize=8)
    axes[1].plot(x, law.drift_flux[0], color="tab:blue", label="drift flux")
    axes[1].plot(x, law.nonlocal_flux[0], color="tab:orange", label="nonlocal flux -q'")
    axes[1].plot(x, law.drift_flux[0] + law.nonlocal_flux[0], ":", color="black", label="sum")
    axes[1].set_xlabel(law.variables[0])
    axes[1].set_ylabel("flux [1/t]")
    axes[1].set_title("fluxes", fontsize=TITLE_SIZE)
    axes[1].legend(fontsize=8)


def plane(law, field):
    """The first two parameters; a third is integrated over."""
    return law.marginal(field, (0, 1)).T


def draw_plane(axes, law):
    x, y = law.axes[:2]
    density = plane(law, law.density)
    top = density.max()
    for axis, flux, title in (
        (axes[0], law.drift_flux, "density and drift flux"),
        (axes[1], law.nonlocal_flux, "density and nonlocal flux"),
    ):
        image = axis.pcolormesh(
            x,
            y,
            np.maximum(density, top * 10.0**-DECADES),
            norm=LogNorm(top * 10.0**-DECADES, top),
            cmap="viridis",
            shading="gouraud",
            rasterized=True,
        )
        step = max(1, len(x) // ARROWS)
        u, v = (plane(law, flux[d])[::step, ::step] for d in (0, 1))
        # Lengths by the fourth root: they span decades.
        size = np.hypot(u, v)
        scale = np.where(size > 0, size**-0.75, 0)
        axis.quiver(x[::step], y[::step], u * scale, v * scale, color="white", width=0.003)
        axis.set_xlabel(law.variables[0])
        axis.set_ylabel(law.variables[1])
        axis.set_title(title, fontsize=TITLE_SIZE)
        axis.set_facecolor(plt.get_cmap("viridis")(0.0))
    axes[1].figure.colorbar(image, ax=axes[1], label="density p")


def main():
    if len(sys.argv) != 2:
        sys.exit("Usage: plot_tail.py RUN_FOLDER")
    folder = pathlib.Path(sys.argv[1])
    (folder / "figures").mkdir(exist_ok=True)
    law = Results(folder)
    figure, axes = plt.subplots(1, 3, figsize=(15, 4.4), constrained_layout=True)
    if len(law.axes) == 1:
        draw_line(axes, law)
    else:
        draw_plane(axes, law)
    draw_tail(axes[2], law.notes["tail"], law.notes["alpha"])
    figure.suptitle(f"{law.notes['case']}: stationary law under jumps", fontsize=TITLE_SIZE + 1)
    figure.savefig(folder / "figures" / "law.png", dpi=120)
    plt.close(figure)


if __name__ == "__main__":
    main()
