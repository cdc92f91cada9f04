// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/minimum_search.h"

#include "models/local_quadratic.h"

#include <deal.II/base/mpi.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace sgdfp
{
  using dealii::Point;
  using dealii::Tensor;

  template <int dim>
  double SearchBox<dim>::size() const
  {
    return lower.distance(upper);
  }



  template <int dim>
  Point<dim> SearchBox<dim>::clamp(Point<dim> y) const
  {
    for (unsigned int d = 0; d < dim; ++d)
      y[d] = std::min(std::max(y[d], lower[d]), upper[d]);
    return y;
  }



  template <int dim>
  std::array<bool, dim>
  SearchBox<dim>::leaving(const Point<dim>     &y,
                          const Tensor<1, dim> &direction) const
  {
    std::array<bool, dim> result;
    for (unsigned int d = 0; d < dim; ++d)
      result[d] = (y[d] <= lower[d] && direction[d] < 0) ||
                  (y[d] >= upper[d] && direction[d] > 0);
    return result;
  }



  namespace
  {
    constexpr unsigned int n_starts_per_direction(const int dim)
    {
      return dim == 1 ? 129 : dim == 2 ? 49 : 17;
    }



    template <int dim>
    unsigned int n_starts()
    {
      return dealii::Utilities::pow(n_starts_per_direction(dim), dim);
    }



    template <int dim>
    Point<dim> start(const SearchBox<dim> &box, unsigned int index)
    {
      constexpr unsigned int n = n_starts_per_direction(dim);
      Point<dim>             y;
      for (unsigned int d = 0; d < dim; ++d, index /= n)
        y[d] =
          box.lower[d] + (box.upper[d] - box.lower[d]) * (index % n) / (n - 1.);
      return y;
    }



    /// Where a descent starts and ends.
    template <int dim>
    struct Descent
    {
      double     first_value;
      Point<dim> end;
      double     value;
      bool       is_converged;
    };



    /// Goes from y as much of @p step as makes the loss sink; whether it did.
    template <int dim>
    bool backtrack(const Loss<dim>      &loss,
                   const SearchBox<dim> &box,
                   const Tensor<1, dim> &gradient,
                   const Tensor<1, dim> &step,
                   Point<dim>           &y,
                   double               &value)
    {
      constexpr double armijo     = 1e-4;
      constexpr double least_part = 1e-9;

      // Near the minimum L has no digits left to tell a descent by.
      const double roundoff =
        4 * std::numeric_limits<double>::epsilon() * std::abs(value);
      for (double part = 1; part > least_part; part /= 2)
        {
          const Point<dim> next       = box.clamp(y + part * step);
          const double     next_value = loss.value(next);
          if (next_value <= value + armijo * (gradient * (next - y)) + roundoff)
            {
              y     = next;
              value = next_value;
              return true;
            }
        }
      return false;
    }



    template <int dim>
    Descent<dim> descend(const Loss<dim>      &loss,
                         const SearchBox<dim> &box,
                         const double          spacing,
                         Point<dim>            y)
    {
      constexpr unsigned int max_steps = 200;
      // Relative to the box. The distance to a simple minimum is slope over
      // curvature, to a degenerate one some times that.
      constexpr double least_step = 1e-12, least_slope = 1e-14, on_set = 1e-8;

      double       value      = loss.value(y);
      const double first      = value;
      double       slope      = std::numeric_limits<double>::infinity();
      bool         is_sinking = std::isfinite(value);
      for (unsigned int k = 0; k < max_steps && is_sinking; ++k)
        {
          const Tensor<1, dim>      g = loss.gradient(y);
          const LocalQuadratic<dim> model(loss, y, box.leaving(y, -g));
          if (!model.is_finite())
            return {first, y, value, false};
          // What is left of the slope is roundoff there, which would move y
          // along the set.
          const double unit = model.steepest() * box.size();
          slope             = model.slope() > 0 ? model.slope() / unit : 0;
          if (slope <= least_slope)
            break;
          const Point<dim> last = y;
          is_sinking =
            backtrack(loss, box, g, model.descent_step(spacing), y, value) &&
            y.distance(last) > least_step * box.size();
        }
      return {first, y, value, slope <= on_set};
    }



    /// The descents in the order of their starts.
    template <int dim>
    std::vector<Descent<dim>> descents(const Loss<dim>      &loss,
                                       const SearchBox<dim> &box,
                                       const double          spacing,
                                       const MPI_Comm        communicator)
    {
      namespace MPI = dealii::Utilities::MPI;
      // Alternating starts share the work better than blocks of them.
      const unsigned int  n_ranks = MPI::n_mpi_processes(communicator);
      std::vector<double> mine;
      for (unsigned int k = MPI::this_mpi_process(communicator);
           k < n_starts<dim>();
           k += n_ranks)
        {
          const auto d = descend(loss, box, spacing, start(box, k));
          mine.insert(mine.end(),
                      {d.first_value, d.value, 1. * d.is_converged});
          mine.insert(mine.end(), d.end.begin_raw(), d.end.end_raw());
        }
      const auto all = MPI::all_gather(communicator, mine);

      std::vector<Descent<dim>> result(n_starts<dim>());
      for (unsigned int k = 0; k < result.size(); ++k)
        {
          const double *entry = &all[k % n_ranks][k / n_ranks * (3 + dim)];
          result[k]           = {entry[0], {}, entry[1], entry[2] > 0};
          std::copy(entry + 3, entry + 3 + dim, result[k].end.begin_raw());
        }
      return result;
    }



    /// Drops the points that are closer than @p distance to an earlier one.
    template <int dim>
    std::vector<Point<dim>> thin(const std::vector<Point<dim>> &points,
                                 const double                   distance)
    {
      using Cell = std::array<long, dim>;
      std::vector<Point<dim>>                 kept;
      std::map<Cell, std::vector<Point<dim>>> cells;
      const unsigned int n_neighbours = dealii::Utilities::pow(3, dim);
      for (const Point<dim> &point : points)
        {
          Cell cell;
          for (unsigned int d = 0; d < dim; ++d)
            cell[d] = std::lround(point[d] / distance);
          bool is_new = true;
          for (unsigned int k = 0; k < n_neighbours && is_new; ++k)
            {
              Cell neighbour = cell;
              for (unsigned int d = 0, digits = k; d < dim; ++d, digits /= 3)
                neighbour[d] += static_cast<int>(digits % 3) - 1;
              if (const auto known = cells.find(neighbour);
                  known != cells.end())
                for (const Point<dim> &other : known->second)
                  is_new = is_new && point.distance(other) > distance;
            }
          if (is_new)
            {
              cells[cell].push_back(point);
              kept.push_back(point);
            }
        }
      return kept;
    }
  } // namespace



  template <int dim>
  Minima<dim> find_minima(const Loss<dim>      &loss,
                          const SearchBox<dim> &box,
                          const MPI_Comm        communicator)
  {
    constexpr double part_of_spread = 1e-12, part_of_value = 1e-13;

    Minima<dim> minima;
    minima.spacing = box.size() / (n_starts_per_direction(dim) - 1);

    const auto all = descents(loss, box, minima.spacing, communicator);

    std::vector<double> first_values;
    for (const Descent<dim> &descent : all)
      if (std::isfinite(descent.value))
        {
          first_values.push_back(descent.first_value);
          minima.value = std::min(minima.value, descent.value);
        }
    if (first_values.empty())
      return minima;

    // The median: polynomial losses are huge in the corners of the box.
    const auto median = first_values.begin() + first_values.size() / 2;
    std::nth_element(first_values.begin(), median, first_values.end());
    minima.tolerance = std::max(part_of_spread * (*median - minima.value),
                                part_of_value * std::abs(minima.value));

    std::vector<Point<dim>> points;
    for (const Descent<dim> &descent : all)
      if (descent.is_converged &&
          descent.value <= minima.value + minima.tolerance)
        points.push_back(descent.end);
    minima.points = thin(points, minima.spacing / 4);
    return minima;
  }



  template struct SearchBox<1>;
  template struct SearchBox<2>;
  template struct SearchBox<3>;
  template Minima<1>
  find_minima(const Loss<1> &, const SearchBox<1> &, const MPI_Comm);
  template Minima<2>
  find_minima(const Loss<2> &, const SearchBox<2> &, const MPI_Comm);
  template Minima<3>
  find_minima(const Loss<3> &, const SearchBox<3> &, const MPI_Comm);
} // namespace sgdfp
