// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/expression_symbolic.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <tuple>

namespace sgdfp
{
  using GiNaC::ex;

  enum class ExpressionTape::Code : unsigned char
  {
    variable,
    constant,
    add,
    subtract,
    multiply,
    divide,
    power,
    sqrt,
    exp,
    log,
    sin,
    cos,
    tan,
    asin,
    acos,
    atan,
    sinh,
    cosh,
    tanh,
    asinh,
    acosh,
    atanh,
    erf,
    floor,
    less,
    choose
  };



  namespace
  {
    using Code = ExpressionTape::Code;

    inline double
    apply(const Code code, const double a, const double b, const double c)
    {
      switch (code)
        {
          case Code::variable:
          case Code::constant:
            break;
          case Code::add:
            return a + b;
          case Code::subtract:
            return a - b;
          case Code::multiply:
            return a * b;
          case Code::divide:
            return a / b;
          case Code::power:
            return std::pow(a, b);
          case Code::sqrt:
            return std::sqrt(a);
          case Code::exp:
            return std::exp(a);
          case Code::log:
            return std::log(a);
          case Code::sin:
            return std::sin(a);
          case Code::cos:
            return std::cos(a);
          case Code::tan:
            return std::tan(a);
          case Code::asin:
            return std::asin(a);
          case Code::acos:
            return std::acos(a);
          case Code::atan:
            return std::atan(a);
          case Code::sinh:
            return std::sinh(a);
          case Code::cosh:
            return std::cosh(a);
          case Code::tanh:
            return std::tanh(a);
          case Code::asinh:
            return std::asinh(a);
          case Code::acosh:
            return std::acosh(a);
          case Code::atanh:
            return std::atanh(a);
          case Code::erf:
            return std::erf(a);
          case Code::floor:
            return std::floor(a);
          case Code::less:
            return a < b ? 1. : 0.;
          case Code::choose:
            return a != 0 ? b : c;
        }
      return 0;
    }



    Code code_of_function(const std::string &name)
    {
      static const std::map<std::string, Code> codes = {{"exp", Code::exp},
                                                        {"log", Code::log},
                                                        {"sin", Code::sin},
                                                        {"cos", Code::cos},
                                                        {"tan", Code::tan},
                                                        {"asin", Code::asin},
                                                        {"acos", Code::acos},
                                                        {"atan", Code::atan},
                                                        {"sinh", Code::sinh},
                                                        {"cosh", Code::cosh},
                                                        {"tanh", Code::tanh},
                                                        {"asinh", Code::asinh},
                                                        {"acosh", Code::acosh},
                                                        {"atanh", Code::atanh},
                                                        {"erf", Code::erf},
                                                        {"floor", Code::floor},
                                                        {"less", Code::less},
                                                        {"choose",
                                                         Code::choose}};
      const auto                               found = codes.find(name);
      if (found == codes.end())
        throw std::logic_error("no code for the function " + name);
      return found->second;
    }
  } // namespace



  /// Turns GiNaC's trees into operations. Equal operations on equal operands
  /// get the same register.
  class TapeCompiler
  {
  public:
    TapeCompiler(ExpressionTape &tape, const unsigned int n_variables)
      : tape(tape)
    {
      tape.n_variables = n_variables;
      for (unsigned int i = 0; i < n_variables; ++i)
        {
          tape.registers.push_back(0);
          hashes.push_back(i + 1);
        }
    }

    unsigned int compile(const ex &e)
    {
      const auto known = compiled.find(e);
      if (known != compiled.end())
        return known->second;
      const unsigned int result = compile_new(e);
      compiled[e]               = result;
      return result;
    }

  private:
    unsigned int compile_new(const ex &e)
    {
      using namespace GiNaC;
      if (is_exactly_a<numeric>(e) || is_exactly_a<GiNaC::constant>(e))
        return constant(ex_to<numeric>(e.evalf()).to_double());
      if (is_a<symbol>(e))
        return symbolic::index_of(e);
      if (is_exactly_a<GiNaC::add>(e))
        return sum(e);
      if (is_exactly_a<mul>(e))
        return product(e);
      if (is_exactly_a<GiNaC::power>(e))
        return power(e.op(0), e.op(1));
      if (is_exactly_a<function>(e))
        {
          const Code   code = code_of_function(ex_to<function>(e).get_name());
          unsigned int arguments[3] = {0, 0, 0};
          for (unsigned int i = 0; i < e.nops(); ++i)
            arguments[i] = compile(e.op(i));
          return operation(code, arguments[0], arguments[1], arguments[2]);
        }
      throw std::logic_error("an expression of unknown kind");
    }

    /// Registers of the operands in an order that does not depend on GiNaC's
    /// (which follows addresses in memory).
    std::vector<unsigned int> sorted(std::vector<unsigned int> operands) const
    {
      std::sort(operands.begin(),
                operands.end(),
                [this](const unsigned int a, const unsigned int b) {
                  return std::make_pair(hashes[a], a) <
                         std::make_pair(hashes[b], b);
                });
      return operands;
    }

    unsigned int sum(const ex &e)
    {
      std::vector<unsigned int> plus, minus;
      for (const ex &term : e)
        if (is_negated(term))
          minus.push_back(compile(-term));
        else
          plus.push_back(compile(term));
      plus  = sorted(plus);
      minus = sorted(minus);
      unsigned int result =
        plus.empty() ? constant(0) : fold(Code::add, plus, plus[0]);
      for (const unsigned int term : minus)
        result = operation(Code::subtract, result, term);
      return result;
    }

    static bool is_negated(const ex &term)
    {
      using namespace GiNaC;
      return is_exactly_a<mul>(term) && term.nops() > 0 &&
             is_exactly_a<numeric>(term.op(term.nops() - 1)) &&
             term.op(term.nops() - 1).is_equal(-1);
    }

