# SPDX-License-Identifier: GPL-3.0-or-later
"""What is drawn of a run: ParaView views of its solution.pvd.

draw(run) makes a layout with one view or several: 1-D curves, 2-D density
and current side by side, 3-D iso-surfaces with stream lines, and for a law in
time a few times. Everything stays in the pipeline: saved as a state, it can
be changed by hand.
"""
import numpy as np
import paraview.simple as pv
from dressing import (
    DECADES,
    EDGE,
    FONT,
    WHITE,
    clear,
    colour_by,
    crop,
    dress,
    in_white,
    look_down,
    on_grid,
    panel_of,
    table_of_views,
    where_dense,
    window_of,
    without_light,
)

DENSITY_MAP = "Viridis (matplotlib)"  # perceptually uniform, safe for the colour-blind
CURRENT_MAP = "Inferno (matplotlib)"
TUBE_MAP = "Plasma (matplotlib)"
CURRENT_TITLE = "current\nper unit t"
LAW_COLOUR = [0.0, 0.447, 0.698]  # blue and vermilion of the Okabe-Ito palette
GIBBS_COLOUR = [0.835, 0.369, 0.0]
# Earlier times are darker (viridis)
TIME_COLOURS = ([0.267, 0.005, 0.329], [0.191, 0.407, 0.556], [0.208, 0.718, 0.473], [0.8, 0.75, 0.1])
# Of sgdfp-landscape, in the order of `kind`
PATHS = (
    ("descent", "white", WHITE),
    ("flow", "blue", [0.337, 0.706, 0.914]),
    ("central flow", "red", [0.835, 0.369, 0.0]),
)
LINES_END = 1e-3  # of the maximum of the density: where it is less, no stream line begins
NO_CURRENT = 1e-10  # integral of |J| per unit t
ARROWS = 27  # per direction
LEVELS = (-0.95, -0.8, -0.6, -0.4, -0.2, -0.05, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95)  # of the stream function
# Share of the maximum, opacity, colour
SURFACES = ((0.02, 0.2, [0.337, 0.706, 0.914]), (0.5, 0.45, [0.0, 0.62, 0.451]))
SURFACE_GRID = 81  # points per direction
N_TUBES, N_LINES = 70, 14


def draw(run, times=(), paths=None):
    """The layout of a run and its size in pixels; of a law in time, at `times`;
    over the loss the paths of a run folder of sgdfp-landscape."""
    pv._DisableFirstRenderCameraReset()
    if run.dim == 1:
        return one_parameter(run, times)
    if len(run.times) > 1:
        return law_in_time(run, times)
    if run.dim == 2:
        return two_parameters(run, paths)
    return three_parameters(run)


def flow_of(run):
    """Name of the field that flows, None where there is no more than round-off."""
    fields = run.components()
    for name, key in (("closed_current", "closed_l1"), ("current", "l1")):
        size = run.number("current/" + key)
        if name in fields and size is not None:
            return name if size > NO_CURRENT else None
    return None


def length_of(source, field):
    """The source with |field| beside it, named for a scalar bar."""
    length = pv.Calculator(Input=source, Function=f"mag({field})", ResultArrayName=f"|{field}|")
    return length, f"|{field}|"


# One parameter


def one_parameter(run, wanted):
    """Density, and that of Gibbs, over the parameter; of a law in time at a few."""
    layout = pv.CreateLayout("sgdfp")
    view = pv.CreateView("XYChartView")
    pv.AssignViewToLayout(view=view, layout=layout)
    in_time = len(run.times) > 1
    times = chosen_times(run, wanted) if in_time else run.times
    windows = np.array([window_of(run, time) for time in times])
    window = [float(windows[:, 0].min()), float(windows[:, 1].max())]
    for time, colour in zip(times, TIME_COLOURS if in_time else [LAW_COLOUR]):
        name = f"t = {time:.4g}" if in_time else "density"
        show_curve(run, view, window, time, "density", name, colour)
    if "gibbs_density" in run.components():
        show_curve(run, view, window, run.times[-1], "gibbs_density", "tempered posterior", GIBBS_COLOUR)
    dress_chart(view, run, window, max(run.range("density", time)[1] for time in times))
    return layout, (900, 560)


