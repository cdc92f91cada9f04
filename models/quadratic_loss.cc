// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/quadratic_loss.h"

namespace sgdfp
{
  template <int dim>
  QuadraticLoss<dim>::QuadraticLoss(
    const dealii::SymmetricTensor<2, dim> &hessian,
    const dealii::Tensor<1, dim>          &minimum,
    const double                           weight_decay)
    : H(hessian)
    , minimum(minimum)
    , weight_decay(weight_decay)
  {}



  template <int dim>
  double QuadraticLoss<dim>::value(const dealii::Point<dim> &theta) const
  {
    const dealii::Tensor<1, dim> x = theta - dealii::Point<dim>(minimum);
    return 0.5 * (x * (H * x)) + weight_decay_loss(theta);
  }



  template <int dim>
  dealii::Tensor<1, dim>
  QuadraticLoss<dim>::gradient(const dealii::Point<dim> &theta) const
  {
    const dealii::Tensor<1, dim> x = theta - dealii::Point<dim>(minimum);
    return H * x + weight_decay * dealii::Tensor<1, dim>(theta);
  }



  template <int dim>
  dealii::SymmetricTensor<2, dim>
  QuadraticLoss<dim>::hessian(const dealii::Point<dim> &) const
  {
    return H + weight_decay * dealii::unit_symmetric_tensor<dim>();
  }



  template <int dim>
  double
  QuadraticLoss<dim>::weight_decay_loss(const dealii::Point<dim> &theta) const
  {
    return 0.5 * weight_decay * theta.square();
  }



  template <int dim>
  std::vector<Polynomial<dim>> QuadraticLoss<dim>::descent_polynomials() const
  {
    std::vector<Polynomial<dim>> result(dim);
    for (unsigned int i = 0; i < dim; ++i)
      {
        result[i] = Polynomial<dim>::variable(i) * weight_decay;
        for (unsigned int j = 0; j < dim; ++j)
          result[i] = result[i] + (Polynomial<dim>::variable(j) +
                                   Polynomial<dim>(-minimum[j])) *
                                    H[i][j];
      }
    return result;
  }



  template <int dim>
  std::string QuadraticLoss<dim>::description() const
  {
    return "L = 1/2 (theta - m)^T H (theta - m)" +
           std::string(weight_decay > 0 ? " + weight decay" : "");
  }



  template class QuadraticLoss<1>;
  template class QuadraticLoss<2>;
  template class QuadraticLoss<3>;
} // namespace sgdfp
