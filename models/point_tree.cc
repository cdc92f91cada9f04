// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/point_tree.h"

#include <algorithm>

namespace sgdfp
{
  using dealii::Point;

  template <int dim>
  PointTree<dim>::PointTree(std::vector<Point<dim>> points)
    : points(std::move(points))
  {
    sort(0, this->points.size(), 0);
  }



  template <int dim>
  std::size_t PointTree<dim>::size() const
  {
    return points.size();
  }



  template <int dim>
  void PointTree<dim>::sort(const std::size_t  begin,
                            const std::size_t  end,
                            const unsigned int axis)
  {
    if (end - begin < 2)
      return;
    const std::size_t middle = begin + (end - begin) / 2;
    std::nth_element(points.begin() + begin,
                     points.begin() + middle,
                     points.begin() + end,
                     [axis](const Point<dim> &a, const Point<dim> &b) {
                       return a[axis] < b[axis];
                     });
    sort(begin, middle, (axis + 1) % dim);
    sort(middle + 1, end, (axis + 1) % dim);
  }



  template class PointTree<1>;
  template class PointTree<2>;
  template class PointTree<3>;
} // namespace sgdfp
