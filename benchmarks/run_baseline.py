#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs baseline_2d.py or baseline_nd.py in CPU time, on any box, with A4 too.

    BOX=8 /usr/bin/python3 benchmarks/run_baseline.py BASELINE.py ARGUMENTS

The arguments are those of the baseline; its t_import, t_build and t_steady are
CPU seconds of the process here. CASE of baseline_2d.py is one of its own or A4:
b = -r^2 (x, y) + r^2 (-y, x), D = I, law exp(-r^4/4). BOX is the width of the
box for every case.
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


def replace_one(source, old, new):
    if source.count(old) != 1:
        sys.exit(f"the baseline has changed: {old!r} occurs {source.count(old)} times")
    return source.replace(old, new)


file = pathlib.Path(sys.argv[1])
code = file.read_text(encoding="utf-8").replace("time.time()", "time.process_time()")
if file.name == "baseline_2d.py":
    code = replace_one(code, "\nh=L/N;", A4 + "\nh=L/N;")
    code = replace_one(code, "ue=ufl.exp(", A4_UFL)
sys.argv = sys.argv[1:]
exec(compile(code, str(file), "exec"), {"__name__": "__main__"})
