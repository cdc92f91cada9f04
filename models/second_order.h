// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_SECOND_ORDER_H
#define SGDFP_MODELS_SECOND_ORDER_H

#include "models/loss.h"
#include "models/modified_equation.h"
#include "models/polynomial_jet.h"

#include <array>

namespace sgdfp
{
  /// The stochastic differential equation (in the sense of Ito) whose law
  /// follows that of the chain theta' = theta + eta b + sqrt(2 eta D) z to
  /// second order in the learning rate, b the velocity of the loss and D the
  /// diffusion of first order, which is itself of the order of eta:
  ///
  ///     b2 = b - (eta/2) [(b . grad) b + D_jk d_jk b]
  ///     D2 = D - (eta/2) [(b . grad) D + J D + D J^T],   J_ij = d_j b_i.
  ///
  /// It has the mean and the covariance of a step of the chain (the terms of
  /// h^2 in exp(h A), A the generator, set against the moments of a step),
  /// but for a term of D times second derivatives of D, which is smaller by
  /// eta. For b = -grad L this is the drift -grad(L + (eta/4) |grad L|^2)
  /// + (eta^2/4B) C_jk d_jk grad L, with C + (eta/2) [H C + C H + (grad L .
  /// grad) C] in place of C.
  ///
  /// D2 can have negative eigenvalues where the learning rate is large against
  /// the scales of D: Dynamics::check_at() refuses them.
  ///
  /// Sources: numerics.md, 7; Li, Tai, E, Stochastic modified equations and
  /// dynamics of stochastic gradient algorithms I (2019), for D of order 1.
  template <int dim>
  class SecondOrder : public ModifiedEquation<dim>

  {
  public:
    /// @param minibatch_factor that of C in D, 0 for none
    /// @param constant_diffusion what else is in D
    /// @throws EntryError for Optimiser/drift where b or C are no polynomials
    SecondOrder(const Loss<dim>                       &loss,
                const double                           learning_rate,
                const double                           minibatch_factor,
                const dealii::SymmetricTensor<2, dim> &constant_diffusion);

    /// b2, per unit t
    VectorField<dim> drift(const dealii::Point<dim> &theta) const override;

    /// D2, in parameter^2 per unit t
    MatrixField<dim>
    diffusion(const dealii::Point<dim>    &theta,
              const MatrixFieldDerivatives derivatives) const override;

    std::string description() const override;

  private:
    std::array<PolynomialJet<dim>, dim> b2;
    PolynomialJetMatrix<dim>            D2; ///< i <= j
  };
} // namespace sgdfp

#endif
