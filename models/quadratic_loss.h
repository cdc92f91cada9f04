// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_QUADRATIC_LOSS_H
#define SGDFP_MODELS_QUADRATIC_LOSS_H

#include "models/loss.h"

namespace sgdfp
{
  /// L = 1/2 (theta - m)^T H (theta - m) + (w/2) |theta|^2, w the weight decay.
  /// With constant D the dynamics is an Ornstein-Uhlenbeck process.
  template <int dim>
  class QuadraticLoss : public Loss<dim>
  {
  public:
    QuadraticLoss(const dealii::SymmetricTensor<2, dim> &hessian,
                  const dealii::Tensor<1, dim>          &minimum,
                  const double                           weight_decay);

    double value(const dealii::Point<dim> &theta) const override;

    dealii::Tensor<1, dim>
    gradient(const dealii::Point<dim> &theta) const override;

    dealii::SymmetricTensor<2, dim>
    hessian(const dealii::Point<dim> &theta) const override;

    double weight_decay_loss(const dealii::Point<dim> &theta) const override;

    std::vector<Polynomial<dim>> descent_polynomials() const override;

    std::string description() const override;


  private:
    const dealii::SymmetricTensor<2, dim> H;
    const dealii::Tensor<1, dim>          minimum;
    const double                          weight_decay;
  };
} // namespace sgdfp

#endif
