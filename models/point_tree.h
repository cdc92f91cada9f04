// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_POINT_TREE_H
#define SGDFP_MODELS_POINT_TREE_H

#include <deal.II/base/point.h>

#include <vector>

namespace sgdfp
{
  /// A fixed set of n points that answers nearest-point queries: a k-d tree,
  /// kept as the points in the order of their repeated medians.
  template <int dim>
  class PointTree
  {
  public:
    /// O(n log^2 n)
    explicit PointTree(std::vector<dealii::Point<dim>> points = {});

    std::size_t size() const;

    /// The nearest of the points that are no farther from @p theta than
    /// @p radius and that @p accept takes; null if there is none.
    /// O(log n) where most points are taken.
    template <typename Predicate>
    const dealii::Point<dim> *nearest(const dealii::Point<dim> &theta,
                                      const double              radius,
                                      const Predicate          &accept) const;

  private:
    /// The best point so far.
    struct Found
    {
      const dealii::Point<dim> *point;
      double                    distance_square;
    };

    void sort(const std::size_t  begin,
              const std::size_t  end,
              const unsigned int axis);

    template <typename Predicate>
    void search(const std::size_t         begin,
                const std::size_t         end,
                const unsigned int        axis,
                const dealii::Point<dim> &theta,
                const Predicate          &accept,
                Found                    &found) const;

    std::vector<dealii::Point<dim>> points;
  };



  // ---------------------------------------------------------------------------



  template <int dim>
  template <typename Predicate>
  const dealii::Point<dim> *
  PointTree<dim>::nearest(const dealii::Point<dim> &theta,
                          const double              radius,
                          const Predicate          &accept) const
  {
    Found found = {nullptr, radius * radius};
    search(0, points.size(), 0, theta, accept, found);
    return found.point;
  }



  template <int dim>
  template <typename Predicate>
  void PointTree<dim>::search(const std::size_t         begin,
                              const std::size_t         end,
                              const unsigned int        axis,
                              const dealii::Point<dim> &theta,
                              const Predicate          &accept,
                              Found                    &found) const
  {
    if (begin == end)
      return;
    const std::size_t         middle = begin + (end - begin) / 2;
    const dealii::Point<dim> &point  = points[middle];

    const double distance_square = theta.distance_square(point);
    if (distance_square <= found.distance_square && accept(point))
      found = {&point, distance_square};

    const double       offset = theta[axis] - point[axis];
    const unsigned int next   = (axis + 1) % dim;
    const auto         below  = [&] {
      search(begin, middle, next, theta, accept, found);
    };
    const auto above = [&] {
      search(middle + 1, end, next, theta, accept, found);
    };
    // The near half first: what it finds often rules the far half out.
    offset < 0 ? below() : above();
    if (offset * offset <= found.distance_square)
      offset < 0 ? above() : below();
  }
} // namespace sgdfp

#endif
