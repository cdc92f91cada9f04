# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws a run with ParaView.

    pvbatch --force-offscreen-rendering postprocess/paraview/render.py RUN_FOLDER
        [--picture FILE.png]   default figures/paraview.png in the run folder
        [--state FILE.pvsm]    the same scene, to open in ParaView
        [--width PIXELS]       of the picture
        [--times T,T,..]       of a law in time: those shown (default: four)
        [--paths RUN_FOLDER]   two parameters: the paths of sgdfp-landscape over the loss
    .. render.py --from FILE.pvsm --picture FILE.png
                               a picture of a state, as it was saved

What is drawn depends on the run: one, two or three parameters, or a law in time.
"""
import argparse
import os
import pathlib
import sys

import paraview.simple as pv
import views
from law_file import RunError, RunFolder


def numbers(text):
    return [float(word) for word in text.split(",")]


def arguments(words):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run_folder", nargs="?")
    parser.add_argument("--from", metavar="FILE.pvsm", dest="old_state")
    parser.add_argument("--picture", metavar="FILE.png")
    parser.add_argument("--state", metavar="FILE.pvsm")
    parser.add_argument("--width", metavar="PIXELS", type=int)
    parser.add_argument("--times", metavar="T,T,..", type=numbers, default=[])
    parser.add_argument("--paths", metavar="RUN_FOLDER")
    options = parser.parse_args(words)
    if (options.run_folder is None) == (options.old_state is None):
        parser.error("either RUN_FOLDER or --from FILE.pvsm")
    if options.old_state and not options.picture:
        parser.error("--from needs --picture")
    return options


def draw(options):
    """The layout, its size in pixels and where the picture goes."""
    if options.old_state:
        if not pathlib.Path(options.old_state).exists():
            raise RunError(f"{options.old_state}: no such file")
        pv.LoadState(options.old_state)
        layout = next(iter(pv.GetLayouts().values()))
        return layout, tuple(layout.GetSize()), options.picture
    run = RunFolder(options.run_folder)
    paths = options.paths and pathlib.Path(options.paths).resolve() / "solution" / "paths.vtu"
    if paths and not paths.exists():
        raise RunError(f"{options.paths}: no solution/paths.vtu, so no run of sgdfp-landscape with paths")
    layout, size = views.draw(run, options.times, paths)
    return layout, size, options.picture or run.folder / "figures" / "paraview.png"


def main(words):
    options = arguments(words)
    try:
        layout, size, picture = draw(options)
    except RunError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    picture = pathlib.Path(picture).resolve()
    picture.parent.mkdir(parents=True, exist_ok=True)
    layout.SetSize(*size)
    width = options.width or size[0]
    pv.SaveScreenshot(
        str(picture),
        layout,
        ImageResolution=(width, width * size[1] // size[0]),
        SeparatorWidth=0,
        SeparatorColor=[1, 1, 1],
        CompressionLevel="9",
    )
    print(f"picture {picture}")
    if options.state:
        pv.SaveState(str(pathlib.Path(options.state).resolve()))
        print(f"state   {options.state}")
    return 0


if __name__ == "__main__":
    status = main(sys.argv[1:])
    sys.stdout.flush()
    # ParaView 5.11 with several views may stop in its own clean-up (GLXBadContext).
    os._exit(status)
