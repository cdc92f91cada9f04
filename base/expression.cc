// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/expression_symbolic.h"

#include <cmath>
#include <deque>
#include <functional>
#include <limits>

namespace sgdfp
{
  using GiNaC::ex;

  ExpressionError::ExpressionError(const unsigned int column,
                                   const std::string &reason)
    : std::runtime_error("column " + std::to_string(column) + ": " + reason)
    , column(column)
    , reason(reason)
  {}



  namespace
  {
    ex derivative_of_less(const ex &, const ex &, const GiNaC::symbol &)
    {
      return 0;
    }

    ex derivative_of_choose(const ex            &condition,
                            const ex            &a,
                            const ex            &b,
                            const GiNaC::symbol &x)
    {
      // By branches, so that a branch that is not taken (a logarithm of
      // something negative, say) has no say in the derivative.
      return symbolic::choose(condition, a.diff(x), b.diff(x));
    }

    ex derivative_of_floor(const ex &, const GiNaC::symbol &)
    {
      return 0;
    }

    ex derivative_of_erf(const ex &a, const GiNaC::symbol &x)
    {
      return symbolic::number(2 / std::sqrt(M_PI)) * exp(-a * a) * a.diff(x);
    }
  } // namespace

  DECLARE_FUNCTION_2P(sgdfp_less)
  DECLARE_FUNCTION_3P(sgdfp_choose)
  DECLARE_FUNCTION_1P(sgdfp_floor)
  DECLARE_FUNCTION_1P(sgdfp_erf)

  REGISTER_FUNCTION(sgdfp_less,
                    expl_derivative_func(derivative_of_less).set_name("less"))
  REGISTER_FUNCTION(
    sgdfp_choose,
    expl_derivative_func(derivative_of_choose).set_name("choose"))
  REGISTER_FUNCTION(sgdfp_floor,
                    expl_derivative_func(derivative_of_floor).set_name("floor"))
  REGISTER_FUNCTION(sgdfp_erf,
                    expl_derivative_func(derivative_of_erf).set_name("erf"))



  namespace symbolic
  {
    const GiNaC::symbol &variable(const unsigned int i)
    {
      static std::deque<GiNaC::realsymbol> variables;
      while (variables.size() <= i)
        variables.emplace_back("x" + std::to_string(variables.size()));
      return variables[i];
    }



    unsigned int index_of(const ex &symbol)
    {
      unsigned int i = 0;
      while (!variable(i).is_equal(GiNaC::ex_to<GiNaC::symbol>(symbol)))
        ++i;
      return i;
    }



    ex less(const ex &a, const ex &b)
    {
      return sgdfp_less(a, b);
    }



    ex choose(const ex &c, const ex &a, const ex &b)
    {
      return a.is_equal(b) ? a : ex(sgdfp_choose(c, a, b));
    }



    ex floor(const ex &a)
    {
      return sgdfp_floor(a);
    }



    ex erf(const ex &a)
    {
      return sgdfp_erf(a);
    }



    ex number(const double value)
    {
      constexpr double exact = 1e9;
      // GiNaC has no such numbers, and throws.
      if (std::abs(value) < std::numeric_limits<double>::min())
        return 0;
      if (value == std::floor(value) && std::abs(value) < exact)
        return GiNaC::numeric(static_cast<long>(value));
      return GiNaC::numeric(value);
    }



    ex power(const ex &b, const ex &e)
    {
      if (GiNaC::is_a<GiNaC::numeric>(b) && GiNaC::is_a<GiNaC::numeric>(e))
        {
          const double value =
            std::pow(GiNaC::ex_to<GiNaC::numeric>(b).to_double(),
                     GiNaC::ex_to<GiNaC::numeric>(e).to_double());
          if (!std::isfinite(value))
            throw std::domain_error("this power is not a finite number");
          return number(value);
        }
      return GiNaC::pow(b, e);
    }
  } // namespace symbolic



  Expression::Expression()
    : the_symbolic(std::make_shared<Symbolic>(Symbolic{0}))
  {}



  Expression::Expression(const std::shared_ptr<const Symbolic> &symbolic)
    : the_symbolic(symbolic)
  {}



  const Expression::Symbolic &Expression::symbolic() const
  {
    return *the_symbolic;
  }



  Expression Expression::parse(const std::string              &text,
                               const std::vector<std::string> &variables,
                               const Constants                &constants)
  {
    return Expression(std::make_shared<Symbolic>(
      Symbolic{parse_expression(text, variables, constants)}));
  }



