// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/phase_plane.h"

#include "base/errors.h"
#include "base/numpy_file.h"
#include "postprocess/vtu_file.h"

#include <cmath>

namespace sgdfp
{
  using dealii::Point;

  namespace
  {
    constexpr unsigned int n_parameters = 241, n_velocities = 161;

    // Of the thermal velocities: wide enough for twice the temperature.
    constexpr double reach = 5;



    /// The grid points of @p x in [a, b), or [a, b] in the last cell.
    std::vector<unsigned int> indices_in(const std::vector<double> &x,
                                         const double               a,
                                         const double               b,
                                         const bool                 is_last)
    {
      const double              tolerance = 1e-9 * (x.back() - x.front());
      std::vector<unsigned int> result;
      for (unsigned int i = 0; i < x.size(); ++i)
        if (x[i] >= a - tolerance &&
            (x[i] < b - tolerance || (is_last && x[i] <= b + tolerance)))
          result.push_back(i);
      return result;
    }



    /// f on the grid from its Hermite coefficients [n][x] in one direction.
    std::vector<double> expand(const std::vector<double> &coefficients,
                               const unsigned int         degree,
                               const std::vector<double> &velocity,
                               const double               s)
    {
      std::vector<double> result(n_parameters * n_velocities, 0.), h;
      for (unsigned int k = 0; k < n_velocities; ++k)
        {
          const double xi = velocity[k] / s;
          evaluate_hermite(xi, degree, h);
          const double maxwellian =
            std::exp(-0.5 * xi * xi) / (s * std::sqrt(2 * dealii::numbers::PI));
          for (unsigned int i = 0; i < n_parameters; ++i)
            for (unsigned int n = 0; n <= degree; ++n)
              result[i * n_velocities + k] +=
                maxwellian * h[n] * coefficients[n * n_parameters + i];
        }
      return result;
    }



    void sum_on_root(std::vector<double> &values, const MPI_Comm communicator)
    {
      const bool is_root =
        (dealii::Utilities::MPI::this_mpi_process(communicator) == 0);
      MPI_Reduce(is_root ? MPI_IN_PLACE : values.data(),
                 values.data(),
                 values.size(),
                 MPI_DOUBLE,
                 MPI_SUM,
                 0,
                 communicator);
    }



    /// The part of one cell in the coefficients [n_i][x] of a plane: points
    /// (x, y) of the cell with the weights of y.
    template <int dim>
    void add_cell(const KineticLaw<dim>                    &law,
                  const typename Discretisation<dim>::Cell &cell,
                  const unsigned int                        direction,
                  const std::vector<unsigned int>          &columns,
                  const std::vector<Point<dim>>            &points,
                  const std::vector<double>                &weights,
                  const std::vector<double>                &other_factors,
                  std::vector<double>                      &coefficients)
    {
      typename KineticLaw<dim>::Evaluator at(law,
                                             dealii::Quadrature<dim>(points));
      at.reinit(cell);
      const auto &indices = law.generator.indices;
      for (unsigned int q = 0; q < points.size(); ++q)
        for (unsigned int n = 0; n < indices.size(); ++n)
          {
            const double factor =
              (dim == 1 ? 1. : other_factors[indices[n][dim - 1 - direction]]);
            if (factor != 0)
              coefficients[indices[n][direction] * n_parameters + columns[q]] +=
                weights[q] * factor * at(n, q);
          }
    }
  } // namespace



