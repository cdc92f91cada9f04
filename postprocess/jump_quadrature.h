// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_JUMP_QUADRATURE_H
#define SGDFP_POSTPROCESS_JUMP_QUADRATURE_H

#include <deal.II/base/quadrature_lib.h>

#include <functional>

namespace sgdfp
{
  /// Share of the unit cell where c + g.x < 0: the volume below a plane, by
  /// inclusion and exclusion over the corners,
  ///     (1/(m! n_1 .. n_m)) sum_k (-1)^|k| max(0, t - n.k)^m.
  template <int dim>
  double share_below(const double c, const dealii::Tensor<1, dim> &g);



  /// A quadrature rule of the unit cell for a function that jumps.
  ///
  /// Boxes in which all conditions have the same values at the corners and in
  /// the centre get Gauss points, the others are bisected: 40 times in 1-D
  /// (exact to round-off), 7 times in 2-D, 4 times in 3-D. A last box in which
  /// a single condition changes is cut by the plane on which the linear
  /// interpolant of its level function vanishes, and gets one point on each
  /// side: the error is of second order in the last boxes.
  template <int dim>
  class JumpQuadrature
  {
  public:
    /// Values at a point of the unit cell, one for each condition.
    using Values =
      std::function<std::vector<double>(const dealii::Point<dim> &)>;

    /// @param conditions whose changes are the jumps
    /// @param levels     continuous, with a change of sign where the condition
    ///                   changes
    /// @param n_points   Gauss points per direction of large boxes
    JumpQuadrature(const Values      &conditions,
                   const Values      &levels,
                   const unsigned int n_points);

    dealii::Quadrature<dim> rule() const;

  private:
    struct Box
    {
      dealii::Point<dim> lower, upper;

      /// From the unit cell to the box.
      dealii::Point<dim> at(const dealii::Point<dim> &unit) const;

      double volume() const;

      /// A corner, a little inside: it may lie on the very jump.
      dealii::Point<dim> corner(const unsigned int i) const;
    };

    /// Indices of the conditions that change between corners and centre.
    std::vector<unsigned int> changing(const Box &box) const;

    void add(const Box &box, const unsigned int n_splits);

    /// Adds a last box in which @p condition changes; false where its level
    /// has the same sign at all corners.
    bool add_cut(const Box &box, const unsigned int condition);

    const Values                   &conditions, &levels;
    const dealii::QGauss<dim>       coarse, fine;
    std::vector<dealii::Point<dim>> points;
    std::vector<double>             weights;
  };
} // namespace sgdfp

#endif
