// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_LOCAL_LAW_H
#define SGDFP_OPERATORS_LOCAL_LAW_H

#include "models/dynamics.h"

namespace sgdfp
{
  /// The density p = e^l u and its current at one point.
  ///
  /// With rho = r - D grad l (r, D of Dynamics::Flux) the current is
  ///
  ///     J = r p - D grad p = e^l (rho u - D grad u),
  ///
  /// which near equilibrium has no cancellation: rho and grad u are both small.
  template <int dim>
  struct LocalLaw
  {
    /// Polynomial factor u with derivatives
    double                 u = 0;
    dealii::Tensor<1, dim> grad_u;
    dealii::Tensor<2, dim> hess_u;
    /// Log reference density l with derivatives
    double                 l = 0;
    dealii::Tensor<1, dim> grad_l;
    dealii::Tensor<2, dim> hess_l;

    /// p
    double density() const;

    /// J
    dealii::Tensor<1, dim>
    current(const typename Dynamics<dim>::Flux &flux) const;

    /// v = J/p; where p <= 0 it has no meaning
    dealii::Tensor<1, dim>
    velocity(const typename Dynamics<dim>::Flux &flux) const;

    /// [i][j] = d_i J_j, from the exact derivatives of the coefficients; needs
    /// second derivatives and MatrixFieldDerivatives::all
    dealii::Tensor<2, dim>
    current_gradient(const typename Dynamics<dim>::Flux &flux) const;

    /// [i][j] = d_i v_j
    dealii::Tensor<2, dim>
    velocity_gradient(const typename Dynamics<dim>::Flux &flux) const;

  private:
    /// rho = r - D grad l and [i][j] = d_i rho_j
    dealii::Tensor<1, dim>
    residual_drift(const typename Dynamics<dim>::Flux &flux) const;

    dealii::Tensor<2, dim>
    residual_drift_gradient(const typename Dynamics<dim>::Flux &flux) const;
  };
} // namespace sgdfp

#endif
