// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_MINIMUM_SET_H
#define SGDFP_MODELS_MINIMUM_SET_H

#include "models/local_quadratic.h"
#include "models/minimum_search.h"
#include "models/point_tree.h"

namespace sgdfp
{
  /// The minimum set of a loss within a box and the distance to it,
  ///
  ///     M = {y in box : L(y) = min L},   d(theta) = min over y in M |theta-y|,
  ///
  /// min L over the box too; d in units of the parameters. M may be isolated
  /// points (weight decay), curves or surfaces (deep networks), and may cross
  /// itself (u v = 0) or end at the sides of the box.
  ///
  /// Method. A damped saddle-free Newton method [LocalQuadratic] descends from
  /// a regular grid of 129, 49^2 or 17^3 starts; the end points with L = min L,
  /// thinned to a quarter of the grid's spacing, are a cloud of points on M.
  /// The distance walks from the nearest point of the cloud along M, to where
  /// theta - y has no component tangential to M, and does so again from the
  /// nearest points of the cloud that may belong to another piece of M.
  ///
  /// Accuracy. About 1e-9 of the box where the Hessian has the rank of the
  /// normal space of M, and at crossings of such pieces; 1e-5 where L grows
  /// like the fourth power of the distance from M.
  ///
  /// Limits. Pieces of M smaller than the spacing of the starts can be missed.
  /// Critical points whose L is above min L by less than 1e-12 of what is
  /// typical in the box count as minima (the saddle between the branches of
  /// u v = s in a box of size 10 if s < 1e-5), directions in which L curves
  /// less than 1e-7 of the steepest count as part of M. Beside a flat bottom,
  /// where the Hessian vanishes altogether, d is the distance to the cloud, no
  /// better than the spacing; on it d = 0.
  ///
  /// Cost, with n points in the cloud. Construction: some ten gradients and
  /// Hessians for each start, shared by the ranks. distance(): some ten
  /// gradients and Hessians and a search of O(log n), as a rule; 2 to 15
  /// microseconds for networks.
  template <int dim>
  class MinimumSet
  {
  public:
    /// Collective; all ranks get the same, whatever their number. Starts where
    /// L is not finite are left out. @p loss must outlive the object.
    MinimumSet(const Loss<dim>          &loss,
               const dealii::Point<dim> &lower,
               const dealii::Point<dim> &upper,
               const MPI_Comm            communicator);

    /// min L over the box, in units of the loss
    double minimum_value() const;

    /// Whether no descent has converged to the minimum.
    bool is_empty() const;

    /// Size of the cloud; the number of minima where they are isolated.
    std::size_t n_points() const;

    /// d(theta), never more than the distance to the cloud; infinite if empty.
    /// Local, for theta in the box.
    double distance(const dealii::Point<dim> &theta) const;

  private:
    /// A point of M where a walk ends, the quadratic model there, and the point
    /// of the cloud where the walk started.
    struct Foot
    {
      dealii::Point<dim>  start;
      dealii::Point<dim>  point;
      LocalQuadratic<dim> model;
    };

    /// Where the walk along M from @p start ends.
    Foot walk(const dealii::Point<dim> &theta,
              const dealii::Point<dim> &start) const;

    /// Goes from the foot by @p part of @p pull and back to M, or by half of
    /// that and so on down to @p least, until theta is closer; whether it gets
    /// closer.
    bool step_closer(const dealii::Point<dim>     &theta,
                     double                        part,
                     const double                  least,
                     const dealii::Tensor<1, dim> &pull,
                     Foot                         &foot) const;

    /// Newton's method from @p y across to M, in n_normal directions, until a
    /// step is @p last_step of the box; whether it gets there.
    bool return_to_set(dealii::Point<dim> y,
                       const unsigned int n_normal,
                       const double       last_step,
                       Foot              &foot) const;

    /// The foot as near to M as can be, free to move in all coordinates.
    Foot polished(const Foot &foot) const;

    /// The part of theta - y tangential to M that stays in the box. Holds the
    /// coordinates of the foot in which it would leave.
    dealii::Tensor<1, dim> tangential_pull(const dealii::Point<dim> &theta,
                                           Foot &foot) const;

    /// Whether the point @p y of the cloud seems to be on the piece of M that
    /// runs through the foot: no need to walk from there.
    bool is_on_piece(const dealii::Point<dim> &y, const Foot &foot) const;

    const Loss<dim>     &loss;
    const SearchBox<dim> box;
    const Minima<dim>    minima;
    const PointTree<dim> cloud;
  };
} // namespace sgdfp

#endif
