// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_POLYNOMIAL_H
#define SGDFP_MODELS_POLYNOMIAL_H

#include "base/lanes.h"

#include <deal.II/base/point.h>

#include <array>
#include <vector>

namespace sgdfp
{
  /// A sparse polynomial in dim variables,  q(x) = sum_t c_t prod_i x_i^{e_ti}.
  ///
  /// The entries of the end-to-end matrix of a deep linear network are such
  /// polynomials in its parameters: all derivatives follow exactly.
  template <int dim>
  class Polynomial
  {
  public:
    /// The constant @p value (0: no term at all).
    explicit Polynomial(const double value = 0);

    /// The variable x_i.
    static Polynomial variable(const unsigned int i);

    Polynomial operator+(const Polynomial &other) const;

    Polynomial operator*(const Polynomial &other) const;

    Polynomial operator*(const double factor) const;

    /// d q / d x_i
    Polynomial derivative(const unsigned int i) const;

    double operator()(const dealii::Point<dim> &x) const;

    /// sum += factor q(x) in every lane
    void add_to(const double                  factor,
                const std::array<Lanes, dim> &x,
                Lanes                        &sum) const;

    /// values = q(x) in every lane
    void evaluate(const std::array<Lanes, dim> &x, Lanes &values) const;

  private:
    struct Term
    {
      std::array<unsigned int, dim> exponents;
      double                        coefficient;
    };

    /// sum += factor term(x), or sum = that where it is the first
    static void add_term(const Term                   &term,
                         const double                  factor,
                         const std::array<Lanes, dim> &x,
                         const bool                    is_first,
                         Lanes                        &sum);

    void add(const Term &term);

    std::vector<Term> terms;
  };
} // namespace sgdfp

#endif
