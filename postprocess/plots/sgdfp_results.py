# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a run folder of sgdfp-stationary; needs numpy only.

    import sgdfp_results
    r = sgdfp_results.read("output/two_layer_network-stationary")
    r.density[i, j]                         # p at r.axes[0][i], r.axes[1][j]
    r.mean(lambda u, v: (u * v - 1) ** 2)   # integral of f p

As a script, sgdfp_results.py RUN_FOLDER, it says what is in the folder.
"""
import csv
import json
import pathlib
import sys

import numpy as np


def read_table(file):
    """The columns of a csv file of numbers, by name; NaN where a field is empty."""
    with open(file, encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    return {name: np.array([float(row[i] or "nan") for row in rows[1:]]) for i, name in enumerate(rows[0])}


trapezoid = getattr(np, "trapezoid", None) or np.trapz  # name before NumPy 2


class Results:
    """The law on its regular grid, first parameter first: variables, axes (the
    coordinates of each), density, loss, gibbs_density and stream_function (None
    without one) [i, j, k], current[d, i, j, k] and closed_current[d, i, j, k]
    (None without one), under jumps drift_flux and nonlocal_flux instead of
    current, at a finite learning rate sharpness (else None); summary.json and the notes of grid.npz."""

    def __init__(self, folder, summary=None, grid="grid.npz"):
        self.folder, self.summary = pathlib.Path(folder), summary
        with np.load(self.folder / "solution" / grid) as file:
            fields = dict(file)
        self.variables = fields["variables"].tolist()
        numbers = range(1, len(self.variables) + 1)
        self.axes = [fields[f"axis_{d}"] for d in numbers]
        self.density, self.loss = fields["density"], fields["loss"]
        for name in ("current", "closed_current", "drift_flux", "nonlocal_flux"):
            components = [
                fields.get(name if len(numbers) == 1 and name in fields else f"{name}_{d}")
                for d in numbers
            ]
            is_there = all(c is not None for c in components)
            setattr(self, name, np.stack(components) if is_there else None)
        self.stream_function = fields.get("stream_function")
        self.gibbs_density = fields.get("gibbs_density")
        self.sharpness = fields.get("sharpness")
        self.notes = json.loads(str(fields["notes"]))

    def marginal(self, field, keep=()):
        """Integrates a field over all parameters but keep (trapezoidal rule)."""
        for d in reversed(range(len(self.axes))):
            if d not in keep:
                field = trapezoid(field, self.axes[d], axis=d)
        return field

    def mean(self, f):
        """Integral of f(first parameter, ..) p; f works on arrays."""
        theta = np.meshgrid(*self.axes, indexing="ij", sparse=True)
        return float(self.marginal(f(*theta) * self.density))

    def mass(self):
        """Integral of p, which is 1 but for the error of the rule."""
        return float(self.marginal(self.density))


def read(folder):
    """Results of a finished run. Raises ValueError where there are none."""
    file = pathlib.Path(folder) / "summary.json"
    if not file.exists():
        raise ValueError(f"{folder}: no summary.json, so no run that has finished")
    summary = json.loads(file.read_text(encoding="utf-8"))
    if summary["status"] != "ok":
        raise ValueError(f"{folder}: {summary['status']}: {summary['reason']}")
    return Results(folder, summary)


def main():
    if len(sys.argv) != 2:
        sys.exit("Usage: sgdfp_results.py RUN_FOLDER")
    try:
        r = read(sys.argv[1])
    except ValueError as error:
        sys.exit(f"Error: {error}")
    print("variables ", ", ".join(r.variables))
    print("grid      ", " x ".join(map(str, r.density.shape)))
    print("mass      ", f"{r.mass():.8g} on the grid")
    print("status    ", r.summary["status"])


if __name__ == "__main__":
    main()
