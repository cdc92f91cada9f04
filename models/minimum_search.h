// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_MINIMUM_SEARCH_H
#define SGDFP_MODELS_MINIMUM_SEARCH_H

#include "models/loss.h"

#include <array>
#include <limits>
#include <vector>

namespace sgdfp
{
  /// The box lower <= y <= upper as a constraint on steps.
  template <int dim>
  struct SearchBox
  {
    dealii::Point<dim> lower, upper;

    /// The diagonal, in units of the parameters
    double size() const;

    /// The point of the box nearest to @p y
    dealii::Point<dim> clamp(dealii::Point<dim> y) const;

    /// The coordinates in which @p y is at a side and @p direction leaves.
    std::array<bool, dim>
    leaving(const dealii::Point<dim>     &y,
            const dealii::Tensor<1, dim> &direction) const;
  };



  /// What is known of the minima of a loss in a box.
  template <int dim>
  struct Minima
  {
    /// min L, in units of the loss; infinite if L is finite nowhere
    double value = std::numeric_limits<double>::infinity();

    /// |L - min L| below this is the minimum, in units of the loss
    double tolerance = 0;

    /// Spacing of the grid of starts: diagonal of its cells
    double spacing = 0;

    /// Points with L = min L where a descent has converged, a quarter of the
    /// spacing apart or more
    std::vector<dealii::Point<dim>> points;
  };



  /// Descends to the minima of @p loss from a regular grid of 129, 49^2 or 17^3
  /// starts in the box, sides included, by the damped saddle-free Newton method
  /// of LocalQuadratic with backtracking, at most 200 steps. Coordinates at a
  /// side that the descent would leave through are held. Starts where L is not
  /// finite are left out.
  ///
  /// Collective; the starts are shared by the ranks, and all ranks get the same
  /// whatever their number.
  template <int dim>
  Minima<dim> find_minima(const Loss<dim>      &loss,
                          const SearchBox<dim> &box,
                          const MPI_Comm        communicator);
} // namespace sgdfp

#endif
