// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/jump_quadrature.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sgdfp
{
  using dealii::Point;

  namespace
  {
    template <int dim>
    constexpr unsigned int n_corners = 1u << dim;



    /// Corner i of the unit cell.
    template <int dim>
    Point<dim> unit_corner(const unsigned int i)
    {
      Point<dim> x;
      for (unsigned int d = 0; d < dim; ++d)
        x[d] = (i >> d) & 1;
      return x;
    }
  } // namespace



  template <int dim>
  double share_below(const double c, const dealii::Tensor<1, dim> &g)
  {
    // Flip axes so that all slopes are positive, leave out the flat ones.
    std::vector<double> n;
    double              t = -c, steepest = 0;
    for (unsigned int d = 0; d < dim; ++d)
      steepest = std::max(steepest, std::abs(g[d]));
    for (unsigned int d = 0; d < dim; ++d)
      {
        t -= std::min(g[d], 0.);
        if (std::abs(g[d]) > 1e-6 * steepest)
          n.push_back(std::abs(g[d]));
        else
          t -= 0.5 * std::abs(g[d]);
      }
    double sum = 0, factor = 1;
    for (std::size_t m = 0; m < n.size(); ++m)
      factor *= (m + 1) * n[m];
    for (unsigned int k = 0; k < (1u << n.size()); ++k)
      {
        double rest = t, sign = 1;
        for (std::size_t m = 0; m < n.size(); ++m)
          if ((k >> m) & 1)
            {
              rest -= n[m];
              sign = -sign;
            }
        sum += sign * std::pow(std::max(0., rest), double(n.size()));
      }
    return std::min(std::max(sum / factor, 0.), 1.);
  }



  template <int dim>
  Point<dim> JumpQuadrature<dim>::Box::at(const Point<dim> &unit) const
  {
    Point<dim> x = lower;
    for (unsigned int d = 0; d < dim; ++d)
      x[d] += unit[d] * (upper[d] - lower[d]);
    return x;
  }



  template <int dim>
  double JumpQuadrature<dim>::Box::volume() const
  {
    double product = 1;
    for (unsigned int d = 0; d < dim; ++d)
      product *= upper[d] - lower[d];
    return product;
  }



  template <int dim>
  Point<dim> JumpQuadrature<dim>::Box::corner(const unsigned int i) const
  {
    constexpr double inside = 1e-9;
    Point<dim>       x      = unit_corner<dim>(i);
    for (unsigned int d = 0; d < dim; ++d)
      x[d] += inside * (0.5 - x[d]);
    return at(x);
  }



  template <int dim>
  JumpQuadrature<dim>::JumpQuadrature(const Values      &conditions,
                                      const Values      &levels,
                                      const unsigned int n_points)
    : conditions(conditions)
    , levels(levels)
    , coarse(n_points)
    , fine(2)
  {
    add({Point<dim>(), unit_corner<dim>(n_corners<dim> - 1)}, 0);
  }



  template <int dim>
  dealii::Quadrature<dim> JumpQuadrature<dim>::rule() const
  {
    return dealii::Quadrature<dim>(points, weights);
  }



  template <int dim>
  std::vector<unsigned int> JumpQuadrature<dim>::changing(const Box &box) const
  {
    const std::vector<double> centre =
      conditions(box.lower + 0.5 * (box.upper - box.lower));
    std::vector<bool> changes(centre.size(), false);
    for (unsigned int c = 0; c < n_corners<dim>; ++c)
      {
        const std::vector<double> here = conditions(box.corner(c));
        for (std::size_t i = 0; i < here.size(); ++i)
          changes[i] = changes[i] || here[i] != centre[i];
      }
    std::vector<unsigned int> found;
    for (unsigned int i = 0; i < changes.size(); ++i)
      if (changes[i])
        found.push_back(i);
    return found;
  }



  template <int dim>
  void JumpQuadrature<dim>::add(const Box &box, const unsigned int n_splits)
  {
    constexpr unsigned int first = (dim == 1 ? 4 : 2);
    constexpr unsigned int most  = (dim == 1 ? 40 : dim == 2 ? 7 : 4);
    const bool             look  = (n_splits >= first);
    const auto changes = (look ? changing(box) : std::vector<unsigned int>());
    if (n_splits < most && (!look || !changes.empty()))
      {
        for (unsigned int child = 0; child < n_corners<dim>; ++child)
          {
            const Point<dim> a = 0.5 * unit_corner<dim>(child);
            Point<dim>       b = a;
            for (unsigned int d = 0; d < dim; ++d)
              b[d] += 0.5;
            add({box.at(a), box.at(b)}, n_splits + 1);
          }
        return;
      }
    if (changes.size() == 1 && add_cut(box, changes[0]))
      return;
    if (!changes.empty())
      {
        points.push_back(box.lower + 0.5 * (box.upper - box.lower));
        weights.push_back(box.volume());
        return;
      }
    const auto &rule = (n_splits == first ? coarse : fine);
    for (unsigned int q = 0; q < rule.size(); ++q)
      {
        points.push_back(box.at(rule.point(q)));
        weights.push_back(rule.weight(q) * box.volume());
      }
  }



  template <int dim>
  bool JumpQuadrature<dim>::add_cut(const Box         &box,
                                    const unsigned int condition)
  {
    // Linear interpolant c + g.x of the level on the unit cell.
    std::array<double, n_corners<dim>> level;
    double                             c = 0;
    dealii::Tensor<1, dim>             g;
    unsigned int                       low = 0, high = 0;
    for (unsigned int i = 0; i < n_corners<dim>; ++i)
      {
        level[i] = levels(box.at(unit_corner<dim>(i)))[condition];
        if (level[i] < level[low])
          low = i;
        if (level[i] > level[high])
          high = i;
        c += level[i] / n_corners<dim>;
        for (unsigned int d = 0; d < dim; ++d)
          g[d] += (((i >> d) & 1) ? 2. : -2.) * level[i] / n_corners<dim>;
      }
    if (!(level[low] < 0 && level[high] > 0))
      return false;
    for (unsigned int d = 0; d < dim; ++d)
      c -= 0.5 * g[d];
    const double below = share_below<dim>(c, g);

    // One point in the middle of each side, on the way from the lowest corner
    // to the highest; the corner itself where that is across the jump.
    const auto add_side =
      [&](const unsigned int from, const unsigned int to, const double share) {
        if (share == 0)
          return;
        const Point<dim> start = box.corner(from);
        Point<dim>       x     = start + 0.5 * share * (box.corner(to) - start);
        if (conditions(x) != conditions(start))
          x = start;
        points.push_back(x);
        weights.push_back(share * box.volume());
      };
    add_side(low, high, below);
    add_side(high, low, 1 - below);
    return true;
  }



#define INSTANTIATE(dim)                                                     \
  template double share_below(const double, const dealii::Tensor<1, dim> &); \
  template class JumpQuadrature<dim>;

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE
} // namespace sgdfp
