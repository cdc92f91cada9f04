// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/polynomial.h"

namespace sgdfp
{
  template <int dim>
  Polynomial<dim>::Polynomial(const double value)
  {
    if (value != 0)
      terms.push_back({{}, value});
  }



  template <int dim>
  Polynomial<dim> Polynomial<dim>::variable(const unsigned int i)
  {
    Polynomial result(1.);
    result.terms[0].exponents[i] = 1;
    return result;
  }



  template <int dim>
  void Polynomial<dim>::add(const Term &term)
  {
    for (Term &known : terms)
      if (known.exponents == term.exponents)
        {
          known.coefficient += term.coefficient;
          return;
        }
    terms.push_back(term);
  }



  template <int dim>
  Polynomial<dim> Polynomial<dim>::operator+(const Polynomial &other) const
  {
    Polynomial result = *this;
    for (const Term &term : other.terms)
      result.add(term);
    return result;
  }



  template <int dim>
  Polynomial<dim> Polynomial<dim>::operator*(const Polynomial &other) const
  {
    Polynomial result;
    for (const Term &a : terms)
      for (const Term &b : other.terms)
        {
          Term product{a.exponents, a.coefficient * b.coefficient};
          for (unsigned int d = 0; d < dim; ++d)
            product.exponents[d] += b.exponents[d];
          result.add(product);
        }
    return result;
  }



  template <int dim>
  Polynomial<dim> Polynomial<dim>::operator*(const double factor) const
  {
    return *this * Polynomial(factor);
  }



  template <int dim>
  Polynomial<dim> Polynomial<dim>::derivative(const unsigned int i) const
  {
    Polynomial result;
    for (Term term : terms)
      if (term.exponents[i] > 0)
        {
          term.coefficient *= term.exponents[i];
          --term.exponents[i];
          result.add(term);
        }
    return result;
  }



  template <int dim>
  double Polynomial<dim>::operator()(const dealii::Point<dim> &x) const
  {
    double sum = 0;
    for (const Term &term : terms)
      {
        double product = term.coefficient;
        for (unsigned int d = 0; d < dim; ++d)
          for (unsigned int e = 0; e < term.exponents[d]; ++e)
            product *= x[d];
        sum += product;
      }
    return sum;
  }



  template <int dim>
  void Polynomial<dim>::add_to(const double                  factor,
                               const std::array<Lanes, dim> &x,
                               Lanes                        &sum) const
  {
    for (const Term &term : terms)
      add_term(term, factor, x, false, sum);
  }



  template <int dim>
  void Polynomial<dim>::evaluate(const std::array<Lanes, dim> &x,
                                 Lanes                        &values) const
  {
    if (terms.empty())
      values.fill(0);
    bool is_first = true;
    for (const Term &term : terms)
      {
        add_term(term, 1, x, is_first, values);
        is_first = false;
      }
  }



  template <int dim>
  void Polynomial<dim>::add_term(const Term                   &term,
                                 const double                  factor,
                                 const std::array<Lanes, dim> &x,
                                 const bool                    is_first,
                                 Lanes                        &sum)
  {
    // The last factor of a term is multiplied while it is added.
    const double c         = factor * term.coefficient;
    unsigned int n_factors = 0;
    const Lanes *partial   = nullptr;
    const Lanes *last      = nullptr;
    Lanes        product;
    for (unsigned int d = 0; d < dim; ++d)
      for (unsigned int e = 0; e < term.exponents[d]; ++e, ++n_factors)
        {
          if (n_factors == 2)
            product.set(1, *partial, *last);
          else if (n_factors > 2)
            product *= *last;
          if (n_factors == 2)
            partial = &product;
          (n_factors == 0 ? partial : last) = &x[d];
        }
    if (n_factors == 0)
      is_first ? sum.fill(c) : sum.shift(c);
    else if (n_factors == 1)
      is_first ? sum.set(c, *partial) : sum.add(c, *partial);
    else
      is_first ? sum.set(c, *partial, *last) : sum.add(c, *partial, *last);
  }



  template class Polynomial<1>;
  template class Polynomial<2>;
  template class Polynomial<3>;
} // namespace sgdfp
