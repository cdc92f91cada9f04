# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws figures/ledger.png from ledger.csv: a panel for every number that some
row has, a dot for every row, a dashed line through the case as given. Rates are
per step of SGD. Bars are estimated errors; those of the distance to SGD go down by
what finite samples contribute to it. A cross at the side is a row without that
number. sgdfp-sweep calls it.

    plot_ledger.py FOLDER
"""
import csv
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

BASE_COLOUR, SWITCH_COLOUR, NO_COLOUR = "#000000", "#0072b2", "#888888"
# Columns and their errors, if they have one
PANELS = {
    "kl": ("KL(p|Gibbs) [nats]", None),
    "closest_temperature": ("T* [loss]", None),
    "free_energy_gap": ("F − F(Gibbs) [loss]", None),
    "entropy_production": ("entropy production [1/step]", None),
    "current": ("∫|J| [1/step]", "current_error"),
    "escape_rate": ("escape rate [1/step]", "escape_error"),
    "lambda_eff": ("λ_eff", None),
    "mean_loss": ("E[L]", None),
    "test_loss": ("test loss", None),
    "chain_total_variation": ("TV to SGD", "chain_total_variation_bias"),
}
PER_STEP = {"entropy_production", "current", "escape_rate"}
ONE_SIDED = {"chain_total_variation"}
DECADES_FOR_LOG = 1.0
LEAST_SHARE = 1e-9  # of the largest: less is round-off, and is drawn at the side
TITLE_SIZE, LABEL_SIZE = 10, 9


def number(text):
    return float(text) if text else np.nan


def is_logarithmic(values):
    """Whether all are positive and span more than a decade."""
    return values.min() > 0 and np.log10(values.max() / values.min()) > DECADES_FOR_LOG


def draw(axis, values, errors, label, is_one_sided):
    rows = np.arange(len(values))
    largest = np.nanmax(np.abs(values))
    shown = np.isfinite(values) & (np.abs(values) >= LEAST_SHARE * largest)
    zero = np.isfinite(values) & ~shown
    colours = np.where(rows == 0, BASE_COLOUR, SWITCH_COLOUR)
    if shown.any() and is_logarithmic(values[shown]):
        axis.set_xscale("log")
        # An error as large as the number reaches beyond every axis.
        errors = np.minimum(errors, 0.9 * np.abs(values))
    else:
        shown |= zero
    axis.barh(rows[1::2], 1, height=1, color="0.95", zorder=0, transform=axis.get_yaxis_transform())
    for row in rows[shown]:
        down_and_up = [[errors[row]], [0 if is_one_sided else errors[row]]]
        axis.errorbar(
            values[row],
            row,
            xerr=down_and_up if np.isfinite(errors[row]) else None,
            fmt="o",
            ms=6 if row == 0 else 5,
            color=colours[row],
            capsize=2,
        )
    for row in rows[~shown]:
        text = "≈ 0" if zero[row] else "×"
        axis.text(0.02, row, text, transform=axis.get_yaxis_transform(), va="center", color=NO_COLOUR)
    if shown[0]:
        axis.axvline(values[0], color=BASE_COLOUR, ls="--", lw=0.8)
    axis.set_title(label, fontsize=TITLE_SIZE)
    axis.grid(axis="x", alpha=0.3)
    axis.margins(x=0.15)
    axis.tick_params(axis="x", labelsize=8)
    axis.tick_params(axis="y", length=0, labelsize=LABEL_SIZE)
    if axis.get_xscale() == "linear":
        axis.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(4))


def main():
    if len(sys.argv) != 2:
        sys.exit("Usage: plot_ledger.py FOLDER")
    folder = pathlib.Path(sys.argv[1])
    with open(folder / "ledger.csv", encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    names = [row["row"] for row in table]
    columns = {key: np.array([number(row[key]) for row in table]) for key in table[0] if key in PANELS}
    columns = {key: values for key, values in columns.items() if np.isfinite(values).any()}
    if not columns:
        sys.exit("ledger.csv has no numbers to draw")
    across = min(5, len(columns))
    down = -(-len(columns) // across)
    figure, axes = plt.subplots(
        down,
        across,
        figsize=(2 + 2.6 * across, down * (1.2 + 0.27 * len(names))),
        squeeze=False,
        sharey=True,
        constrained_layout=True,
    )
    steps = np.array([number(row["time_per_step"]) for row in table])
    for axis, (key, values) in zip(axes.flat, columns.items()):
        label, error = PANELS[key]
        errors = np.array([number(row[error]) if error else np.nan for row in table])
        unit = steps if key in PER_STEP else 1.0
        draw(axis, values * unit, errors * unit, label, key in ONE_SIDED)
    for axis in axes.flat[len(columns) :]:
        axis.set_visible(False)
    axes[0, 0].set_yticks(range(len(names)), names)
    axes[0, 0].set_ylim(len(names) - 0.5, -0.5)
    (folder / "figures").mkdir(exist_ok=True)
    figure.savefig(folder / "figures" / "ledger.png", dpi=120)
    plt.close(figure)


if __name__ == "__main__":
    main()
