// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_LOCAL_QUADRATIC_H
#define SGDFP_MODELS_LOCAL_QUADRATIC_H

#include "models/loss.h"

#include <array>

namespace sgdfp
{
  /// The quadratic model of a loss at a point y,
  ///
  ///     L(y + s) = L(y) + g.s + 1/2 s^T H s,   H = sum_i lambda_i e_i e_i^T,
  ///
  /// with s_j = 0 in the coordinates j that are held (by the side of a box),
  /// and the steps that are read off it. The axes e_i come with the held
  /// coordinates first, then by decreasing |lambda_i|.
  template <int dim>
  class LocalQuadratic
  {
  public:
    LocalQuadratic(const Loss<dim>             &loss,
                   const dealii::Point<dim>    &y,
                   const std::array<bool, dim> &held);

    /// g and H have numbers for entries; nothing else may be asked otherwise.
    bool is_finite() const;

    /// |g| in the free coordinates, loss per parameter
    double slope() const;

    /// The largest |lambda_i| of the free axes, loss per parameter^2
    double steepest() const;

    unsigned int n_held() const;

    /// The free axes whose curvature counts: |lambda_i| above 1e-7 of the
    /// steepest. All of them where H = 0, which at a minimum tells nothing.
    unsigned int n_normal() const;

    /// Takes the @p n steepest of the free axes for normal, or all: off a
    /// minimum set the curvature along it is not zero.
    void assume_normal(const unsigned int n);

    /// The damped, saddle-free Newton step
    /// -sum_i (g.e_i) / max(|lambda_i|, |g|/radius) e_i,
    /// a direction of descent no longer than the radius. Near a minimum set it
    /// leads across to it, not along it: where lambda_i -> 0 with g, a step
    /// -(g.e_i)/lambda_i need not be small.
    dealii::Tensor<1, dim> descent_step(const double radius) const;

    /// The Newton step -sum_i (g.e_i)/lambda_i e_i in the normal axes.
    dealii::Tensor<1, dim> normal_step() const;

    /// The part of @p x along the axes that are neither held nor normal.
    dealii::Tensor<1, dim> tangential(const dealii::Tensor<1, dim> &x) const;

  private:
    double                                                     scale;
    unsigned int                                               held_axes;
    unsigned int                                               normal_axes;
    dealii::Tensor<1, dim>                                     gradient;
    std::array<std::pair<double, dealii::Tensor<1, dim>>, dim> axes;
  };
} // namespace sgdfp

#endif
