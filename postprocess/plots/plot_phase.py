# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws figures/phase.png from phase.csv: maps over two axes, lines over one, of
KL, T*, the current, the effective complexity and the escape rate, as far as
there are any; rates are per step of SGD. Hatched cells have no answer (phase.csv says why). The white line is
the edge of stability: eta lambda_max = 2 (1 + mu), lambda_max the largest eigenvalue
of the Hessian at the flattest minimum of the loss, which sgdfp-sweep looks for at
every cell (column "stability", 1 at the edge). sgdfp-sweep calls it.

    plot_phase.py FOLDER
"""
import csv
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.patheffects as path_effects
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.patches import Patch, Rectangle

PANELS = {
    "kl": "KL(p|Gibbs) [nats]",
    "closest_temperature": "T* [loss]",
    "current": "circulation ∫|J| [1/step]",
    "lambda_eff": "λ_eff",
    "escape_rate": "escape rate [1/step]",
    "test_loss": "test loss",
}
PER_STEP = {"current", "escape_rate"}
EDGE_LABEL = "edge of stability"
LINE_COLOUR, EDGE_COLOUR = "#0072b2", "#d55e00"
DECADES_FOR_LOG = 1.0
DECADES = 8  # below the largest: what is less is drawn as that
TITLE_SIZE = 10
DECADES_FOR_MORE_TICKS = 2
FEW_TICKS = 8


def number(text):
    return float(text) if text else np.nan


def is_geometric(values):
    """Whether the values of an axis are spaced by ratios rather than differences."""
    if len(values) < 3 or values[0] <= 0:
        return False
    ratios, differences = values[1:] / values[:-1], np.diff(values)
    return np.ptp(np.log(ratios)) < np.ptp(np.log(differences))


def spreads(values):
    """Whether a field is positive and spans more than a decade."""
    known = values[np.isfinite(values)]
    return known.size > 0 and known.min() > 0 and np.log10(known.max() / known.min()) > DECADES_FOR_LOG


def edges(values):
    """Of cells around the values: half-way between them, in logs for ratios."""
    if len(values) == 1:
        return np.array([0.9, 1.1]) * values[0] if values[0] else np.array([-0.5, 0.5])
    x = np.log(values) if is_geometric(values) else values
    middle = (x[1:] + x[:-1]) / 2
    x = np.concatenate([[2 * x[0] - middle[0]], middle, [2 * x[-1] - middle[-1]]])
    return np.exp(x) if is_geometric(values) else x


class Diagram:
    """Fields over the axes, [j, i] with the first axis along i."""

    def __init__(self, folder):
        with open(folder / "phase.csv", encoding="utf-8", newline="") as file:
            self.table = list(csv.DictReader(file))
        names = [key for key in self.table[0] if key.startswith("axis: ")]
        self.names = [name[len("axis: ") :] for name in names]
        places = [np.array([float(row[name]) for row in self.table]) for name in names]
        self.axes = [np.unique(p) for p in places]
        self.cell = tuple(np.searchsorted(a, p) for a, p in zip(self.axes, places))[::-1]

    def field(self, key):
        result = np.full([len(a) for a in reversed(self.axes)], np.nan)
        if key in self.table[0]:
            result[self.cell] = [number(row[key]) for row in self.table]
        return result

    def scale(self, axis):
        for d, set_scale in enumerate((axis.set_xscale, axis.set_yscale)[: len(self.axes)]):
            values = self.axes[d]
            if is_geometric(values):
                set_scale("log")
            if len(values) <= FEW_TICKS:
                part = (axis.xaxis, axis.yaxis)[d]
                part.set_ticks(values, [f"{v:.3g}" for v in values])
                part.set_minor_locator(matplotlib.ticker.NullLocator())
        axis.set_xlabel(self.names[0])
        if len(self.axes) == 2:
            axis.set_ylabel(self.names[1])


def to_borders(x, field):
    """A field on (y, x), linear to the borders of the cells in x and constant in y."""
    low, high = (edges(x)[i] for i in (0, -1))
    slopes = [(field[:, b] - field[:, a]) / (x[b] - x[a]) for a, b in ((0, 1), (-2, -1))]
    first = field[:, 0] + slopes[0] * (low - x[0])
    last = field[:, -1] + slopes[1] * (high - x[-1])
    wide = np.column_stack([first, field, last])
    return np.concatenate([[low], x, [high]]), np.vstack([wide[:1], wide, wide[-1:]])


def draw_edge(axis, diagram, stability):
    """The line where it is 1."""
    known = np.isfinite(stability)
    if min(stability.shape) < 2 or not known.all() or not stability.min() < 1 < stability.max():
        return
    x, values = to_borders(diagram.axes[0], stability)
    y = np.concatenate([edges(diagram.axes[1])[:1], diagram.axes[1], edges(diagram.axes[1])[-1:]])
    for colour, width in (("black", 4.0), ("white", 2.0)):
        axis.contour(x, y, values, levels=[1], linestyles="-", colors=colour, linewidths=width)
    outline = [path_effects.Stroke(linewidth=4, foreground="black"), path_effects.Normal()]
    axis.plot([], [], color="white", lw=2, path_effects=outline, label=EDGE_LABEL)


def draw_map(axis, diagram, field, stability):
    x, y = (edges(a) for a in diagram.axes)
    options = {}
    if spreads(field):
        top = np.nanmax(field)
        options["norm"] = LogNorm(max(np.nanmin(field), top * 10.0**-DECADES), top)
    picture = axis.pcolormesh(x, y, field, cmap="viridis", shading="flat", **options)
    for j, i in zip(*np.where(~np.isfinite(field))):
        axis.add_patch(
            Rectangle(
                (x[i], y[j]),
                x[i + 1] - x[i],
                y[j + 1] - y[j],
                facecolor="0.85",
                edgecolor="0.6",
                hatch="//",
                linewidth=0,
            )
        )
    bar = axis.figure.colorbar(picture, ax=axis)
    norm = options.get("norm")
    if norm and norm.vmax < norm.vmin * 10**DECADES_FOR_MORE_TICKS:
        bar.ax.yaxis.set_major_locator(matplotlib.ticker.LogLocator(subs=(1, 2, 5)))
        bar.ax.yaxis.set_major_formatter("{x:g}")
        bar.ax.yaxis.set_minor_formatter(matplotlib.ticker.NullFormatter())
    draw_edge(axis, diagram, stability)


def draw_line(axis, diagram, field, stability):
    x = diagram.axes[0]
    axis.plot(x, field, "o-", color=LINE_COLOUR)
    if spreads(field):
        axis.set_yscale("log")
    for value in x[~np.isfinite(field)]:
        axis.plot(value, 0.03, "x", color="0.5", transform=axis.get_xaxis_transform())
    crossed = np.flatnonzero(np.diff(np.sign(stability - 1)) != 0)
    for i in crossed[np.isfinite(stability[crossed + 1])]:
        share = (1 - stability[i]) / (stability[i + 1] - stability[i])
        edge = x[i] + share * (x[i + 1] - x[i])
        axis.axvline(edge, color=EDGE_COLOUR, ls="--", lw=1.2, label=EDGE_LABEL)
    axis.grid(alpha=0.25)


def main():
    if len(sys.argv) != 2:
        sys.exit("Usage: plot_phase.py FOLDER")
    folder = pathlib.Path(sys.argv[1])
    diagram = Diagram(folder)
    steps = diagram.field("time_per_step")
    fields = {key: diagram.field(key) * (steps if key in PER_STEP else 1) for key in PANELS}
    fields = {key: field for key, field in fields.items() if np.isfinite(field).any()}
    if not fields:
        sys.exit("phase.csv has no numbers to draw")
    stability = diagram.field("stability")
    across = min(3, len(fields))
    down = -(-len(fields) // across)
    figure, axes = plt.subplots(
        down, across, figsize=(4.4 * across, 3.7 * down), squeeze=False, constrained_layout=True
    )
    for axis, (key, field) in zip(axes.flat, fields.items()):
        diagram.scale(axis)
        (draw_map if len(diagram.axes) == 2 else draw_line)(axis, diagram, field, stability)
        axis.set_title(PANELS[key], fontsize=TITLE_SIZE)
    lines, labels = axes[0, 0].get_legend_handles_labels()
    lines, labels = lines[:1], labels[:1]
    if len(diagram.axes) == 2 and any(np.isnan(field).any() for field in fields.values()):
        lines.append(Patch(facecolor="0.85", edgecolor="0.6", hatch="//"))
        labels.append("no number (phase.csv says why)")
    spare = axes.flat[len(fields) :]
    for axis in spare:
        axis.set_axis_off()
    if lines and len(spare):
        spare[0].legend(lines, labels, loc="center", facecolor="0.85")
    elif lines:
        axes[0, 0].legend(lines, labels, facecolor="0.85", fontsize=8)
    (folder / "figures").mkdir(exist_ok=True)
    figure.savefig(folder / "figures" / "phase.png", dpi=120)
    plt.close(figure)


if __name__ == "__main__":
    main()
