# SPDX-License-Identifier: GPL-3.0-or-later
"""What a law in four dimensions costs: cases/verification/E_valley.prm on fixed meshes with a fixed
Hermite degree, one core; unknowns, seconds of its three solves (degrees k and k + 1, and N - 2) and
of the whole process, its memory, and the errors it reports.

    momentum.py [--build FOLDER] [--work FOLDER]"""
import argparse
import json
import pathlib
import tempfile

from subdiffusion import ROOT, run

CASE = ROOT / "cases" / "verification" / "E_valley.prm"
# (degree, initial refinement, N)
SIZES = ((4, 3, 4), (2, 5, 4), (4, 4, 4), (2, 5, 6), (4, 4, 6), (4, 4, 8), (4, 4, 10))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--work", type=pathlib.Path, default=None)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        print("| degree | cells | N | unknowns | solves, s | whole run, s | MB | mesh | velocities |")
        print("|---|---|---|---|---|---|---|---|---|")
        for element, refinement, degree in SIZES:
            folder, seconds, memory = run(
                arguments,
                "sgdfp-stationary",
                CASE,
                arguments.work or pathlib.Path(scratch),
                f"Discretisation/degree={element}",
                f"Domain/initial refinement={refinement}",
                f"Discretisation/hermite degree={degree}",
                f"Discretisation/maximum hermite degree={degree}",
                "Discretisation/refinement=none",
                accepted=(0, 2),  # N = 4 is too little for this law
            )
            with open(folder / "summary.json", encoding="utf-8") as file:
                level = json.load(file)["solver"]["levels"][-1]
            print(
                f"| {element} | {level['cells']} | {degree} | {level['dofs']:,} | {level['seconds']:.1f} "
                f"| {seconds:.1f} | {memory:.0f} | {level['mesh_error']:.1e} "
                f"| {level['velocity_error']:.1e} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
