// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_EXPRESSION_LOSS_H
#define SGDFP_MODELS_EXPRESSION_LOSS_H

#include "models/loss.h"

namespace sgdfp
{
  /// L(theta) = expression + (w/2)|theta|^2 with symbolic gradient and Hessian.
  /// It has no samples, hence no minibatch noise: the noise is given as
  /// isotropic, constant or itself as an expression.
  template <int dim>
  class ExpressionLoss : public Loss<dim>
  {
  public:
    /// @param minimum_value the least value of the expression, or ""
    /// @throws EntryError for a minimum value that is no number, or an
    /// expression whose derivatives have too many terms.
    ExpressionLoss(const Expression  &expression,
                   const std::string &text,
                   const std::string &minimum_value,
                   const double       weight_decay);

    double value(const dealii::Point<dim> &theta) const override;

    dealii::Tensor<1, dim>
    gradient(const dealii::Point<dim> &theta) const override;

    dealii::SymmetricTensor<2, dim>
    hessian(const dealii::Point<dim> &theta) const override;

    double weight_decay_loss(const dealii::Point<dim> &theta) const override;

    /// Where the expression is a polynomial
    std::vector<Polynomial<dim>> descent_polynomials() const override;

    void check_at(const dealii::Point<dim> &theta) const override;

    std::string description() const override;

  private:
    std::vector<Polynomial<dim>>
    polynomials_of(const std::vector<Expression> &gradient) const;

    const std::string       text;
    boost::optional<double> minimum_value;
    const double            weight_decay;

    std::vector<Polynomial<dim>> gradient_polynomials; ///< or empty

    ExpressionTape the_value, the_gradient;
    /// Entries (i, j), i <= j, row by row
    ExpressionTape the_hessian;
  };
} // namespace sgdfp

#endif
