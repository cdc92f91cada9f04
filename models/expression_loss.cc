// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/expression_loss.h"

#include "base/errors.h"
#include "base/text.h"
#include "models/expression_diffusion.h"

#include <cmath>
#include <cstdlib>

namespace sgdfp
{
  using dealii::Point;
  using dealii::SymmetricTensor;
  using dealii::Tensor;

  template <int dim>
  ExpressionLoss<dim>::ExpressionLoss(const Expression  &expression,
                                      const std::string &text,
                                      const std::string &minimum_value,
                                      const double       weight_decay)
    : text(text)
    , weight_decay(weight_decay)
  {
    if (!minimum_value.empty())
      {
        char        *end   = nullptr;
        const double value = std::strtod(minimum_value.c_str(), &end);
        if (*end != '\0' || !std::isfinite(value))
          throw EntryError("Loss/Expression/minimum value",
                           minimum_value,
                           "must be a number",
                           "Leave it empty if the minimum is not known.");
        this->minimum_value = value;
      }
    std::vector<Expression> first, second;
    for (unsigned int i = 0; i < dim; ++i)
      {
        first.push_back(
          derivative_of_entry("Loss/Expression/loss", text, expression, i));
        for (unsigned int j = i; j < dim; ++j)
          second.push_back(
            derivative_of_entry("Loss/Expression/loss", text, first.back(), j));
      }
    gradient_polynomials = polynomials_of(first);
    the_value            = ExpressionTape({expression});
    the_gradient         = ExpressionTape(first);
    the_hessian          = ExpressionTape(second);
  }



  template <int dim>
  double ExpressionLoss<dim>::value(const Point<dim> &theta) const
  {
    double result;
    the_value.evaluate(theta.begin_raw(), &result);
    return result + weight_decay_loss(theta);
  }



  template <int dim>
  Tensor<1, dim> ExpressionLoss<dim>::gradient(const Point<dim> &theta) const
  {
    Tensor<1, dim> result;
    the_gradient.evaluate(theta.begin_raw(), result.begin_raw());
    return result + weight_decay * Tensor<1, dim>(theta);
  }



  template <int dim>
  SymmetricTensor<2, dim>
  ExpressionLoss<dim>::hessian(const Point<dim> &theta) const
  {
    double entries[dim * (dim + 1) / 2];
    the_hessian.evaluate(theta.begin_raw(), entries);
    SymmetricTensor<2, dim> result =
      weight_decay * dealii::unit_symmetric_tensor<dim>();
    for (unsigned int i = 0, k = 0; i < dim; ++i)
      for (unsigned int j = i; j < dim; ++j, ++k)
        result[i][j] += entries[k];
    return result;
  }



  template <int dim>
  double ExpressionLoss<dim>::weight_decay_loss(const Point<dim> &theta) const
  {
    return 0.5 * weight_decay * theta.square();
  }



  template <int dim>
  std::vector<Polynomial<dim>> ExpressionLoss<dim>::polynomials_of(
    const std::vector<Expression> &first) const
  {
    std::vector<Polynomial<dim>> result;
    for (unsigned int i = 0; i < dim; ++i)
      {
        const auto terms = first[i].polynomial_terms(dim);
        if (!terms)
          return {};
        result.push_back(Polynomial<dim>::variable(i) * weight_decay);
        for (const auto &term : *terms)
          {
            Polynomial<dim> power(term.coefficient);
            for (unsigned int d = 0; d < dim; ++d)
              for (unsigned int e = 0; e < term.exponents[d]; ++e)
                power = power * Polynomial<dim>::variable(d);
            result[i] = result[i] + power;
          }
      }
    return result;
  }



  template <int dim>
  std::vector<Polynomial<dim>> ExpressionLoss<dim>::descent_polynomials() const
  {
    return gradient_polynomials;
  }



  template <int dim>
  void ExpressionLoss<dim>::check_at(const Point<dim> &theta) const
  {
    if (!std::isfinite(value(theta)) ||
        !std::isfinite(gradient(theta).norm()) ||
        !std::isfinite(hessian(theta).norm()))
      throw EntryError("Loss/Expression/loss",
                       text,
                       "it has no finite value or derivative at " +
                         to_text(theta),
                       "Move Domain/lower and upper away from there, or write "
                       "a loss that is smooth in the box.");
    if (!minimum_value)
      return;
    const double loss = value(theta) - weight_decay_loss(theta);
    // Round-off of a loss whose terms cancel.
    const double tolerance = 1e-12 * (1 + std::abs(*minimum_value));
    if (loss < *minimum_value - tolerance)
      throw EntryError("Loss/Expression/minimum value",
                       to_text(*minimum_value),
                       "the loss is " + to_text(loss) + " at " + to_text(theta),
                       "Correct it, or leave it empty.");
  }



  template <int dim>
  std::string ExpressionLoss<dim>::description() const
  {
    return "L = " + text + (weight_decay > 0 ? " + weight decay" : "");
  }



  template class ExpressionLoss<1>;
  template class ExpressionLoss<2>;
  template class ExpressionLoss<3>;
} // namespace sgdfp