def show_curve(run, view, window, time, field, name, colour):
    source = pv.ForceTime(Input=run.reader, ForcedTime=time, IgnorePipelineTime=1)
    line = pv.PlotOverLine(
        Input=source, Point1=[window[0], 0, 0], Point2=[window[1], 0, 0], Resolution=2000
    )
    shown = pv.Show(line, view, "XYChartRepresentation")
    shown.UseIndexForXAxis, shown.XArrayName = 0, "Points_X"
    shown.SeriesVisibility = [field]
    shown.SeriesLabel = [field, name]
    shown.SeriesColor = [field, *map(str, colour)]
    shown.SeriesLineThickness = [field, "3"]


def dress_chart(view, run, window, highest):
    view.LegendLocation = "TopLeft"
    view.ChartTitle = run.summary["case"]
    view.BottomAxisTitle, view.LeftAxisTitle = run.variables[0], "density"
    view.LeftAxisLogScale, view.LeftAxisUseCustomRange = 1, 1
    view.LeftAxisRangeMinimum, view.LeftAxisRangeMaximum = 0.5 * EDGE * highest, 3 * highest
    view.BottomAxisUseCustomRange = 1
    view.BottomAxisRangeMinimum, view.BottomAxisRangeMaximum = window
    for part in ("ChartTitle", "LeftAxisTitle", "BottomAxisTitle", "LeftAxisLabel", "BottomAxisLabel"):
        setattr(view, part + "FontSize", FONT)
    view.LegendFontSize = FONT


# Two parameters


def show_density(source, view, window, highest):
    shown = pv.Show(crop(source, window), view)
    without_light(shown)
    colour_by(
        shown, view, "density", "density", (highest * 10.0**-DECADES, highest), DENSITY_MAP, True
    )


def show_stream_lines(run, view, field, window, highest):
    """White lines with heads. Where there is a stream function they are its
    contours: the same probability per unit t passes between any two."""
    if field == "closed_current" and "stream_function" in run.components():
        least, greatest = run.reader.PointData.GetArray("stream_function").GetRange()
        size = max(-least, greatest)
        levels = [float(x) * size for x in LEVELS if least < x * size < greatest]
        lines = pv.Contour(Input=run.reader, ContourBy=["POINTS", "stream_function"], Isosurfaces=levels)
    else:
        grid = on_grid(run.reader, window)
        seeds = pv.MaskPoints(
            Input=where_dense(grid, LINES_END * highest), OnRatio=1, MaximumNumberofPoints=N_LINES,
            RandomSampling=1, RandomSamplingMode="Random Sampling",
        )
        lines = pv.StreamTracerWithCustomSource(
            Input=grid, SeedSource=seeds, Vectors=["POINTS", field],
            MaximumStreamlineLength=window[1] - window[0],
        )
    shown = pv.Show(lines, view)
    in_white(shown)
    shown.LineWidth = 1.3
    # Above the plane, or it hides them.
    shown.Position = [0, 0, 0.01]
    heads = pv.Glyph(
        Input=lines, GlyphType="2D Glyph", OrientationArray=["POINTS", field],
        ScaleArray=["POINTS", "No scale array"], ScaleFactor=0.026 * (window[1] - window[0]),
        GlyphMode="Uniform Spatial Distribution (Bounds Based)", MaximumNumberOfSamplePoints=50, Seed=1,
    )
    heads.GlyphType.GlyphType, heads.GlyphType.Filled = "Triangle", 1
    shown = pv.Show(heads, view)
    in_white(shown)
    shown.Position = [0, 0, 0.02]