  template <int dim>
  PhasePlane sample_phase_plane(const KineticLaw<dim> &law,
                                const unsigned int     direction,
                                const Point<dim>      &low,
                                const Point<dim>      &high,
                                const Point<dim>      &centre)
  {
    const Discretisation<dim> &discretisation = law.discretisation;
    const unsigned int         other          = dim - 1 - direction;
    const unsigned int         N              = law.generator.indices.degree;
    const auto                &s = law.generator.scales.thermal_velocity;
    PhasePlane                 plane;
    plane.slice_at = centre[other];
    for (unsigned int i = 0; i < n_parameters; ++i)
      plane.parameter.push_back(low[direction] +
                                i * (high[direction] - low[direction]) /
                                  (n_parameters - 1.));
    for (unsigned int k = 0; k < n_velocities; ++k)
      plane.velocity.push_back(s[direction] * reach *
                               (2. * k / (n_velocities - 1.) - 1));

    std::vector<double> marginal((N + 1) * n_parameters, 0.), slice = marginal;
    // int h_n M dv, and h_n(0) M(0)
    std::vector<double> of_mass(N + 1, 0.), at_rest;
    of_mass[0] = 1;
    evaluate_hermite(0., N, at_rest);
    for (double &h : at_rest)
      h /= s[other] * std::sqrt(2 * dealii::numbers::PI);
    const dealii::QGauss<1> gauss(discretisation.element.degree + 1);
    const auto             &box = discretisation.box;
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          const Point<dim> a = box.from_chart(cell->vertex(0));
          const Point<dim> b = box.from_chart(
            cell->vertex(dealii::GeometryInfo<dim>::vertices_per_cell - 1));
          const auto list = indices_in(plane.parameter,
                                       a[direction],
                                       b[direction],
                                       cell->at_boundary(2 * direction + 1));
          if (list.empty())
            continue;
          std::vector<unsigned int> columns;
          std::vector<Point<dim>>   points;
          std::vector<double>       weights;
          const auto                add = [&](const unsigned int column,
                               const double       y,
                               const double       weight) {
            Point<dim> theta;
            theta[other]     = y;
            theta[direction] = plane.parameter[column];
            columns.push_back(column);
            points.push_back(box.unit_point(*cell, theta));
            weights.push_back(weight);
          };
          for (const unsigned int i : list)
            if (dim == 1)
              add(i, 0., 1.);
            else
              for (unsigned int g = 0; g < gauss.size(); ++g)
                {
                  // Evenly in theta, whatever the chart.
                  const double width = b[other] - a[other];
                  add(i,
                      a[other] + width * gauss.point(g)[0],
                      width * gauss.weight(g));
                }
          add_cell(
            law, cell, direction, columns, points, weights, of_mass, marginal);
          const bool is_last = cell->at_boundary(2 * other + 1);
          if (dim == 1 || plane.slice_at < a[other] ||
              plane.slice_at > b[other] ||
              (plane.slice_at == b[other] && !is_last))
            continue;
          columns.clear();
          points.clear();
          weights.clear();
          for (const unsigned int i : list)
            add(i, plane.slice_at, 1.);
          add_cell(
            law, cell, direction, columns, points, weights, at_rest, slice);
        }
    sum_on_root(marginal, discretisation.communicator);
    plane.marginal = expand(marginal, N, plane.velocity, s[direction]);
    if (dim > 1)
      {
        sum_on_root(slice, discretisation.communicator);
        plane.slice = expand(slice, N, plane.velocity, s[direction]);
      }
    return plane;
  }



  namespace
  {
    void write_vtu(const PhasePlane &plane, const std::string &file)
    {
      using Patch = dealii::DataOutBase::Patch<2, 2>;
      std::vector<Patch>       patches;
      std::vector<std::string> names = {"phase_density"};
      if (!plane.slice.empty())
        names.push_back("phase_density_slice");
      for (unsigned int i = 0; i + 1 < n_parameters; ++i)
        for (unsigned int k = 0; k + 1 < n_velocities; ++k)
          {
            Patch patch;
            patch.n_subdivisions = 1;
            patch.reference_cell = dealii::ReferenceCells::Quadrilateral;
            patch.patch_index    = patches.size();
            patch.data.reinit(names.size(), 4);
            for (unsigned int v = 0; v < 4; ++v)
              {
                const unsigned int x = i + v % 2, y = k + v / 2;
                patch.vertices[v] =
                  Point<2>(plane.parameter[x], plane.velocity[y]);
                patch.data(0, v) = plane.marginal[x * n_velocities + y];
                if (names.size() > 1)
                  patch.data(1, v) = plane.slice[x * n_velocities + y];
              }
            patches.push_back(patch);
          }
      write_vtu_file(patches, names, file);
    }
  } // namespace



  void write_phase_plane(const MPI_Comm     communicator,
                         const PhasePlane  &plane,
                         const std::string &variable,
                         const std::string &path)
  {
    run_on_root(communicator, [&]() {
      write_vtu(plane, path + ".vtu");
      NumpyArchive archive;
      archive.add_words("variables", {variable});
      archive.add("parameter", plane.parameter, {plane.parameter.size()});
      archive.add("velocity", plane.velocity, {plane.velocity.size()});
      const std::vector<std::size_t> shape = {n_velocities, n_parameters};
      archive.add("phase_density", plane.marginal, shape);
      if (!plane.slice.empty())
        archive.add("phase_density_slice", plane.slice, shape);
      const std::vector<double> slice_at = {plane.slice_at};
      archive.add("slice_at", slice_at, {1});
      archive.write(path + ".npz");
      return std::string();
    });
  }



  template PhasePlane sample_phase_plane(const KineticLaw<1> &,
                                         unsigned int,
                                         const Point<1> &,
                                         const Point<1> &,
                                         const Point<1> &);
  template PhasePlane sample_phase_plane(const KineticLaw<2> &,
                                         unsigned int,
                                         const Point<2> &,
                                         const Point<2> &,
                                         const Point<2> &);
} // namespace sgdfp
