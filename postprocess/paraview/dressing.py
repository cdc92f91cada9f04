# SPDX-License-Identifier: GPL-3.0-or-later
"""What the views have in common: layouts, axes, scalar bars, windows, grids."""
import numpy as np
import paraview.simple as pv

BLACK, WHITE = [0.0] * 3, [1.0] * 3
DECADES = 4  # of density shown
EDGE = 10.0**-DECADES  # of the maximum: the window ends where the density is below
MARGIN = 0.03  # of the window around that
GRID = 301  # points per direction for stream lines
FONT = 17
PANEL_WIDTH, PLANE_WIDTH = 560, 386  # pixels of a view and of the plane in it
MARGINS = 124  # pixels above and below the plane


def table_of_views(n_rows, n_columns):
    """A layout of render views, row by row."""
    layout = pv.CreateLayout("sgdfp")
    views = []
    for row in parts(layout.SplitVertical, 0, n_rows):
        for place in parts(layout.SplitHorizontal, row, n_columns):
            view = pv.CreateRenderView()
            pv.AssignViewToLayout(view=view, layout=layout, hint=place)
            views.append(view)
    return layout, views


def parts(split, place, n):
    """Cuts a place of a layout into n equal ones."""
    result = []
    for remaining in range(n, 1, -1):
        first = split(place, 1 / remaining)
        result.append(first)
        place = first + 1
    return result + [place]


def clear(view):
    view.UseColorPaletteForBackground = 0
    view.Background = WHITE
    view.OrientationAxesVisibility = 0


def dress(view, run, window, title):
    """White ground, axes with the names of the parameters, a title."""
    clear(view)
    grid = view.AxesGrid
    grid.Visibility = 1
    names = list(run.variables) + [""] * (3 - run.dim)
    for axis, name in zip("XYZ", names):
        setattr(grid, f"{axis}Title", name)
        for part in ("Title", "Label"):
            setattr(grid, f"{axis}{part}Color", BLACK)
            setattr(grid, f"{axis}{part}FontSize", FONT if part == "Label" else FONT + 3)
            setattr(grid, f"{axis}{part}FontFamily", "Arial")
    grid.GridColor = BLACK
    grid.AxesToLabel = 3 if run.dim == 2 else 14  # the outer ones below and at the sides
    grid.UseCustomBounds = 1
    grid.CustomBounds = window
    box = np.reshape(window, (3, 2))
    wanted = (4 if run.dim == 2 else 2.5) / (box[:, 1] - box[:, 0]).max()  # ticks per parameter
    for axis, (low, high) in zip("XYZ", box):
        setattr(grid, f"{axis}AxisUseCustomLabels", 1)
        setattr(grid, f"{axis}AxisLabels", ticks(low, high, max(wanted * (high - low), 2)))
    text = pv.Text(Text=title)
    shown = pv.Show(text, view)
    shown.Color, shown.FontSize, shown.FontFamily = BLACK, FONT + 1, "Arial"
    shown.WindowLocation = "Upper Center"


def ticks(low, high, n=4):
    """Round numbers, n or a few more; none where there is no extent."""
    if high <= low:
        return []
    raw = (high - low) / n
    unit = 10 ** np.floor(np.log10(raw))
    step = max(k * unit for k in (1, 2, 5) if k * unit <= raw)
    first = np.ceil(low / step)
    return [round(float(k * step), 10) for k in np.arange(first, high / step + 1e-9)]


def decades(low, high):
    """Powers of ten, or, where there are fewer than two, round numbers."""
    powers = [10.0**k for k in range(int(np.ceil(np.log10(low))), int(np.floor(np.log10(high))) + 1)]
    return powers if len(powers) > 1 else ticks(low, high)


def panel_of(window):
    """Pixels of a plane view: as wide as all, as high as the window asks for."""
    plane = PLANE_WIDTH * (window[3] - window[2]) / (window[1] - window[0])
    return PANEL_WIDTH, int(np.clip(plane, 170, 390)) + MARGINS


