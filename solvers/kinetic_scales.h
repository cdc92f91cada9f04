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
  /// ordinary parameters); the bulk is where L - min L < 6 T_0, T_min and T_max
  /// the extreme eigenvalues of D, relative to M, there. With
  ///
  ///     T = (T_min + T_max)/2,
  ///
  /// or half of the largest eigenvalue where L - min L < 10 T_0, if that is
  /// more: s_i^2 = T M_ii, and the trial space is exp(-L/T). Then R = 0 (for b
  /// = -M grad L, M diagonal), transport is skew in the inner product int
  /// e^{L/T} f g, the noise is dissipative in it wherever D <= 2 T M, and so is
  /// the discrete equation: nothing grows. Where D is larger, velocities cannot
  /// be expanded either: is_beyond(), to be trimmed, with next to none of the
  /// law.
  ///
  /// A common T for all coordinates costs Hermite functions for a narrow one;
  /// one for each, R != 0, made errors grow with N (docs/numerics.md).
  template <int dim>
  struct KineticChoice
  {
    double                 friction = 1;
    dealii::Tensor<1, dim> thermal_velocity;
    /// T, of s and of the trial space
    double temperature = 1;
    /// T_0 and the extreme eigenvalues of D in the bulk, relative to M
    double mean_temperature = 0, least_temperature = 0,
           greatest_temperature = 0;

    /// Whether sum_ij x_i D_ij x_j/(s_i s_j) exceeds 2 |x|^2 for some x.
    bool is_beyond(const dealii::SymmetricTensor<2, dim> &D) const;



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
