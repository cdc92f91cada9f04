// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_KINETIC_SCALES_H
#define SGDFP_SOLVERS_KINETIC_SCALES_H

#include "base/summary.h"
#include "operators/kinetic_generator.h"

namespace sgdfp
{
  /// The scales in which a kinetic law is expanded, chosen from the loss and
  /// the noise in its bulk.
  ///
  /// T_0 solves T = E_{q_T} tr D / tr M, q_T ~ exp(-L/T) (M the mobility, I for
  /// ordinary parameters); the bulk is where L - min L < 6 T_0. There
  ///
  ///     s_i^2 = (min D_ii + max D_ii)/2,
  ///
  /// so that Hermite functions of v_i/s_i, which represent temperatures up to
  /// 2 s_i^2, reach all of them; and the weight of the trial space is
  /// exp(-L/T_U), T_U the largest eigenvalue of D (relative to M) in the bulk,
  /// or half of it where l > -25, if that is more: a law wider than
  /// exp(-L/(2 T_U)) is not in the space [numerics.md, 5].
  template <int dim>
  struct KineticChoice
  {
    double                 friction = 1;
    dealii::Tensor<1, dim> thermal_velocity;
    double                 trial_temperature = 1;
    /// T_0 and the extreme eigenvalues of D in the bulk, relative to M
    double mean_temperature = 0, least_temperature = 0,
           greatest_temperature = 0;
    /// Whether the noise outside of the bulk is too large for any T_U: the law
    /// may have a heavier tail than the trial space.
    bool is_exceeded = false;

    KineticScales<dim> scales(const unsigned int degree) const;

    void report(Summary &summary) const;

    std::string description() const;
  };



  /// Every rank looks at the same grid of points of the box.
  /// @throws Refusal where there is no noise in the bulk
  template <int dim>
  KineticChoice<dim> choose_kinetic_scales(const ParameterBox<dim> &box,
                                           const Dynamics<dim>     &dynamics,
                                           const double             friction);
} // namespace sgdfp

#endif
