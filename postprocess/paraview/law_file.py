# SPDX-License-Identifier: GPL-3.0-or-later
"""The ParaView files of a run folder, as ParaView reads them and cell by cell.

Needs the Python of ParaView (pvbatch, pvpython): paraview.simple and numpy.
"""
import functools
import json
import pathlib

import numpy as np
import paraview.simple as pv
from paraview.servermanager import Fetch
from vtkmodules.util.numpy_support import vtk_to_numpy


class RunError(Exception):
    """A folder that cannot be used; the text says why."""


class RunFolder:
    """A finished run: its summary.json and solution.pvd as a ParaView source."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()
        self.name = self.folder.name
        if not (self.folder / "summary.json").exists():
            raise RunError(f"{folder}: no summary.json, so no run that has finished")
        self.summary = json.loads((self.folder / "summary.json").read_text(encoding="utf-8"))
        if not (self.folder / "solution.pvd").exists():
            raise RunError(f"{folder}: no solution.pvd (status {self.summary['status']!r})")
        self.dim = self.summary["dimension"]
        self.variables = self.summary["variables"]
        self.reader = pv.OpenDataFile(str(self.folder / "solution.pvd"))
        self.reader.UpdatePipeline()
        self.times = list(self.reader.TimestepValues)

    def number(self, path):
        """summary.json at "section/key": None where it is null or absent."""
        value = self.summary
        for key in path.split("/"):
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def components(self):
        """Number of components of each field, by name."""
        data = self.reader.PointData
        arrays = [data.GetArray(i) for i in range(data.GetNumberOfArrays())]
        return {array.GetName(): array.GetNumberOfComponents() for array in arrays}

    def range(self, field, time=None):
        """Least and greatest value; of a vector, of its length."""
        self.reader.UpdatePipeline(self.times[-1] if time is None else time)
        return self.reader.PointData.GetArray(field).GetRange(-1 if self.components()[field] > 1 else 0)

    def cells(self, time=None):
        """The cells of the mesh at a time (the last one unless given)."""
        self.reader.UpdatePipeline(self.times[-1] if time is None else time)
        return Cells(Fetch(self.reader), self.dim)


def kronecker(factors):
    """Matrix on tensor-product points, the first direction fastest."""
    return functools.reduce(lambda slow, fast: np.kron(slow, fast), reversed(factors))


def lagrange(nodes, x):
    """Values [x, node] and derivatives [x, node] of the basis of `nodes`."""
    values, slopes = [], []
    for i, node in enumerate(nodes):
        others = np.delete(nodes, i)
        basis = np.poly1d(others, r=True) / np.prod(node - others)
        values.append(basis(x))
        slopes.append(basis.deriv()(x))
    return np.array(values).T, np.array(slopes).T


class Cells:
    """The fields cell by cell of the finite-element mesh.

    A cell is written as pieces^dim linear pieces with points of its own, one
    cell after the other, first direction fastest. The polynomial of degree
    `pieces` in each direction through these points is far nearer to the field
    than the pieces are; integrals here are of that polynomial.
    """

    def __init__(self, data, dim, n_gauss=8):
        connectivity = vtk_to_numpy(data.GetCells().GetConnectivityArray())
        pieces = connectivity.reshape(-1, 2**dim)
        if dim == 1:  # up to the first gap
            gaps = pieces[1:, 0] != pieces[:-1, 1]
            self.pieces = int(np.argmax(gaps)) + 1 if gaps.any() else len(pieces)
        else:  # the point above the first one is a row further
            self.pieces = int(pieces[0, 3] - pieces[0, 0]) - 1
        self.data, self.dim = data, dim
        self.n_points = (self.pieces + 1) ** dim
        if data.GetNumberOfPoints() * self.pieces**dim != len(pieces) * self.n_points:
            raise RunError("the file is not made of cells that are cut evenly")
        x, w = np.polynomial.legendre.leggauss(n_gauss)
        value, slope = lagrange(np.linspace(0, 1, self.pieces + 1), (x + 1) / 2)
        self.to_gauss = kronecker([value] * dim)
        points = vtk_to_numpy(data.GetPoints().GetData()).astype(float)[:, :dim]
        self.points = points.reshape(-1, self.n_points, dim)
        jacobian = [
            kronecker([slope if k == d else value for k in range(dim)]) @ self.points
            for d in range(dim)
        ]
        determinant = np.abs(np.linalg.det(np.stack(jacobian, axis=-1)))
        self.weights = determinant * kronecker([w / 2] * dim)  # [cell, point]

    def nodal(self, field):
        """A field at the points of the file: [cell, point, component]."""
        values = vtk_to_numpy(self.data.GetPointData().GetArray(field)).astype(float)
        return values.reshape(len(self.points), self.n_points, -1)

    def gauss(self, field):
        """The polynomial of a field at the points of the rule, likewise."""
        return self.to_gauss @ self.nodal(field)

    def integral(self, values):
        """Integral over all parameters of values [cell, point] at the rule."""
        return float((values * self.weights).sum())
