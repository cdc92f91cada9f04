// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/picture_grid.h"

#include "base/errors.h"
#include "base/numpy_file.h"
#include "postprocess/regular_grid.h"

namespace sgdfp
{
  using dealii::Point;

  namespace
  {
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
#undef INSTANTIATE
} // namespace sgdfp