def look_down(view, window):
    """A plane fills the view but for labels (left, below), title and bar (right)."""
    rows = panel_of(window)[1]
    unit = max((window[1] - window[0]) / PLANE_WIDTH, (window[3] - window[2]) / (rows - MARGINS))
    x = (window[0] + window[1]) / 2 + 24 * unit
    y = (window[2] + window[3]) / 2
    view.CameraParallelProjection = 1
    view.CameraFocalPoint = [x, y, 0]
    view.CameraPosition = [x, y, 10]
    view.CameraViewUp = [0, 1, 0]
    view.CameraParallelScale = rows * unit / 2


def colour_by(shown, view, field, title, limits, preset, log=False, bar=True):
    """Colours by a point field, with limits of its own, and a scalar bar."""
    pv.ColorBy(shown, ("POINTS", field), separate=True)
    table = pv.GetColorTransferFunction(field, shown, separate=True)
    table.ApplyPreset(preset, True)
    table.RescaleTransferFunction(*limits)
    table.AutomaticRescaleRangeMode = "Never"
    if log:
        table.MapControlPointsToLogSpace()
        table.UseLogScale = 1
    shown.SetScalarBarVisibility(view, bar)
    if bar:
        labels = decades(*limits) if log else ticks(*limits)
        dress_bar(pv.GetScalarBar(table, view), title, labels)
    return table


def in_white(shown):
    shown.ColorArrayName = [None, ""]
    shown.AmbientColor = shown.DiffuseColor = WHITE
    without_light(shown)


def without_light(shown):
    """The colours of the bar, not those of a lit surface."""
    shown.Ambient, shown.Diffuse, shown.Specular = 1, 0, 0


def dress_bar(bar, title, labels):
    bar.Title, bar.ComponentTitle = title, ""
    for part in ("Title", "Label"):
        setattr(bar, f"{part}Color", BLACK)
        setattr(bar, f"{part}FontSize", FONT)
        setattr(bar, f"{part}FontFamily", "Arial")
    bar.Orientation, bar.HorizontalTitle = "Vertical", 1
    bar.WindowLocation = "Any Location"
    bar.Position = [0.82, 0.22]
    bar.ScalarBarLength, bar.ScalarBarThickness = 0.55, 14
    bar.AutomaticLabelFormat, bar.LabelFormat = 0, "%g"
    bar.AddRangeLabels, bar.UseCustomLabels, bar.CustomLabels = 0, 1, labels


def window_of(run, time=None, edge=EDGE):
    """Bounds of the part of the box where the density is visible (six numbers)."""
    density = run.range("density", time)[1]
    cells = run.cells(time)
    visible = cells.points[cells.nodal("density")[..., 0] > edge * density]
    low, high = visible.min(axis=0), visible.max(axis=0)
    low, high = low - MARGIN * (high - low), high + MARGIN * (high - low)
    bounds = np.zeros((3, 2))
    bounds[: run.dim, 0], bounds[: run.dim, 1] = low, high
    return [float(x) for x in bounds.ravel()]


def crop(source, window):
    """The part of a plane in the window. The z of a plane is 0."""
    box = np.reshape(window, (3, 2))
    part = pv.Clip(Input=source, ClipType="Box", Invert=1, Exact=1)
    part.ClipType.Position = [float(box[0, 0]), float(box[1, 0]), -1]
    part.ClipType.Length = [float(box[0, 1] - box[0, 0]), float(box[1, 1] - box[1, 0]), 2]
    return part


def on_grid(source, window, n=GRID):
    """Stream lines need neighbours: on the files' mesh every cell stands alone."""
    if window[5] > window[4]:
        return pv.ResampleToImage(
            Input=source, UseInputBounds=0, SamplingBounds=window, SamplingDimensions=[n, n, n]
        )
    # An image of a plane has thickness 0, by which Stream Tracer divides.
    plane = pv.Plane(
        Origin=[window[0], window[2], 0],
        Point1=[window[1], window[2], 0],
        Point2=[window[0], window[3], 0],
        XResolution=n - 1,
        YResolution=n - 1,
    )
    return pv.ResampleWithDataset(SourceDataArrays=source, DestinationMesh=plane)


def where_dense(source, threshold):
    part = pv.Clip(Input=source, ClipType="Scalar", Scalars=["POINTS", "density"], Value=threshold)
    part.Invert = 0
    return part
