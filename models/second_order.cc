// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/second_order.h"

#include "base/errors.h"

namespace sgdfp
{
  namespace
  {
    /// b
    template <int dim>
    std::array<Polynomial<dim>, dim> velocity_of(const Loss<dim> &loss)
    {
      const auto descent = loss.descent_polynomials();
      if (descent.empty())
        throw EntryError("Optimiser/drift",
                         "second order",
                         "needs a loss whose gradient is a polynomial in the "
                         "parameters",
                         "Use Loss/type = quadratic, a polynomial expression "
                         "or a deep linear network with structure = full or "
                         "diagonal (balanced layers "
                         "as Loss/Deep linear network/slice of the full "
                         "network), or drift = gradient flow.");
      std::array<Polynomial<dim>, dim> b;
      for (unsigned int i = 0; i < dim; ++i)
        b[i] = descent[i] * -1.;
      return b;
    }



    /// D = factor C + constant
    template <int dim>
    PolynomialMatrix<dim>
    diffusion_of(const Loss<dim>                       &loss,
                 const double                           factor,
                 const dealii::SymmetricTensor<2, dim> &constant)
    {
      PolynomialMatrix<dim> D;
      for (unsigned int i = 0; i < dim; ++i)
        for (unsigned int j = 0; j < dim; ++j)
          {
            D[i][j] = Polynomial<dim>(constant[i][j]);
            if (factor > 0)
              for (const auto &row : loss.noise_polynomials())
                D[i][j] = D[i][j] + row[i] * row[j] * factor;
          }
      return D;
    }
  } // namespace



  template <int dim>
  SecondOrder<dim>::SecondOrder(
    const Loss<dim>                       &loss,
    const double                           learning_rate,
    const double                           minibatch_factor,
    const dealii::SymmetricTensor<2, dim> &constant_diffusion)
  {
    const auto   b = velocity_of(loss);
    const auto   D = diffusion_of(loss, minibatch_factor, constant_diffusion);
    const double half = learning_rate / 2;
    PolynomialMatrix<dim> J;
    for (unsigned int i = 0; i < dim; ++i)
      for (unsigned int j = 0; j < dim; ++j)
        J[i][j] = b[i].derivative(j);

    for (unsigned int i = 0; i < dim; ++i)
      {
        Polynomial<dim> change;
        for (unsigned int j = 0; j < dim; ++j)
          {
            change = change + b[j] * J[i][j];
            for (unsigned int k = 0; k < dim; ++k)
              change = change + D[j][k] * J[i][j].derivative(k);
          }
        b2[i] = PolynomialJet<dim>(b[i] + change * -half);
      }
    for (unsigned int i = 0; i < dim; ++i)
      for (unsigned int j = i; j < dim; ++j)
        {
          Polynomial<dim> change;
          for (unsigned int k = 0; k < dim; ++k)
            change = change + b[k] * D[i][j].derivative(k) + J[i][k] * D[k][j] +
                     J[j][k] * D[k][i];
          D2[i][j] = PolynomialJet<dim>(D[i][j] + change * -half);
        }
  }



  template <int dim>
  VectorField<dim>
  SecondOrder<dim>::drift(const dealii::Point<dim> &theta) const
  {
    VectorField<dim> b;
    for (unsigned int i = 0; i < dim; ++i)
      {
        b.value[i] = b2[i].value(theta);
        for (unsigned int l = 0; l < dim; ++l)
          b.gradient[l][i] = b2[i].first[l](theta);
      }
    return b;
  }



  template <int dim>
  MatrixField<dim>
  SecondOrder<dim>::diffusion(const dealii::Point<dim>    &theta,
                              const MatrixFieldDerivatives derivatives) const
  {
    MatrixField<dim> D;
    const auto entry = [this](const unsigned int i, const unsigned int j) {
      return i <= j ? &D2[i][j] : &D2[j][i];
    };
    for (unsigned int i = 0; i < dim; ++i)
      for (unsigned int j = 0; j < dim; ++j)
        {
          const PolynomialJet<dim> &D_ij = *entry(i, j);
          if (i <= j)
            D.value[i][j] = D_ij.value(theta);
          D.divergence[i] += D_ij.first[j](theta);
          if (derivatives == MatrixFieldDerivatives::all)
            for (unsigned int l = 0; l < dim; ++l)
              {
                D.gradient[l][i][j] = D_ij.first[l](theta);
                D.divergence_gradient[l][i] += D_ij.second[j][l](theta);
              }
        }
    return D;
  }



  template <int dim>
  std::string SecondOrder<dim>::description() const
  {
    return ", to second order in the learning rate";
  }



  template class SecondOrder<1>;
  template class SecondOrder<2>;
  template class SecondOrder<3>;
} // namespace sgdfp
