// SPDX-License-Identifier: GPL-3.0-or-later
// Inside of Expression, for the files that speak GiNaC.
#ifndef SGDFP_BASE_EXPRESSION_SYMBOLIC_H
#define SGDFP_BASE_EXPRESSION_SYMBOLIC_H

#include "base/expression.h"

#include <ginac/ginac.h>

namespace sgdfp
{
  struct Expression::Symbolic
  {
    GiNaC::ex value;
  };



  namespace symbolic
  {
    /// The symbol of variable @p i; the same in all expressions.
    const GiNaC::symbol &variable(const unsigned int i);

    /// i of the symbol variable(i)
    unsigned int index_of(const GiNaC::ex &symbol);

    /// GiNaC functions of our own, with the derivatives that make sense for
    /// functions with jumps:
    /// less(a, b) = 1 where a < b, else 0; derivative 0
    GiNaC::ex less(const GiNaC::ex &a, const GiNaC::ex &b);
    /// choose(c, a, b) = a where c != 0, else b; derivative by branches
    GiNaC::ex
    choose(const GiNaC::ex &c, const GiNaC::ex &a, const GiNaC::ex &b);
    /// the largest integer <= a; derivative 0
    GiNaC::ex floor(const GiNaC::ex &a);
    /// the error function, which GiNaC does not have
    GiNaC::ex erf(const GiNaC::ex &a);

    /// b^e. Powers of numbers are computed here, in double precision: GiNaC
    /// would compute 9^9^9 exactly, and for ever.
    GiNaC::ex power(const GiNaC::ex &b, const GiNaC::ex &e);

    /// 1 - truth
    GiNaC::ex negation(const GiNaC::ex &truth);
    /// 1 where a = b, else 0
    GiNaC::ex equality(const GiNaC::ex &a, const GiNaC::ex &b);
    /// 1 where a != 0, else 0
    GiNaC::ex truth(const GiNaC::ex &a);

    /// A function that an expression can call.
    struct Function
    {
      unsigned int fewest, most; ///< arguments
      GiNaC::ex (*build)(const std::vector<GiNaC::ex> &);
    };

    /// By name.
    const std::map<std::string, Function> &functions();

    /// A number; whole ones stay exact, so that u^2 is a polynomial.
    GiNaC::ex number(const double value);
  } // namespace symbolic



  /// What the text says; Expression::parse() without the wrapping.
  /// @throws ExpressionError
  GiNaC::ex parse_expression(const std::string              &text,
                             const std::vector<std::string> &variables,
                             const Expression::Constants    &constants);
} // namespace sgdfp

#endif
