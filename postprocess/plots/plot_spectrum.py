# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures of a spectrum: plot_spectrum.py RUN_FOLDER

Reads solution/grid.npz of the run folder, writes figures/eigenvalues.png,
eigenfunctions.png, and, where the run has them, first_passage.png,
transitions.png and basins.png. Three parameters: the plane of the first two
through the middle of the third.
"""
import json
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

LAW_COLOUR = "#0072b2"
SECOND_COLOUR = "#d55e00"
FIELD_MAP = "viridis"
SIGNED_MAP = "RdBu_r"
MOST_FUNCTIONS = 4
VISIBLE = 1e-6  # of the density's maximum: where functions are drawn


class Run:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        with np.load(self.folder / "solution" / "grid.npz") as file:
            fields = dict(file)
        self.variables = fields.pop("variables").tolist()
        self.notes = json.loads(str(fields.pop("notes")))
        self.spectrum = self.notes["spectrum"]
        self.axes = [fields.pop(f"axis_{d + 1}") for d in range(len(self.variables))]
        middle = (slice(None),) * 2 + tuple(len(a) // 2 for a in self.axes[2:])
        self.fields = {
            name: f[middle] if f.ndim > 2 else f for name, f in fields.items()
        }
        self.dim = min(2, len(self.variables))
        self.visible = self.fields["density"] > VISIBLE * self.fields["density"].max()

    def values(self):
        """(number, eigenvalue) of those that are resolved."""
        pairs = enumerate(self.spectrum["eigenvalues"], 1)
        return [(i, complex(*v)) for i, v in pairs if v[0] is not None]

    def save(self, figure, name):
        target = self.folder / "figures"
        target.mkdir(exist_ok=True)
        figure.savefig(target / name, dpi=120)
        plt.close(figure)

    def draw(self, axis, name, signed=False, mask=False, label=None, colour=LAW_COLOUR):
        """One field in one panel: a line, or a picture with its colours."""
        field = self.fields[name]
        if mask:
            field = np.where(self.visible, field, np.nan)
        axis.set_xlabel(self.variables[0])
        if self.dim == 1:
            axis.plot(self.axes[0], field, color=colour, label=label)
            axis.margins(x=0)
            # The round-off of a constant is not worth a picture.
            low, high = np.nanmin(field), np.nanmax(field)
            if high - low < 1e-9 * max(abs(low), abs(high)):
                axis.set_ylim(low - 0.5 * abs(low), high + 0.5 * abs(high))
            return
        largest = np.nanmax(np.abs(field))
        limits = {"vmin": -largest, "vmax": largest} if signed else {}
        picture = axis.pcolormesh(
            self.axes[0],
            self.axes[1],
            field.T,
            cmap=SIGNED_MAP if signed else FIELD_MAP,
            shading="gouraud",
            **limits,
        )
        axis.set_ylabel(self.variables[1])
        axis.figure.colorbar(picture, ax=axis)


def eigenvalues(run):
    pairs = run.values()
    figure, (plane, rates) = plt.subplots(
        1, 2, figsize=(10, 4.2), constrained_layout=True
    )
    plane.axvline(0, color="0.8", lw=1)
    plane.axhline(0, color="0.8", lw=1)
    plane.plot([v.real for _, v in pairs], [v.imag for _, v in pairs], "o", color=LAW_COLOUR)
    plane.set_xlabel("real part (per unit t)")
    plane.set_ylabel("imaginary part (per unit t)")
    plane.set_title("Eigenvalues")
    decaying = [(i, -v.real) for i, v in pairs if v.real < 0]
    if decaying:
        rates.plot(*zip(*decaying), "o", color=LAW_COLOUR)
        if max(r for _, r in decaying) > 10 * min(r for _, r in decaying):
            rates.set_yscale("log")
    rates.set_xticks([i for i, _ in pairs])
    rates.set_xlabel("number")
    rates.set_ylabel("rate $-$Re $\\lambda$ (per unit t)")
    sets = run.spectrum.get("metastable_sets")
    if sets and sets > 1:
        rates.axvline(sets + 0.5, color=SECOND_COLOUR, ls="--", lw=1)
        rates.set_title(f"{sets} metastable sets, gap ratio {run.spectrum['gap_ratio']:.3g}")
    else:
        rates.set_title("Rates")
    run.save(figure, "eigenvalues.png")


def eigenfunctions(run):
    """Right ones (densities) above, left ones (observables) below."""
    names = [n[len("right_") :] for n in run.fields if n.startswith("right_")]
    names = names[:MOST_FUNCTIONS]
    figure, axes = plt.subplots(
        2,
        len(names),
        figsize=(3.6 * len(names), 6.4),
        squeeze=False,
        constrained_layout=True,
    )
    for column, name in enumerate(names):
        value = run.spectrum["eigenvalues"][int(name.split("_")[0]) - 1]
        text = "unresolved"
        if value[0] is not None:
            text = f"{value[0]:.4g}" + (f" {value[1]:+.4g}i" if value[1] else "")
        part = name.replace("_", ", ")
        run.draw(axes[0][column], "right_" + name, signed=True)
        axes[0][column].set_title(f"right {part}: {text}", fontsize=10)
        run.draw(axes[1][column], "left_" + name, signed=True, mask=True)
        axes[1][column].set_title(f"left {part}", fontsize=10)
    run.save(figure, "eigenfunctions.png")


def first_passage(run):
    figure, axes = plt.subplots(1, 2, figsize=(10, 4.2), constrained_layout=True)
    run.draw(axes[0], "density")
    rate = run.spectrum["quasi_stationary"]["exit_rate"]
    axes[0].set_title(f"quasi-stationary law, exit rate {rate:.6g}", fontsize=10)
    run.draw(axes[1], "mean_first_passage")
    axes[1].set_title("mean first passage time (t)", fontsize=10)
    run.save(figure, "first_passage.png")


def transitions(run):
    figure, axes = plt.subplots(1, 2, figsize=(10, 4.2), constrained_layout=True)
    run.draw(axes[0], "committor")
    axes[0].set_title("committor: reaches B before A", fontsize=10)
    rate = run.spectrum["committor"]["rate"]
    if run.dim == 1:
        run.draw(axes[1], "reactive_current")
        axes[1].set_ylim(0, None)
    else:
        run.draw(axes[1], "density")
        # From all of one in a thousand of the largest current.
        u, v = run.fields["reactive_current_1"], run.fields["reactive_current_2"]
        size = np.hypot(u, v)
        if size.max() > 0:
            keep = size > 1e-3 * size.max()
            axes[1].streamplot(
                run.axes[0],
                run.axes[1],
                np.where(keep, u, np.nan).T,
                np.where(keep, v, np.nan).T,
                color="white",
                linewidth=0.8,
                arrowsize=0.8,
            )
            axes[1].set_xlim(run.axes[0][0], run.axes[0][-1])
            axes[1].set_ylim(run.axes[1][0], run.axes[1][-1])
    axes[1].set_title(f"reactive current, {rate:.6g} transitions per t", fontsize=10)
    run.save(figure, "transitions.png")


def basins(run):
    names = [n for n in run.fields if n.startswith("membership_")]
    figure, axes = plt.subplots(
        1,
        len(names),
        figsize=(4.4 * len(names), 4),
        squeeze=False,
        constrained_layout=True,
    )
    for axis, name, basin in zip(axes[0], names, run.spectrum["basins"]):
        run.draw(axis, name, mask=True)
        rate = basin["exit_rate"]
        axis.set_title(
            f"basin {name.split('_')[1]}: mass {basin['mass']:.4g}"
            + (f", exit rate {rate:.4g}" if rate is not None else ""),
            fontsize=10,
        )
    run.save(figure, "basins.png")


def main():
    if len(sys.argv) != 2:
        sys.exit("Usage: plot_spectrum.py RUN_FOLDER")
    run = Run(sys.argv[1])
    eigenvalues(run)
    eigenfunctions(run)
    if "mean_first_passage" in run.fields:
        first_passage(run)
    if "committor" in run.fields:
        transitions(run)
    if "membership_1" in run.fields:
        basins(run)


if __name__ == "__main__":
    main()
