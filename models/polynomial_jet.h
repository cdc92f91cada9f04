// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_POLYNOMIAL_JET_H
#define SGDFP_MODELS_POLYNOMIAL_JET_H

#include "models/polynomial.h"

#include <array>

namespace sgdfp
{
  /// A polynomial with its derivatives of first and second order.
  template <int dim>
  struct PolynomialJet
  {
    PolynomialJet() = default;

    explicit PolynomialJet(const Polynomial<dim> &value)
      : value(value)
    {
      for (unsigned int i = 0; i < dim; ++i)
        {
          first[i] = value.derivative(i);
          for (unsigned int j = 0; j < dim; ++j)
            second[i][j] = first[i].derivative(j);
        }
    }

    Polynomial<dim>                                   value;
    std::array<Polynomial<dim>, dim>                  first;
    std::array<std::array<Polynomial<dim>, dim>, dim> second;
  };



  template <int dim>
  using PolynomialMatrix = std::array<std::array<Polynomial<dim>, dim>, dim>;

  template <int dim>
  using PolynomialJetMatrix =
    std::array<std::array<PolynomialJet<dim>, dim>, dim>;
} // namespace sgdfp

#endif
