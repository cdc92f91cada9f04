#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs baseline_2d.py with anchor A4 among its cases and any box.

    BOX=8 /usr/bin/python3 benchmarks/baseline_with_cases.py BASELINE_2D.py METHOD CASE N

CASE is one of the baseline's own or A4: b = -r^2 (x, y) + r^2 (-y, x), D = I,
law exp(-r^4/4). BOX is the width of the box for every case.
"""
import pathlib
import sys

A4 = """
if case == "A4":
    L = 8.0
    b = lambda x, y: (-(x*x+y*y)*(x+y), (x*x+y*y)*(x-y))
    rho = lambda x, y: np.exp(-(x*x+y*y)**2/4)
L = float(os.environ.get("BOX", L))
"""
A4_UFL = 'ue=ufl.exp(-(x[0]**2+x[1]**2)**2/4) if case=="A4" else ufl.exp('


def insert(source, before, text, length):
    """source with text in place of length characters at the only occurrence of before."""
    if source.count(before) != 1:
        sys.exit(f"the baseline has changed: {before!r} occurs {source.count(before)} times")
    at = source.index(before)
    return source[:at] + text + source[at + length :]


file = pathlib.Path(sys.argv[1])
code = file.read_text(encoding="utf-8")
code = insert(code, "\nh=L/N;", A4, 0)
code = insert(code, "ue=ufl.exp(", A4_UFL, len("ue=ufl.exp("))
sys.argv = sys.argv[1:]
exec(compile(code, str(file), "exec"), {"__name__": "__main__"})
