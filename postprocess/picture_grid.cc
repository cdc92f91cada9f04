// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/picture_grid.h"

#include "base/errors.h"
#include "base/numpy_file.h"

#include <limits>

namespace sgdfp
{
  using dealii::Point;

  namespace
  {
    /// Points per axis: 801, 241^2, 65^3.
    template <int dim>
    constexpr unsigned int resolution = (dim == 1 ? 801 :
                                         dim == 2 ? 241 :
                                                    65);



    /// The corners of the box around all nodes with P > 1e-6 max P, a little
    /// widened.
    template <int dim>
    std::pair<Point<dim>, Point<dim>> window(const Law<dim> &law)
    {
      constexpr double visible = 1e-6, margin = 0.05;
      const auto      &discretisation = law.discretisation;
      const Vector    &P              = law.nodal_density();
      const double     threshold      = visible * maximum(P);
      std::vector<dealii::types::global_dof_index> dofs(
        discretisation.element.dofs_per_cell);

      // Negated lower corner first: one reduction by max.
      std::vector<double> extent(2 * dim,
                                 std::numeric_limits<double>::lowest());
      for (const auto &cell :
           discretisation.dof_handler.active_cell_iterators())
        if (cell->is_locally_owned())
          {
            cell->get_dof_indices(dofs);
            for (unsigned int i = 0; i < dofs.size(); ++i)
              if (static_cast<double>(P(dofs[i])) > threshold)
                {
                  const Point<dim> x =
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
      Point<dim> low, high;
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
      Point<dim> low, high;

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
        const double     i =
          std::ceil((x - low[d]) / (high[d] - low[d]) * (resolution<dim> - 1) -
                    tolerance);
        return std::min<double>(std::max(i, 0.), resolution<dim>);
      }
    };



    /// Points of @p grid in @p cell, with their index in the grid. A point on a
    /// face belongs to the cell above it, at the end of the box to the last.
    template <int dim>
    void points_in_cell(const Grid<dim>               &grid,
                        const typename Law<dim>::Cell &cell,
                        const ParameterBox<dim>       &box,
                        std::vector<Point<dim>>       &points,
                        std::vector<unsigned int>     &indices)
    {
      std::array<unsigned int, dim> begin, end;
      const Point<dim>              a = box.from_chart(cell->vertex(0));
      const Point<dim>              b = box.from_chart(
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



    /// Names of the fields, in the order of values_at().
    template <int dim>
    std::vector<std::string> field_names(const bool with_closed_current,
                                         const bool with_reference)
    {
      std::vector<std::string> names = {"density", "loss"};
      for (unsigned int d = 0; d < dim; ++d)
        names.push_back("current_" + std::to_string(d + 1));
      if (with_closed_current)
        for (unsigned int d = 0; d < dim; ++d)
          names.push_back("closed_current_" + std::to_string(d + 1));
      if (with_closed_current && dim == 2)
        names.push_back("stream_function");
      if (with_reference)
        names.push_back("gibbs_density");
      return names;
    }



    template <int dim>
    bool has_closed_current(const ClosedCurrent<dim> &closed)
    {
      return dim > 1 && closed.why_missing().empty();
    }



    /// All fields at one point, in the order of field_names().
    template <int dim>
    std::vector<double>
    values_at(const Point<dim>                         &theta,
              const LocalLaw<dim>                      &local,
              const LocalClosedCurrent<dim>            &closed_current,
              const Law<dim>                           &law,
              const bool                                with_closed_current,
              const boost::optional<GibbsDensity<dim>> &reference)
    {
      const auto flux =
        law.dynamics.flux(theta, MatrixFieldDerivatives::divergence);
      const auto          J      = local.current(flux);
      std::vector<double> values = {local.density(),
                                    law.dynamics.loss().value(theta)};
      for (unsigned int d = 0; d < dim; ++d)
        values.push_back(J[d]);
      if (with_closed_current)
        for (unsigned int d = 0; d < dim; ++d)
          values.push_back(closed_current.current[d]);
      if (with_closed_current && dim == 2)
        values.push_back(closed_current.potential.front());
      if (reference)
        values.push_back(std::exp(reference->log_density(theta)));
      return values;
    }



    /// @return one field after the other on the whole grid, complete on rank 0
    template <int dim>
    std::vector<double>
    sample(const ClosedCurrent<dim>                 &closed,
           const boost::optional<GibbsDensity<dim>> &reference,
           const Grid<dim>                          &grid)
    {
      const Law<dim>     &law        = closed.law;
      const bool          has_closed = has_closed_current(closed);
      const std::size_t   n          = Grid<dim>::n_points();
      std::vector<double> data(
        field_names<dim>(has_closed, static_cast<bool>(reference)).size() * n,
        0.);

      std::vector<Point<dim>>   points;
      std::vector<unsigned int> indices;
      for (const auto &cell :
           law.discretisation.dof_handler.active_cell_iterators())
        if (cell->is_locally_owned())
          {
            points_in_cell(grid, cell, law.discretisation.box, points, indices);
            if (points.empty())
              continue;
            typename ClosedCurrent<dim>::Values at_points(
              closed,
              dealii::Quadrature<dim>(points),
              /*second_derivatives=*/false);
            at_points.reinit(cell);
            for (unsigned int k = 0; k < points.size(); ++k)
              {
                const auto values =
                  values_at(at_points.fe_values().quadrature_point(k),
                            at_points.law()[k],
                            at_points.current()[k],
                            law,
                            has_closed,
                            reference);
                for (std::size_t field = 0; field < values.size(); ++field)
                  data[field * n + indices[k]] = values[field];
              }
          }

      const MPI_Comm communicator = law.discretisation.communicator;
      const bool     is_root =
        (dealii::Utilities::MPI::this_mpi_process(communicator) == 0);
      MPI_Reduce(is_root ? MPI_IN_PLACE : data.data(),
                 data.data(),
                 data.size(),
                 MPI_DOUBLE,
                 MPI_SUM,
                 0,
                 communicator);
      return data;
    }
  } // namespace



  template <int dim>
  void write_picture_grid(const ClosedCurrent<dim>                 &closed,
                          const boost::optional<GibbsDensity<dim>> &reference,
                          const std::vector<std::string>           &variables,
                          const Summary::Json                      &notes,
                          const std::string                        &folder,
                          const std::string                        &name)
  {
    Grid<dim> grid;
    std::tie(grid.low, grid.high)  = window(closed.law);
    const std::vector<double> data = sample(closed, reference, grid);
    run_on_root(closed.law.discretisation.communicator, [&]() {
      const std::size_t n = Grid<dim>::n_points();
      NumpyArchive      archive;
      archive.add_words("variables", variables);
      for (unsigned int d = 0; d < dim; ++d)
        {
          std::vector<double> axis;
          for (unsigned int i = 0; i < resolution<dim>; ++i)
            axis.push_back(grid.coordinate(d, i));
          archive.add("axis_" + std::to_string(d + 1), axis, {axis.size()});
        }
      const double *values = data.data();
      for (const auto &field : field_names<dim>(has_closed_current(closed),
                                                static_cast<bool>(reference)))
        {
          archive.add(field,
                      {values, n},
                      std::vector<std::size_t>(dim, resolution<dim>));
          values += n;
        }
      archive.add_text(
        "notes",
        notes.dump(-1, ' ', false, Summary::Json::error_handler_t::replace));
      archive.write(folder + "/solution/" + name + ".npz");
      return std::string();
    });
  }



#define INSTANTIATE(dim)                                                       \
  template void write_picture_grid(const ClosedCurrent<dim> &,                 \
                                   const boost::optional<GibbsDensity<dim>> &, \
                                   const std::vector<std::string> &,           \
                                   const Summary::Json &,                      \
                                   const std::string &,                        \
                                   const std::string &);

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
} // namespace sgdfp
