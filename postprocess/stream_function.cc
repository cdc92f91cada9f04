// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/stream_function.h"

namespace sgdfp
{
  using dealii::Point;
  using dealii::Tensor;

  namespace
  {
    /// From @p unit_point of @p cell uphill to where J* = 0, inside of the
    /// cell.
    template <int dim>
    Peak<dim> climb(const ClosedCurrent<dim>      &closed,
                    const typename Law<dim>::Cell &cell,
                    const double                   sign,
                    Point<dim>                     unit_point)
    {
      constexpr unsigned int n_steps = 5; // quadratic convergence
      const auto            &box     = closed.law.discretisation.box;
      Peak<dim>              peak;
      for (unsigned int step = 0; step <= n_steps; ++step)
        {
          typename ClosedCurrent<dim>::Values values(
            closed, dealii::Quadrature<dim>(unit_point), true);
          values.reinit(cell);
          const auto      &here  = values.current()[0];
          const Point<dim> theta = values.fe_values().quadrature_point(0);
          Peak<dim>        found;
          found.value = sign * here.potential[0];
          found.theta = theta;
          peak.offer(found);

          const double det = determinant(here.gradient);
          if (!(std::abs(det) > 0))
            break;
          const Tensor<1, dim> move =
            -(transpose(invert(here.gradient)) * here.current);
          unit_point = box.unit_point(*cell, Point<dim>(theta + move));
          for (unsigned int d = 0; d < dim; ++d)
            unit_point[d] = std::min(std::max(unit_point[d], 0.), 1.);
          if (!std::isfinite(unit_point.norm()))
            break;
        }
      return peak;
    }
  } // namespace



  template <int dim>
  Peak<dim> stream_function_peak(const ClosedCurrent<dim> &closed,
                                 const double              sign)
  {
    static_assert(dim == 2, "a stream function exists in 2-D");
    constexpr double       as_good = 1e-6;
    const auto            &space   = closed.space();
    dealii::Vector<double> here(space.element.dofs_per_cell);
    Vector                 owned = closed.nodal_stream_function();
    owned *= sign;
    const double highest = maximum(owned);
    Peak<dim>    result;
    if (!(highest > 0))
      return result;

    const Vector Psi = space.ghosted(owned);
    for (const auto &cell :
         closed.law.discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          closed.space().same_cell(cell)->get_dof_values(Psi, here);
          unsigned int top = 0;
          for (unsigned int i = 1; i < here.size(); ++i)
            if (here(i) > here(top))
              top = i;
          if (here(top) >= (1 - as_good) * highest)
            result.offer(
              climb(closed, cell, sign, space.element.unit_support_point(top)));
        }
    return result.over_all_ranks(space.communicator);
  }



  template Peak<2> stream_function_peak(const ClosedCurrent<2> &, const double);
} // namespace sgdfp