    unsigned int product(const ex &e)
    {
      using namespace GiNaC;
      std::vector<unsigned int> above, below;
      for (const ex &factor : e)
        if (is_exactly_a<GiNaC::power>(factor) &&
            is_exactly_a<numeric>(factor.op(1)) &&
            ex_to<numeric>(factor.op(1)).is_negative())
          below.push_back(power(factor.op(0), -factor.op(1)));
        else
          above.push_back(compile(factor));
      above = sorted(above);
      below = sorted(below);
      const unsigned int numerator =
        above.empty() ? constant(1) : fold(Code::multiply, above, above[0]);
      return below.empty() ? numerator :
                             operation(Code::divide,
                                       numerator,
                                       fold(Code::multiply, below, below[0]));
    }

    /// The first operand combined with all others, one after the other.
    unsigned int fold(const Code                       code,
                      const std::vector<unsigned int> &operands,
                      unsigned int                     result)
    {
      for (std::size_t i = 1; i < operands.size(); ++i)
        result = operation(code, result, operands[i]);
      return result;
    }

    unsigned int power(const ex &base, const ex &exponent)
    {
      const unsigned int b = compile(base);
      if (!GiNaC::is_exactly_a<GiNaC::numeric>(exponent))
        return operation(Code::power, b, compile(exponent));
      const double e = GiNaC::ex_to<GiNaC::numeric>(exponent).to_double();
      if (e < 0)
        return operation(Code::divide, constant(1), power(base, -exponent));
      constexpr double most_products = 1024;
      if (e == std::floor(e) && e <= most_products)
        return whole_power(b, static_cast<unsigned int>(e));
      if (e == 0.5)
        return operation(Code::sqrt, b);
      if (e - 0.5 == std::floor(e) && e <= most_products)
        return operation(Code::multiply,
                         whole_power(b, static_cast<unsigned int>(e)),
                         operation(Code::sqrt, b));
      return operation(Code::power, b, constant(e));
    }

    unsigned int whole_power(const unsigned int b, const unsigned int n)
    {
      if (n == 0)
        return constant(1);
      if (n == 1)
        return b;
      const unsigned int half   = whole_power(b, n / 2);
      const unsigned int square = operation(Code::multiply, half, half);
      return n % 2 == 0 ? square : operation(Code::multiply, square, b);
    }

    unsigned int constant(const double value)
    {
      const auto known = constants.find(value);
      if (known != constants.end())
        return known->second;
      const unsigned int target = tape.registers.size();
      tape.registers.push_back(value);
      std::size_t bits = 0;
      std::memcpy(&bits, &value, sizeof(bits));
      hashes.push_back(mix(17, bits));
      is_constant[target]     = true;
      return constants[value] = target;
    }

    unsigned int operation(const Code         code,
                           const unsigned int a,
                           const unsigned int b = 0,
                           const unsigned int c = 0)
    {
      const bool uses_b = code <= Code::power || code >= Code::less;
      const bool uses_c = code == Code::choose;
      if (is_constant.count(a) && (!uses_b || is_constant.count(b)) &&
          (!uses_c || is_constant.count(c)))
        return constant(
          apply(code, tape.registers[a], tape.registers[b], tape.registers[c]));
      const auto key   = std::make_tuple(code, a, b, c);
      const auto known = known_operations.find(key);
      if (known != known_operations.end())
        return known->second;
      const unsigned int target = tape.registers.size();
      tape.registers.push_back(0);
      tape.operations.push_back({code, target, a, b, c});
      std::size_t hash = mix(static_cast<std::size_t>(code), hashes[a]);
      if (uses_b)
        hash = mix(hash, hashes[b]);
      if (uses_c)
        hash = mix(hash, hashes[c]);
      hashes.push_back(hash);
      return known_operations[key] = target;
    }

    /// One step of a hash (the mixing of splitmix64).
    static std::size_t mix(const std::size_t seed, const std::size_t value)
    {
      std::size_t z = seed * 0x9e3779b97f4a7c15ULL + value + 1;
      z             = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
      z             = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
      return z ^ (z >> 31);
    }

    ExpressionTape                               &tape;
    std::map<ex, unsigned int, GiNaC::ex_is_less> compiled;
    std::map<double, unsigned int>                constants;
    std::map<unsigned int, bool>                  is_constant;
    std::vector<std::size_t>                      hashes;
    std::map<std::tuple<Code, unsigned int, unsigned int, unsigned int>,
             unsigned int>
      known_operations;
  };



  ExpressionTape::ExpressionTape(const std::vector<Expression> &expressions)
  {
    // The highest variable that occurs.
    unsigned int n = 0;
    for (const Expression &expression : expressions)
      for (auto node = expression.symbolic().value.preorder_begin();
           node != expression.symbolic().value.preorder_end();
           ++node)
        if (GiNaC::is_a<GiNaC::symbol>(*node))
          n = std::max(n, symbolic::index_of(*node) + 1);
    TapeCompiler compiler(*this, n);
    for (const Expression &expression : expressions)
      outputs.push_back(compiler.compile(expression.symbolic().value));
  }



  unsigned int ExpressionTape::n_outputs() const
  {
    return outputs.size();
  }



  unsigned int ExpressionTape::n_operations() const
  {
    return operations.size();
  }



  void ExpressionTape::evaluate(const double *x, double *values) const
  {
    double *const r = registers.data();
    std::copy(x, x + n_variables, r);
    for (const Operation &o : operations)
      r[o.target] = apply(o.code, r[o.a], r[o.b], r[o.c]);
    for (std::size_t i = 0; i < outputs.size(); ++i)
      values[i] = r[outputs[i]];
  }
} // namespace sgdfp