def show_arrows(run, view, field, window):
    """Arrows on a grid, as long as the current is strong."""
    length, name = length_of(on_grid(run.reader, window, ARROWS), field)
    length.UpdatePipeline()
    greatest = length.PointData.GetArray(name).GetRange()[1]
    visible = pv.Threshold(
        Input=length, Scalars=["POINTS", name], LowerThreshold=0.12 * greatest, UpperThreshold=2 * greatest,
        AllScalars=0,
    )
    arrows = pv.Glyph(
        Input=visible, GlyphType="2D Glyph", OrientationArray=["POINTS", field], ScaleArray=["POINTS", name],
        ScaleFactor=2.2 * (window[1] - window[0]) / ARROWS / greatest, GlyphMode="All Points",
    )
    arrows.GlyphType.GlyphType, arrows.GlyphType.Filled = "Arrow", 0
    shown = pv.Show(arrows, view)
    in_white(shown)
    shown.LineWidth = 1.5
    shown.Position = [0, 0, 0.01]


def two_parameters(run, paths=None):
    """Left the density with arrows of the current, right |J| with stream lines;
    where nothing flows or there are paths to show, the loss."""
    layout, views = table_of_views(1, 2)
    window, highest = window_of(run), run.range("density")[1]
    field = flow_of(run)
    dress(views[0], run, window, f"{run.summary['case']}: density")
    show_density(run.reader, views[0], window, highest)
    if field:
        show_arrows(run, views[0], field, window)
    if paths:
        names = ", ".join(f"{name} {colour}" for name, colour, _ in PATHS)
        dress(views[1], run, window, f"loss; {names}")
        show_loss(run, views[1], window)
        show_paths(paths, views[1])
    elif field:
        dress(views[1], run, window, "current" if field == "current" else "closed current")
        show_current(run, views[1], field, window, highest)
    else:
        is_zero = run.number("current/l1") is not None
        dress(views[1], run, window, "loss (no current but round-off)" if is_zero else "loss")
        show_loss(run, views[1], window)
    for view in views:
        look_down(view, window)
    columns, rows = panel_of(window)
    return layout, (2 * columns, rows)


def show_current(run, view, field, window, highest):
    length, name = length_of(run.reader, field)
    shown = pv.Show(crop(length, window), view)
    without_light(shown)
    colour_by(shown, view, name, CURRENT_TITLE, (0, run.range(field)[1]), CURRENT_MAP)
    show_stream_lines(run, view, field, window, highest)


def show_paths(file, view):
    """Paths of training without noise, a colour for each kind."""
    source = pv.OpenDataFile(str(file))
    for kind, (_, _, colour) in enumerate(PATHS):
        part = pv.Threshold(
            Input=source, Scalars=["POINTS", "kind"], LowerThreshold=kind - 0.5, UpperThreshold=kind + 0.5
        )
        shown = pv.Show(part, view)
        in_white(shown)
        shown.AmbientColor = shown.DiffuseColor = colour
        shown.LineWidth = 2.5
        shown.Position = [0, 0, 0.01 * (kind + 1)]


def show_loss(run, view, window):
    least = run.range("loss")[0]
    cells = run.cells()
    visible = cells.nodal("density")[..., 0] > EDGE * run.range("density")[1]
    shown = pv.Show(crop(run.reader, window), view)
    without_light(shown)
    limits = (least, float(cells.nodal("loss")[..., 0][visible].max()))
    colour_by(shown, view, "loss", "loss", limits, "Cividis", least > 0)


# A law in time


def chosen_times(run, wanted):
    """The outputs nearest to the times that are wanted; without any, four evenly
    spaced in the order of the outputs, the last one included."""
    if wanted:
        index = [int(np.argmin(np.abs(np.array(run.times) - time))) for time in wanted]
    else:
        index = np.linspace(0, len(run.times) - 1, 5).round().astype(int)[1:]
    return [run.times[i] for i in np.unique(index)]


