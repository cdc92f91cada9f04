// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_FRACTIONAL_AXIS_H
#define SGDFP_FRACTIONAL_AXIS_H

#include "meshes/discretisation.h"

namespace sgdfp
{
  /// One axis of a tensor mesh: the lumped Laplacian of one dimension, whose
  /// tensor products are that of LumpedLaplacian. Nodes are numbered from left
  /// to right.
  struct Axis
  {
    /// @param edges of the cells, increasing, in the chart of axis @p d
    template <int dim>
    Axis(const Discretisation<dim> &discretisation,
         const std::vector<double> &edges,
         const unsigned int         d);

    unsigned int n() const;

    /// k, the degree: K couples nodes up to that far apart.
    unsigned int degree = 1;

    /// Of the cells, in the chart
    std::vector<double> edges;

    /// d theta/d(unit coordinate) at the k + 1 nodes of each cell
    std::vector<double> slopes;

    /// M_i
    std::vector<double> mass;

    /// B, (k + 1) rows for each cell and n columns, with K = B^T B. Row
    /// (k + 1) c + q has the entries of columns k c, .., k c + k only.
    std::vector<double> factor; ///< [row][0..k]

    /// Bounds of the eigenvalues of M^-1 K but 0.
    double least_eigenvalue = 0, greatest_eigenvalue = 0;
  };



  /// Place of every owned degree of freedom of a mesh of a box whose cells are
  /// alike in the chart: position[d] on axis d.
  template <int dim>
  struct Lattice
  {
    explicit Lattice(const Discretisation<dim> &discretisation);

    /// Whether the mesh is a tensor product (in one dimension it is); if not
    /// there is nothing else.
    bool exists = true;

    std::vector<Axis> axes;

    /// In the order of Discretisation::owned
    std::vector<std::array<unsigned int, dim>> position;
  };
} // namespace sgdfp

#endif
