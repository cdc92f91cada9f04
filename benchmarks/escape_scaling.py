# SPDX-License-Identifier: GPL-3.0-or-later
"""Mean exit times from a well against its width and height, under alpha-stable
and Gaussian noise (cases/studies/width_or_height.prm), with fitted exponents:
a table, escape_scaling.json and a figure.

    benchmarks/escape_scaling.py [BUILD_FOLDER] [FIGURE]
"""
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
CASE = ROOT / "cases" / "studies" / "width_or_height.prm"
ALPHAS = [1.2, 1.5, 1.8]
WIDTHS = [0.7, 1.0, 1.4, 2.0, 2.8]
HEIGHTS = [0.125, 0.25, 0.375, 0.5, 0.625]
TEMPERATURE = 0.08


def exit_time(program, folder, settings):
    command = [program, CASE, "--output", folder, "--quiet", "--set", "Output/figures=false"]
    for name, value in settings.items():
        command += ["--set", f"{name}={value}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    summary = json.loads((folder / "width_or_height-spectrum" / "summary.json").read_text())
    return summary["spectrum"]["mean_first_passage"][0]["value"]


def settings(alpha, height, width):
    common = {
        "Loss/Expression/constants": f"h={height},w={width}",
        "Observables/probe points": -width,
    }
    if alpha < 2:
        return {**common, "Noise/Stable/alpha": alpha}
    # Thin tails: an ordinary box.
    return {
        **common,
        "Noise/Stable/alpha": 2,
        "Noise/type": "isotropic",
        "Noise/temperature": TEMPERATURE,
        "Domain/grading": 0,
        "Domain/lower": -4 * width,
        "Domain/upper": 4 * width,
    }


def slope(x, y):
    """Least squares, with the standard error."""
    fit, covariance = np.polyfit(x, y, 1, cov=True)
    return fit[0], math.sqrt(covariance[0, 0])


def draw(results, name):
    figure, axes = plt.subplots(1, 2, figsize=(10.5, 4.3), constrained_layout=True)
    colours = dict(zip(ALPHAS + [2], ["tab:blue", "tab:orange", "tab:green", "black"]))
    for alpha in ALPHAS + [2]:
        r = results[str(alpha)]
        label = f"α = {alpha}" if alpha < 2 else f"Gaussian, T = {TEMPERATURE}"
        marker = "o-" if alpha < 2 else "s--"
        axes[0].loglog(
            WIDTHS,
            r["by_width"],
            marker,
            color=colours[alpha],
            label=f"{label}: exponent {r['width_exponent']:.3f} ± {r['width_error']:.3f}",
        )
        axes[1].semilogy(
            HEIGHTS,
            r["by_height"],
            marker,
            color=colours[alpha],
            label=f"{label}: ln slope {r['height_slope']:.2f} ± {r['height_error']:.2f}",
        )
    axes[0].set_xlabel("distance w of the barrier (height .25)")
    axes[1].set_xlabel("height h of the barrier (distance 1)")
    for axis in axes:
        axis.set_ylabel("mean exit time [t]")
        axis.legend(fontsize=8)
    axes[0].set_title("jumps leave by width: time ~ w^α", fontsize=10)
    axes[1].set_title(f"Gaussian noise leaves by height: 1/T = {1 / TEMPERATURE:g}", fontsize=10)
    figure.savefig(name, dpi=120)


def main():
    build = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build"
    figure = sys.argv[2] if len(sys.argv) > 2 else "escape_scaling.png"
    program = build / "bin" / "sgdfp-spectrum"
    results = {}
    print("alpha  exponent of the width      ln slope in the height")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for alpha in ALPHAS + [2]:
            by_width = [exit_time(program, folder, settings(alpha, 0.25, w)) for w in WIDTHS]
            by_height = [exit_time(program, folder, settings(alpha, h, 1.0)) for h in HEIGHTS]
            width = slope(np.log(WIDTHS), np.log(by_width))
            height = slope(HEIGHTS, np.log(by_height))
            results[str(alpha)] = {
                "by_width": by_width,
                "by_height": by_height,
                "width_exponent": width[0],
                "width_error": width[1],
                "height_slope": height[0],
                "height_error": height[1],
            }
            print(
                f"{alpha:5}  {width[0]:8.4f} +- {width[1]:.4f}"
                f"         {height[0]:8.4f} +- {height[1]:.4f}",
                flush=True,
            )
    pathlib.Path("escape_scaling.json").write_text(json.dumps(results, indent=1))
    draw(results, figure)


if __name__ == "__main__":
    main()
