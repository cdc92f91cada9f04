# SPDX-License-Identifier: GPL-3.0-or-later
"""Does ParaView see what summary.json says?

    pvbatch postprocess/paraview/check.py RUN_FOLDER..

Opens solution.pvd of every run folder and says, a line each: are the promised
fields there, are all values finite and in their range, do the fields agree with
each other, and are the integrals those of summary.json, to 1e-3 relative. The
last column is what ParaView's filter Integrate Variables makes of the same
file, with linear pieces. The exit status is 1 where anything differs.
"""
import sys

import numpy as np
import paraview.simple as pv
from law_file import RunError, RunFolder
from paraview.servermanager import Fetch

RELATIVE = 1e-3
ROUND_OFF = 1e-9  # currents below are zero (per unit t)
FLOAT = 1e-5  # files are in single precision; logarithms down to -41
VISIBLE = 1e-12  # of the maximum of the density: below, velocity is cut


class Report:
    """Prints lines and counts those that fail."""

    def __init__(self):
        self.failures = 0

    def line(self, good, text):
        self.failures += not good
        print(f"  {'ok      ' if good else 'DIFFERS '} {text}", flush=True)

    def compare(self, name, value, expected, tolerance, linear=None):
        """A number of the file against one of summary.json."""
        difference = value - expected
        shown = f"{difference / expected:+9.1e}" if abs(expected) > ROUND_OFF else f"{difference:+9.1e} absolute"
        text = f"{name:32s} {value:<15.9g} summary {expected:<15.9g} {shown}"
        if abs(difference) > max(RELATIVE * abs(expected), ROUND_OFF) and abs(difference) <= tolerance:
            text += f" (allowed: {tolerance / abs(expected):.1e})"
        if linear is not None:
            text += f"   (Integrate Variables {linear:.6g})"
        # A comparison with NaN is False.
        self.line(abs(difference) <= tolerance, text)


def promised_fields(run):
    """Name and number of components in ParaView (a plane vector has three)."""
    vector = 1 if run.dim == 1 else 3
    fields = {"density": 1, "loss": 1}
    if run.number("current/l1") is None:
        return fields  # jumps, discrete time: no local current
    fields.update(current=vector, velocity=vector)
    if "phase_covariance" in (run.number("moments") or {}):
        return fields  # momentum
    fields.update(log_density=1, sharpness=1, entropy_production_density=1)
    if run.dim > 1:
        fields["curl"] = 1 if run.dim == 2 else 3
    if run.dim > 1 and run.number("current/closed_l1") is not None:
        fields["closed_current"] = vector
        if run.dim == 2:
            fields["stream_function"] = 1
    if run.number("gibbs/temperature") is not None:
        fields.update(gibbs_density=1, log_ratio=1)
    return fields


def check_fields(run, cells, report):
    there = run.components()
    missing = [f"{name} ({n})" for name, n in promised_fields(run).items() if there.get(name) != n]
    report.line(not missing, f"fields: {'without ' * bool(missing)}{', '.join(missing or sorted(there))}")
    infinite = [name for name in there if not np.isfinite(cells.nodal(name)).all()]
    report.line(not infinite, "finite: " + (", ".join(infinite) + " is not" if infinite else "every value"))
    return not missing and not infinite


def check_ranges(run, cells, report):
    density = cells.nodal("density")
    least, greatest = density.min(), density.max()
    # Polynomials may dip below 0; summary.json says by how much.
    floor = 2 * min(run.number("density/minimum") or 0, 0) - 1e-7 * greatest
    report.line(least >= floor, f"density >= 0: least {least:.2e}, greatest {greatest:.6g}")
    maximum = run.number("density/maximum")
    if maximum is not None:
        # Nodes of the element and points of the file are not the same.
        report.compare("maximum of density", greatest, maximum, 0.02 * maximum)
    for name in ("gibbs_density", "entropy_production_density"):
        if name in run.components():
            report.line(cells.nodal(name).min() >= 0, f"{name} >= 0: greatest {cells.nodal(name).max():.6g}")


def check_relations(run, cells, report):
    """Fields against each other, where the density is visible."""
    there = run.components()
    density = cells.nodal("density")
    visible = density > VISIBLE * density.max()

    def agree(name, left, right, unit):
        error = np.abs(left - right)[np.broadcast_to(visible, left.shape)].max() / unit
        report.line(error <= FLOAT, f"{name}: to {error:.0e}")

    if "log_density" in there:
        with np.errstate(all="ignore"):
            agree("log_density = log density", cells.nodal("log_density"), np.log(density), 1)
    if "velocity" in there and "current" in there:
        current = cells.nodal("current")
        unit = max(np.abs(current).max(), 1e-30)
        agree("current = density velocity", current, density * cells.nodal("velocity"), unit)
    if "log_ratio" in there:
        gibbs = cells.nodal("gibbs_density")
        visible &= gibbs > VISIBLE * density.max()
        with np.errstate(all="ignore"):
            agree("log_ratio = log(density/Gibbs)", cells.nodal("log_ratio"), np.log(density / gibbs), 1)


def linear_integrals(run):
    """What ParaView says: density, |current|, |closed_current|; by field."""
    source, there = run.reader, run.components()
    currents = [name for name in ("current", "closed_current") if name in there]
    for name in currents:
        source = pv.Calculator(
            Input=source,
            Function=f"mag({name})" if there[name] > 1 else f"abs({name})",
            ResultArrayName="length of " + name,
        )
    total = pv.IntegrateVariables(Input=source)
    total.UpdatePipeline(run.times[-1])
    data = Fetch(total).GetPointData()
    names = {"density": "density", **{name: "length of " + name for name in currents}}
    return {field: data.GetArray(array).GetValue(0) for field, array in names.items()}


def check_integrals(run, cells, report):
    linear = linear_integrals(run)
    density = cells.gauss("density")[..., 0]
    mass = run.number("density/mass")
    if mass is not None:
        report.compare("integral of density", cells.integral(density), mass, RELATIVE * mass, linear["density"])
    for field, key in (("current", "l1"), ("closed_current", "closed_l1")):
        expected = run.number("current/" + key)
        if expected is None or field not in linear:
            continue
        length = np.linalg.norm(cells.gauss(field), axis=-1)
        tolerance = max(RELATIVE * expected, ROUND_OFF)
        report.compare(f"integral of |{field}|", cells.integral(length), expected, tolerance, linear[field])
    mean_loss = run.number("observables/loss/mean")
    if mean_loss is not None and mass is not None:
        value = cells.integral(density * cells.gauss("loss")[..., 0])
        report.compare("mean of loss", value, mean_loss, RELATIVE * abs(mean_loss))
    for i, expected in enumerate(run.number("moments/mean") or []):
        value = cells.integral(density * (cells.to_gauss @ cells.points)[..., i])
        report.compare(f"mean of {run.variables[i]}", value, expected, max(RELATIVE * abs(expected), 1e-4))


def check(folder, report):
    run = RunFolder(folder)
    cells = run.cells()
    parameters = f"{run.dim} parameter{'s' * (run.dim > 1)}"
    print(f"{run.name}: {parameters}, {len(cells.points)} cells of {cells.pieces}^{run.dim} pieces")
    if check_fields(run, cells, report):
        check_ranges(run, cells, report)
        check_relations(run, cells, report)
        check_integrals(run, cells, report)


def main(folders):
    if not folders:
        print(__doc__, file=sys.stderr)
        return 1
    report = Report()
    for folder in folders:
        try:
            check(folder, report)
        except RunError as error:
            report.line(False, str(error))
    print(f"{report.failures} lines differ" if report.failures else "ParaView sees what summary.json says")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