  Expression Expression::derivative(const unsigned int i) const
  {
    return Expression(std::make_shared<Symbolic>(
      Symbolic{the_symbolic->value.diff(symbolic::variable(i))}));
  }



  boost::optional<std::vector<Expression::Term>>
  Expression::polynomial_terms(const unsigned int n_variables) const
  {
    constexpr int         highest = 40; // of a product that is multiplied out
    constexpr std::size_t most    = 1000;
    for (unsigned int i = 0; i < n_variables; ++i)
      {
        const GiNaC::symbol &x = symbolic::variable(i);
        if (!the_symbolic->value.is_polynomial(x) ||
            the_symbolic->value.degree(x) > highest)
          return {};
      }
    const GiNaC::ex sum    = the_symbolic->value.expand();
    const bool      is_sum = GiNaC::is_a<GiNaC::add>(sum);
    if (is_sum && sum.nops() > most)
      return {};
    std::vector<Term> terms;
    for (std::size_t t = 0; t < (is_sum ? sum.nops() : 1); ++t)
      {
        GiNaC::ex term = (is_sum ? sum.op(t) : sum);
        Term      result;
        for (unsigned int i = 0; i < n_variables; ++i)
          {
            const GiNaC::symbol &x = symbolic::variable(i);
            const int            e = term.degree(x);
            if (e < 0)
              return {};
            result.exponents.push_back(e);
            term = term.coeff(x, e);
          }
        const GiNaC::ex number = term.evalf();
        if (!GiNaC::is_a<GiNaC::numeric>(number))
          return {};
        result.coefficient = GiNaC::ex_to<GiNaC::numeric>(number).to_double();
        terms.push_back(result);
      }
    return terms;
  }



  Expression Expression::operator+(const Expression &other) const
  {
    return Expression(std::make_shared<Symbolic>(
      Symbolic{the_symbolic->value + other.the_symbolic->value}));
  }



  bool Expression::equals(const Expression &other) const
  {
    // Multiplying out could take for ever; 64 points scattered over [-3, 3]^n
    // (additive recurrence with square roots of primes) decide as well.
    const ExpressionTape tape({*this, other});
    constexpr double     steps[3] = {1.4142135623730951,
                                     1.7320508075688772,
                                     2.23606797749979};
    for (unsigned int k = 1; k <= 64; ++k)
      {
        double x[3], values[2];
        for (unsigned int d = 0; d < 3; ++d)
          x[d] = 6 * (k * steps[d] - std::floor(k * steps[d])) - 3;
        tape.evaluate(x, values);
        if (std::abs(values[0] - values[1]) >
            1e-12 * (1 + std::abs(values[0]) + std::abs(values[1])))
          return false;
      }
    return true;
  }



  namespace
  {
    /// Calls @p visit with every comparison and floor() in @p value, in an
    /// order of their own.
    void for_each_switch(
      const ex                                                   &value,
      const std::function<void(const ex &, const std::string &)> &visit)
    {
      for (auto node = value.preorder_begin(); node != value.preorder_end();
           ++node)
        if (GiNaC::is_exactly_a<GiNaC::function>(*node))
          {
            const std::string name =
              GiNaC::ex_to<GiNaC::function>(*node).get_name();
            if (name == "less" || name == "floor")
              visit(*node, name);
          }
    }
  } // namespace



  std::vector<Expression> Expression::switches() const
  {
    std::vector<Expression> found;
    for_each_switch(the_symbolic->value,
                    [&](const ex &node, const std::string &) {
                      found.emplace_back(
                        std::make_shared<Symbolic>(Symbolic{node}));
                    });
    return found;
  }



  std::vector<Expression> Expression::levels() const
  {
    std::vector<Expression> found;
    for_each_switch(
      the_symbolic->value, [&](const ex &node, const std::string &name) {
        const ex level =
          (name == "less" ? ex(node.op(0) - node.op(1)) :
                            ex(sin(symbolic::number(M_PI) * node.op(0))));
        found.emplace_back(std::make_shared<Symbolic>(Symbolic{level}));
      });
    return found;
  }



  unsigned int Expression::size(const unsigned int limit) const
  {
    unsigned int n     = 0;
    const ex    &value = the_symbolic->value;
    for (auto node = value.preorder_begin();
         n < limit && node != value.preorder_end();
         ++node)
      ++n;
    return n;
  }
} // namespace sgdfp
