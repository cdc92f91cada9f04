// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_TENSOR_BASIS_H
#define SGDFP_OPERATORS_TENSOR_BASIS_H

#include <deal.II/base/polynomial.h>
#include <deal.II/base/quadrature_lib.h>
#include <deal.II/fe/fe_tools.h>

#include <array>
#include <vector>

namespace sgdfp
{
  /// The functions of FE_Q(k) on the unit cell as products of those of one
  /// dimension,  phi_i(x) = prod_d l_{n(i, d)}(x_d),  l_n the Lagrange
  /// polynomials on the Gauss-Lobatto points.
  template <int dim>
  class TensorBasis
  {
  public:
    explicit TensorBasis(const unsigned int degree)
      : lines(dealii::Polynomials::generate_complete_Lagrange_basis(
          dealii::QGaussLobatto<1>(degree + 1).get_points()))
    {
      const unsigned int n = degree + 1;
      const auto         lexicographic =
        dealii::FETools::hierarchic_to_lexicographic_numbering<dim>(degree);
      factors.resize(lexicographic.size());
      for (unsigned int i = 0; i < factors.size(); ++i)
        {
          unsigned int rest = lexicographic[i];
          for (unsigned int d = 0; d < dim; ++d)
            {
              factors[i][d] = rest % n;
              rest /= n;
            }
        }
    }

    /// n(i, d)
    const std::array<unsigned int, dim> &operator[](const unsigned int i) const
    {
      return factors[i];
    }

    unsigned int size() const
    {
      return factors.size();
    }

    /// l_n
    const std::vector<dealii::Polynomials::Polynomial<double>> lines;

  private:
    std::vector<std::array<unsigned int, dim>> factors;
  };
} // namespace sgdfp

#endif
