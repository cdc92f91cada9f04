// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_BASE_EXPRESSION_H
#define SGDFP_BASE_EXPRESSION_H

#include <boost/optional.hpp>

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace sgdfp
{
  /// A text that is no expression: what() names the column, counted from 1.
  class ExpressionError : public std::runtime_error
  {
  public:
    ExpressionError(const unsigned int column, const std::string &reason);

    const unsigned int column;
    const std::string  reason; ///< without the column
  };



  /// A real function of the variables of a case, as the user typed it, with
  /// exact (symbolic) derivatives by GiNaC.
  ///
  /// Grammar, loosest first:  a ? b : c;  ||;  &&;  < <= > >= == !=;  + -;  *
  /// /;  sign;  ^ (right to left);  numbers, names, calls, parentheses. A
  /// comparison has the value 0 or 1. Functions: function_names(). The name pi
  /// is known. Nothing else is: an expression reads no file and starts no
  /// program, and its length, its depth and its degree are limited.
  class Expression
  {
  public:
    using Constants = std::map<std::string, double>;

    /// The constant 0.
    Expression();

    /// @throws ExpressionError
    static Expression parse(const std::string              &text,
                            const std::vector<std::string> &variables,
                            const Constants                &constants = {});

    /// Every function that an expression can call, and pi.
    static std::vector<std::string> reserved_names();

    /// d/d(variable i). Jumps count as constants: their derivative is 0.
    Expression derivative(const unsigned int i) const;

    /// One power of the variables in a polynomial.
    struct Term
    {
      std::vector<unsigned int> exponents; ///< one per variable
      double                    coefficient;
    };

    /// The terms of the expression as a polynomial of the first
    /// @p n_variables variables; none where it is no polynomial, or one of more
    /// than 1000 terms.
    boost::optional<std::vector<Term>>
    polynomial_terms(const unsigned int n_variables) const;

    /// The expressions whose changes of value are the jumps of this one: its
    /// comparisons a < b (0 or 1), and its floor(a). Empty: it has no jump.
    std::vector<Expression> switches() const;

    /// For every switch the expression that is 0 where it changes: a - b for a
    /// comparison, sin(pi a) for floor(a).
    std::vector<Expression> levels() const;

    /// Number of operations, shared ones counted every time; stops counting at
    /// @p limit.
    unsigned int size(const unsigned int limit) const;

    Expression operator+(const Expression &other) const;

    /// Whether both are the same function, judged by their values at
    /// 64 points (at most 3 variables).
    bool equals(const Expression &other) const;

    /// The GiNaC expression (base/expression_symbolic.h).
    struct Symbolic;

    explicit Expression(const std::shared_ptr<const Symbolic> &symbolic);

    const Symbolic &symbolic() const;

  private:
    std::shared_ptr<const Symbolic> the_symbolic;
  };



  /// Expressions compiled to one list of operations in which every common
  /// subexpression is evaluated once; the order of the operations depends on
  /// the expressions only, so that all ranks get the same digits.
  ///
  /// An object is not to be shared between threads: evaluation uses its own
  /// registers.
  class ExpressionTape
  {
  public:
    explicit ExpressionTape(const std::vector<Expression> &outputs = {});

    unsigned int n_outputs() const;

    unsigned int n_operations() const;

    /// @param x      values of the variables
    /// @param values n_outputs() numbers
    void evaluate(const double *x, double *values) const;

    enum class Code : unsigned char;

    /// registers[target] = code(registers[a], registers[b], registers[c])
    struct Operation
    {
      Code         code;
      unsigned int target, a, b, c;
    };

  private:
    friend class TapeCompiler;

    /// Variables first, then constants, then results.
    mutable std::vector<double> registers;
    unsigned int                n_variables = 0;
    std::vector<Operation>      operations;
    std::vector<unsigned int>   outputs;
  };
} // namespace sgdfp

#endif
