// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_REGULAR_GRID_H
#define SGDFP_POSTPROCESS_REGULAR_GRID_H

#include "operators/law.h"

#include <limits>

namespace sgdfp
{
  /// Points per axis: 801, 241^2, 65^3.
  template <int dim>
  constexpr unsigned int resolution = (dim == 1 ? 801 :
                                       dim == 2 ? 241 :
                                                  65);



  /// The corners of the box around all nodes with P > 1e-6 max P, a little
  /// widened.
  template <int dim>
  std::pair<dealii::Point<dim>, dealii::Point<dim>> window(const Law<dim> &law)
  {
    constexpr double visible = 1e-6, margin = 0.05;
    const auto      &discretisation = law.discretisation;
    const Vector    &P              = law.nodal_density();
    const double     threshold      = visible * maximum(P);
    std::vector<dealii::types::global_dof_index> dofs(
      discretisation.element.dofs_per_cell);

    // Negated lower corner first: one reduction by max.
    std::vector<double> extent(2 * dim, std::numeric_limits<double>::lowest());
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          cell->get_dof_indices(dofs);
          for (unsigned int i = 0; i < dofs.size(); ++i)
            if (static_cast<double>(P(dofs[i])) > threshold)
              {
                const dealii::Point<dim> x =
                  discretisation.mapping.transform_unit_to_real_cell(
                    cell, discretisation.element.unit_support_point(i));
                for (unsigned int d = 0; d < dim; ++d)
                  {
                    extent[d]       = std::max(extent[d], -x[d]);
                    extent[dim + d] = std::max(extent[dim + d], x[d]);
                  }
              }
        }
    dealii::Utilities::MPI::max(extent, discretisation.communicator, extent);
    dealii::Point<dim> low, high;
    for (unsigned int d = 0; d < dim; ++d)
      {
        const double more = margin * (extent[dim + d] + extent[d]);
        low[d] = std::max(-extent[d] - more, discretisation.box.lower()[d]);
        high[d] =
          std::min(extent[dim + d] + more, discretisation.box.upper()[d]);
      }
    return {low, high};
  }



  /// A regular grid of resolution^dim points, first parameter fastest.
  template <int dim>
  struct Grid
  {
    dealii::Point<dim> low, high;

    static unsigned int n_points()
    {
      unsigned int n = 1;
      for (unsigned int d = 0; d < dim; ++d)
        n *= resolution<dim>;
      return n;
    }

    double coordinate(const unsigned int d, const unsigned int i) const
    {
      return low[d] + i * (high[d] - low[d]) / (resolution<dim> - 1);
    }

    /// First grid index in direction d at or above x.
    unsigned int first_at_or_above(const unsigned int d, const double x) const
    {
      // Two cells know their common face up to round-off only. A point on it
      // must not fall between them, nor to both.
      constexpr double tolerance = 1e-6; // of the grid's spacing
      const double     i         = std::ceil(
        (x - low[d]) / (high[d] - low[d]) * (resolution<dim> - 1) - tolerance);
      return std::min<double>(std::max(i, 0.), resolution<dim>);
    }
  };



  /// Points of @p grid in @p cell, with their index in the grid. A point on a
  /// face belongs to the cell above it, at the end of the box to the last.
  template <int dim>
  void points_in_cell(const Grid<dim>                 &grid,
                      const typename Law<dim>::Cell   &cell,
                      const ParameterBox<dim>         &box,
                      std::vector<dealii::Point<dim>> &points,
                      std::vector<unsigned int>       &indices)
  {
    std::array<unsigned int, dim> begin, end;
    const dealii::Point<dim>      a = box.from_chart(cell->vertex(0));
    const dealii::Point<dim>      b = box.from_chart(
      cell->vertex(dealii::GeometryInfo<dim>::vertices_per_cell - 1));
    unsigned int n = 1;
    for (unsigned int d = 0; d < dim; ++d)
      {
        begin[d] = grid.first_at_or_above(d, a[d]);
        end[d] =
          (cell->at_boundary(2 * d + 1) ? resolution<dim> :
                                          grid.first_at_or_above(d, b[d]));
        n *= (end[d] > begin[d] ? end[d] - begin[d] : 0);
      }
    points.resize(n);
    indices.resize(n);
    for (unsigned int k = 0; k < n; ++k)
      {
        unsigned int rest = k, stride = 1;
        indices[k] = 0;
        for (unsigned int d = 0; d < dim; ++d)
          {
            const unsigned int i = begin[d] + rest % (end[d] - begin[d]);
            rest /= end[d] - begin[d];
            indices[k] += i * stride;
            stride *= resolution<dim>;
            points[k][d] = grid.coordinate(d, i);
          }
        points[k] = box.unit_point(*cell, points[k]);
      }
  }
} // namespace sgdfp

#endif
