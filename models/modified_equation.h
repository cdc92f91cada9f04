// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_MODIFIED_EQUATION_H
#define SGDFP_MODELS_MODIFIED_EQUATION_H

#include "models/matrix_field.h"

#include <string>

namespace sgdfp
{
  /// Drift and diffusion (in the sense of Ito) that stand for SGD with a finite
  /// learning rate in place of those of the gradient flow (Optimiser/drift).
  template <int dim>
  class ModifiedEquation
  {
  public:
    virtual ~ModifiedEquation() = default;

    /// b, per unit t
    virtual VectorField<dim> drift(const dealii::Point<dim> &theta) const = 0;

    /// D, in parameter^2 per unit t
    virtual MatrixField<dim>
    diffusion(const dealii::Point<dim>    &theta,
              const MatrixFieldDerivatives derivatives) const = 0;

    /// The covariance of theta about the variable that the equation is for;
    /// zero where that is theta itself.
    virtual dealii::SymmetricTensor<2, dim>
    oscillation(const dealii::Point<dim> & /*theta*/) const
    {
      return {};
    }

    /// What it is, to follow "-grad L" and the like.
    virtual std::string description() const = 0;
  };
} // namespace sgdfp

#endif
