// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/minimum_set.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sgdfp
{
  using dealii::Point;
  using dealii::Tensor;

  namespace
  {
    constexpr double infinity = std::numeric_limits<double>::infinity();

    // Of the distance: theta - y has no tangential part left. Its square is
    // the relative error of the distance.
    constexpr double angle_tolerance = 1e-6;

    // Of the box: smaller tangential parts are roundoff.
    constexpr double length_tolerance = 1e-12;

    // Of the box: Newton steps after which a point is on M, on the way and at
    // the end.
    constexpr double on_the_way = 1e-6, at_the_end = 1e-11;
  } // namespace



  template <int dim>
  MinimumSet<dim>::MinimumSet(const Loss<dim>  &loss,
                              const Point<dim> &lower,
                              const Point<dim> &upper,
                              const MPI_Comm    communicator)
    : loss(loss)
    , box{lower, upper}
    , minima(find_minima(loss, box, communicator))
    , cloud(minima.points)
  {}



  template <int dim>
  double MinimumSet<dim>::minimum_value() const
  {
    return minima.value;
  }



  template <int dim>
  bool MinimumSet<dim>::is_empty() const
  {
    return cloud.size() == 0;
  }



  template <int dim>
  std::size_t MinimumSet<dim>::n_points() const
  {
    return cloud.size();
  }



  template <int dim>
  double MinimumSet<dim>::distance(const Point<dim> &theta) const
  {
    // Pieces of M that cross or bend around theta are as many as are near.
    constexpr unsigned int max_pieces = 4;

    if (is_empty())
      return infinity;
    // On a flat bottom, where no Hessian helps.
    if (loss.value(theta) <= minima.value &&
        loss.gradient(theta).norm_square() == 0)
      return 0;

    double            best   = infinity;
    double            radius = infinity;
    std::vector<Foot> feet;
    feet.reserve(max_pieces);
    while (feet.size() < max_pieces)
      {
        const auto is_elsewhere = [&](const Point<dim> &y) {
          return std::none_of(feet.begin(), feet.end(), [&](const Foot &foot) {
            return is_on_piece(y, foot);
          });
        };
        const Point<dim> *start = cloud.nearest(theta, radius, is_elsewhere);
        if (start == nullptr)
          break;
        feet.push_back(walk(theta, *start));
        best = std::min(
          {best, theta.distance(*start), theta.distance(feet.back().point)});
        // A piece of M as near as that has a point of the cloud within half a
        // spacing of its foot, even if it bends away like a circle of a third
        // of the distance.
        radius = std::hypot(best, minima.spacing);
      }
    return best;
  }



  template <int dim>
  bool MinimumSet<dim>::is_on_piece(const Point<dim> &y, const Foot &foot) const
  {
    if (y == foot.start)
      return true;
    const Tensor<1, dim> to_y   = y - foot.point;
    const double         square = to_y.norm_square();
    // Within 30 degrees of the tangent
    return square <= 16 * minima.spacing * minima.spacing &&
           foot.model.tangential(to_y).norm_square() >= 0.75 * square;
  }



  template <int dim>
  typename MinimumSet<dim>::Foot
  MinimumSet<dim>::walk(const Point<dim> &theta, const Point<dim> &start) const
  {
    constexpr unsigned int max_steps = 50;

    Foot           foot = {start, start, {loss, start, {}}};
    Tensor<1, dim> pull = tangential_pull(theta, foot);
    double         part = 1;
    for (unsigned int k = 0; k < max_steps; ++k)
      {
        const double least =
          std::max(angle_tolerance * theta.distance(foot.point),
                   length_tolerance * box.size());
        if (pull.norm() <= least)
          break;
        // The cloud promises M no farther.
        part = std::min(part, minima.spacing / pull.norm());

        Foot next = foot;
        if (!step_closer(theta, part, least, pull, next))
          break;

        // Barzilai-Borwein: the secant slope of the pull knows how M bends.
        const Tensor<1, dim> next_pull = tangential_pull(theta, next);
        const Tensor<1, dim> step      = next.point - foot.point;
        const double         bend      = step * (pull - next_pull);
        part = bend > 0 ? step.norm_square() / bend : infinity;
        pull = next_pull;
        foot = next;
      }
    return polished(foot);
  }



  template <int dim>
  bool MinimumSet<dim>::step_closer(const Point<dim>     &theta,
                                    double                part,
                                    const double          least,
                                    const Tensor<1, dim> &pull,
                                    Foot                 &foot) const
  {
    const double       distance = theta.distance(foot.point);
    const Point<dim>   start    = foot.point;
    const unsigned int n_normal = foot.model.n_normal();
    for (; part * pull.norm() > 0.1 * least; part /= 2)
      if (return_to_set(start + part * pull, n_normal, on_the_way, foot) &&
          theta.distance(foot.point) < distance)
        return true;
    return false;
  }



  template <int dim>
  Tensor<1, dim> MinimumSet<dim>::tangential_pull(const Point<dim> &theta,
                                                  Foot             &foot) const
  {
    std::array<bool, dim> held{};
    if (foot.model.n_held() > 0)
      foot.model = {loss, foot.point, held};
    for (unsigned int pass = 0;; ++pass)
      {
        const Tensor<1, dim> pull = foot.model.tangential(theta - foot.point);
        const auto           leaving = box.leaving(foot.point, pull);
        const auto           none    = std::array<bool, dim>{};
        if (leaving == none || pass == dim)
          return pull;
        for (unsigned int d = 0; d < dim; ++d)
          held[d] = held[d] || leaving[d];
        foot.model = {loss, foot.point, held};
      }
  }



  template <int dim>
  bool MinimumSet<dim>::return_to_set(Point<dim>         y,
                                      const unsigned int n_normal,
                                      const double       last_step,
                                      Foot              &foot) const
  {
    // Newton's method only takes a third off the step where L grows like the
    // fourth power across M.
    constexpr unsigned int max_steps = 60;
    constexpr double       slowest   = 0.9;

    y = box.clamp(y);
    std::array<bool, dim> held;
    for (unsigned int d = 0; d < dim; ++d)
      held[d] = y[d] == box.lower[d] || y[d] == box.upper[d];

    double last = 2 * minima.spacing;
    for (unsigned int k = 0; k < max_steps; ++k)
      {
        foot.model = {loss, y, held};
        if (!foot.model.is_finite())
          return false;
        foot.model.assume_normal(n_normal);
        const Tensor<1, dim> step   = foot.model.normal_step();
        const double         length = step.norm();
        if (!(length <= (k < 4 ? 2 * minima.spacing : slowest * last)))
          return false;
        y = box.clamp(y + step);
        if (length <= last_step * box.size())
          {
            foot.point = y;
            return loss.value(y) <= minima.value + minima.tolerance;
          }
        last = length;
      }
    return false;
  }



  template <int dim>
  typename MinimumSet<dim>::Foot
  MinimumSet<dim>::polished(const Foot &foot) const
  {
    Foot result = foot;
    if (!return_to_set(foot.point, foot.model.n_normal(), at_the_end, result))
      result = foot;
    if (result.model.n_held() > 0)
      result.model = {loss, result.point, {}};
    return result;
  }



  template class MinimumSet<1>;
  template class MinimumSet<2>;
  template class MinimumSet<3>;
} // namespace sgdfp