def law_in_time(run, wanted):
    """The density at some times, each with its own scale of colours."""
    times = chosen_times(run, wanted)
    n_columns = 2 if len(times) > 1 else 1
    n_rows = -(-len(times) // n_columns)
    layout, views = table_of_views(n_rows, n_columns)
    windows = np.array([window_of(run, time) for time in times]).reshape(-1, 3, 2)
    window = np.stack([windows[..., 0].min(axis=0), windows[..., 1].max(axis=0)], axis=1)
    window = [float(x) for x in window.ravel()]
    for view in views[len(times) :]:
        clear(view)
    for view, time in zip(views, times):
        dress(view, run, window, f"{run.summary['case']}: t = {time:.4g}")
        # Stays at its time whatever the time of the scene is.
        source = pv.ForceTime(Input=run.reader, ForcedTime=time, IgnorePipelineTime=1)
        highest = run.range("density", time)[1]
        if run.dim == 2:
            show_density(source, view, window, highest)
            look_down(view, window)
        else:
            show_surfaces(on_grid(source, window, SURFACE_GRID), view, highest)
            look_from_the_side(view, window)
    columns, rows = panel_of(window)
    return layout, (columns * n_columns, rows * n_rows)


# Three parameters


def show_surfaces(grid, view, highest):
    """Surfaces of equal density."""
    for share, opacity, colour in SURFACES:
        surface = pv.Contour(
            Input=grid, ContourBy=["POINTS", "density"], Isosurfaces=[share * highest], ComputeNormals=1
        )
        shown = pv.Show(surface, view)
        shown.ColorArrayName = [None, ""]
        shown.AmbientColor = shown.DiffuseColor = colour
        shown.Opacity = opacity


def surface_title():
    shares = " and ".join(f"{100 * share:.0f} %" for share, _, _ in reversed(SURFACES))
    return f"density at {shares} of its maximum"


def look_from_the_side(view, window):
    box = np.reshape(window, (3, 2))
    centre, size = box.mean(axis=1), np.linalg.norm(box[:, 1] - box[:, 0])
    direction = np.array([0.85, -1.6, 0.75])
    view.CameraParallelProjection = 1
    view.CameraFocalPoint = [float(x) for x in centre]
    view.CameraPosition = [float(x) for x in centre + 3 * size * direction / np.linalg.norm(direction)]
    view.CameraViewUp = [0, 0, 1]
    view.CameraParallelScale = float(0.5 * size)


def three_parameters(run):
    """Iso-surfaces of the density and stream lines of the current, as tubes."""
    layout, (view,) = table_of_views(1, 1)
    highest = run.range("density")[1]
    window = window_of(run, edge=0.5 * SURFACES[0][0])
    dress(view, run, window, f"{run.summary['case']}: {surface_title()}")
    grid = on_grid(run.reader, window, SURFACE_GRID)
    show_surfaces(grid, view, highest)
    field = flow_of(run)
    if field:
        show_tubes(run, view, grid, field)
    look_from_the_side(view, window)
    return layout, (1000, 800)


def show_tubes(run, view, grid, field):
    width = grid.SamplingBounds[1] - grid.SamplingBounds[0]
    length, name = length_of(grid, field)
    greatest = run.range(field)[1]
    strong = pv.Threshold(
        Input=length, Scalars=["POINTS", name], LowerThreshold=0.3 * greatest, UpperThreshold=2 * greatest
    )
    seeds = pv.MaskPoints(
        Input=strong, OnRatio=1, MaximumNumberofPoints=N_TUBES, RandomSampling=1,
        RandomSamplingMode="Random Sampling",
    )
    lines = pv.StreamTracerWithCustomSource(
        Input=length, SeedSource=seeds, Vectors=["POINTS", field],
        MaximumStreamlineLength=0.6 * width, TerminalSpeed=0.03 * greatest,
    )
    shown = pv.Show(pv.Tube(Input=lines, Radius=0.005 * width), view)
    table = colour_by(shown, view, name, CURRENT_TITLE, (0, greatest), TUBE_MAP)
    pv.GetScalarBar(table, view).Position = [0.03, 0.22]
