// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_CENTRAL_FLOW_H
#define SGDFP_MODELS_CENTRAL_FLOW_H

#include "models/loss.h"
#include "models/modified_equation.h"
#include "models/polynomial_jet.h"

#include <array>

namespace sgdfp
{
  /// SGD near and at the edge of stability as a stochastic differential
  /// equation (in the sense of Ito) for the centre of its oscillation along the
  /// top eigenvector e of the Hessian H, of eigenvalue S (the sharpness):
  ///
  ///     b = -grad L - (q/2) grad S,   w = eta S/2,
  ///     D = (I - f e e^T) D_noise (I - f e e^T) + floor I,
  ///     q = (1/eta) [2 (w - 1) + sqrt(4 (w - 1)^2 + 2 eta^2 c)],
  ///     c = e^T D_noise e (1 - (1 - w) (1 - f)^2)/w + e^T floor e,
  ///
  /// q the variance of the oscillation and f(w) the share of the noise along e
  /// that is in it: 0 below w = 0, 1 from w = 1, the edge, on, between them
  /// w^3 (6 w^2 - 15 w + 10). theta itself is the centre plus N(0, q e e^T),
  /// oscillation(). Below the edge the variance along e is that of the linear
  /// chain whatever f, e^T (D_noise + floor) e/(S (1 - w)); above it q is held
  /// by the third order of L. As eta -> 0 the equation is that of Ito: q is
  /// eta e^T (D_noise + floor) e/2.
  ///
  /// Where eigenvalues of H cross, e e^T is not continuous; S and e e^T are
  /// therefore
  ///
  ///     S = s log tr exp(H/s),   e e^T = exp(H/s)/tr exp(H/s),   s = .05/eta,
  ///
  /// so that grad S = tr(e e^T grad H) stays true; both are exact up to
  /// exp(-gap/s) elsewhere. All derivatives are by automatic differentiation.
  ///
  /// Scope: one critical eigenvalue, an oscillation whose own fourth-order
  /// effect is small. From far beyond the edge (S > 2/eta at a minimum of L)
  /// gradient descent ends below 2/eta, the centre of this equation at it: see
  /// docs/numerics.md.
  ///
  /// Source: docs/equations.md; the form with f = 1 and no floor in q is that
  /// of Cohen, Damian, Talwalkar, Kolter, Lee, Understanding optimization in
  /// deep learning with central flows (2025).
  template <int dim>
  class CentralFlow : public ModifiedEquation<dim>
  {
  public:
    /// @param minibatch_factor that of C in D_noise, 0 for none
    /// @param constant_diffusion what else is in D_noise
    /// @param floor what oscillates with nothing, and stays as it is
    /// @throws EntryError for Optimiser/drift where grad L or C are no
    /// polynomials
    CentralFlow(const Loss<dim>                       &loss,
                const double                           learning_rate,
                const double                           minibatch_factor,
                const dealii::SymmetricTensor<2, dim> &constant_diffusion,
                const dealii::SymmetricTensor<2, dim> &floor);

    VectorField<dim> drift(const dealii::Point<dim> &theta) const override;

    MatrixField<dim>
    diffusion(const dealii::Point<dim>    &theta,
              const MatrixFieldDerivatives derivatives) const override;

    dealii::SymmetricTensor<2, dim>
    oscillation(const dealii::Point<dim> &theta) const override;

    std::string description() const override;

  private:
    const double                          learning_rate;
    const dealii::SymmetricTensor<2, dim> floor;

    std::array<PolynomialJet<dim>, dim>       descent; ///< grad L
    PolynomialJetMatrix<dim>                  hessian;
    std::array<PolynomialJetMatrix<dim>, dim> third; ///< [l]: d_l H
    PolynomialJetMatrix<dim>                  noise; ///< D_noise
  };
} // namespace sgdfp

#endif
