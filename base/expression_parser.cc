// SPDX-License-Identifier: GPL-3.0-or-later
// GiNaC's own parser has no comparisons, names no column, and computes 9^9^9.
#include "base/expression_symbolic.h"
#include "base/text.h"

#include <cctype>
#include <cmath>
#include <cstdlib>

namespace sgdfp
{
  using GiNaC::ex;

  namespace
  {
    // More is no formula that a person wrote, and its derivatives are huge.
    constexpr std::size_t  longest = 4000;
    constexpr unsigned int deepest = 200;
    constexpr double       highest = 1000; // degree of powers of powers

    /// Recursive descent: one function per level of precedence.
    class Parser
    {
    public:
      Parser(const std::string              &text,
             const std::vector<std::string> &variables,
             const Expression::Constants    &constants)
        : text(text)
      {
        for (unsigned int i = 0; i < variables.size(); ++i)
          names[variables[i]] = {symbolic::variable(i), 1};
        for (const auto &[name, value] : constants)
          names[name] = {symbolic::number(value), 0};
        names["pi"] = {symbolic::number(M_PI), 0};
      }

      ex parse()
      {
        if (text.size() > longest)
          fail("the expression has " + std::to_string(text.size()) +
               " characters, more than " + std::to_string(longest));
        const Value result = ternary();
        if (!at_end())
          fail("expected an operator, not '" + shown() + "'");
        return result.value;
      }

    private:
      /// With a bound of its degree in the variables.
      struct Value
      {
        ex     value;
        double degree;
        /// Whether it is a comparison, or made of them: 0 or 1.
        bool is_truth = false;

        /// 0 or 1, without comparing a comparison with 0.
        ex truth() const
        {
          return is_truth ? value : symbolic::truth(value);
        }
      };

      class Depth
      {
      public:
        explicit Depth(Parser &parser)
          : parser(parser)
        {
          if (++parser.depth > deepest)
            parser.fail("the expression is nested too deeply (about " +
                        std::to_string(deepest / 2) + " levels)");
        }

        ~Depth()
        {
          --parser.depth;
        }

      private:
        Parser &parser;
      };

      [[noreturn]] void fail(const std::string &reason) const
      {
        throw ExpressionError(position + 1, reason);
      }

      bool at_end()
      {
        while (position < text.size() &&
               std::isspace(static_cast<unsigned char>(text[position])))
          ++position;
        return position == text.size();
      }

      /// The next character or word, for messages.
      std::string shown()
      {
        if (at_end())
          return "the end";
        std::size_t end = position;
        while (end < text.size() && is_name(text[end]))
          ++end;
        return text.substr(position, std::max<std::size_t>(end - position, 1));
      }

      static bool is_name(const char c)
      {
        return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
      }

      /// Takes @p symbol if it comes next.
      bool take(const std::string &symbol)
      {
        if (at_end() || text.compare(position, symbol.size(), symbol) != 0)
          return false;
        position += symbol.size();
        return true;
      }

      void demand(const std::string &symbol, const std::string &after)
      {
        if (!take(symbol))
          fail("expected '" + symbol + "' " + after + ", not '" + shown() +
               "'");
      }

      /// Checks the number that GiNaC may have computed from numbers alone.
      Value made(const ex &value, const double degree)
      {
        if (degree > highest)
          fail("the expression has a degree above " + to_text(highest));
        if (GiNaC::is_a<GiNaC::numeric>(value))
          {
            const auto &number = GiNaC::ex_to<GiNaC::numeric>(value);
            if (!number.is_real() || !std::isfinite(number.to_double()))
              fail("this has no finite real value");
            return {symbolic::number(number.to_double()), 0};
          }
        return {value, degree};
      }

      Value ternary()
      {
        const Depth guard(*this);
        const Value condition = disjunction();
        if (!take("?"))
          return condition;
        const Value a = ternary();
        demand(":", "between the two values of '?'");
        const Value b = ternary();
        return {symbolic::choose(condition.value, a.value, b.value),
                std::max(a.degree, b.degree)};
      }

      Value disjunction()
      {
        Value left = conjunction();
        while (take("||"))
          {
            const ex a = left.truth(), b = conjunction().truth();
            left = {a + b - a * b, 0, true};
          }
        return left;
      }

      Value conjunction()
      {
        Value left = comparison();
        while (take("&&"))
          left = {left.truth() * comparison().truth(), 0, true};
        return left;
      }

      Value comparison()
      {
        const Value left = sum();
        for (const char *symbol : {"<=", ">=", "==", "!=", "<", ">"})
          if (take(symbol))
            {
              const std::string s = symbol;
              const ex          a = left.value, b = sum().value;
              const ex          result =
                s == "<"  ? symbolic::less(a, b) :
                         s == ">"  ? symbolic::less(b, a) :
                         s == "<=" ? symbolic::negation(symbolic::less(b, a)) :
                         s == ">=" ? symbolic::negation(symbolic::less(a, b)) :
                         s == "==" ? symbolic::equality(a, b) :
                                     symbolic::negation(symbolic::equality(a, b));
              for (const char *other : {"<", ">", "==", "!="})
                if (!at_end() &&
                    text.compare(position, std::string(other).size(), other) ==
                      0)
                  fail("comparisons cannot be chained; write a < b && b < c");
              return {result, 0, true};
            }
        return left;
      }

      Value sum()
      {
        Value left = product();
        while (true)
          if (take("+"))
            {
              const Value right = product();
              left              = made(left.value + right.value,
                          std::max(left.degree, right.degree));
            }
          else if (take("-"))
            {
              const Value right = product();
              left              = made(left.value - right.value,
                          std::max(left.degree, right.degree));
            }
          else
            return left;
      }

      Value product()
      {
        Value left = signed_power();
        while (true)
          if (take("*"))
            {
              const Value right = signed_power();
              left = made(left.value * right.value, left.degree + right.degree);
            }
          else if (take("/"))
            {
              const std::size_t here  = position;
              const Value       right = signed_power();
              if (right.value.is_zero())
                {
                  position = here;
                  fail("division by zero");
                }
              left = made(left.value / right.value, left.degree + right.degree);
            }
          else
            return left;
      }

      Value signed_power()
      {
        const Depth guard(*this);
        if (take("-"))
          {
            const Value v = signed_power();
            return {-v.value, v.degree};
          }
        if (take("+"))
          return signed_power();
        if (position < text.size() && text.compare(position, 2, "!=") != 0 &&
            take("!"))
          return {symbolic::negation(signed_power().truth()), 0, true};
        const Value base = primary();
        if (!take("^"))
          return base;
        const std::size_t here = position;
        const Value       e    = signed_power();
        return raised(base, e, here);
      }

      Value raised(const Value &b, const Value &e, const std::size_t here)
      {
        const double exponent =
          GiNaC::is_a<GiNaC::numeric>(e.value) ?
            std::abs(GiNaC::ex_to<GiNaC::numeric>(e.value).to_double()) :
            1.;
        const double degree = b.degree * std::max(exponent, 1.);
        if (degree > highest)
          fail("the expression has a degree above " + to_text(highest));
        return computed([&]() { return symbolic::power(b.value, e.value); },
                        degree,
                        here);
      }

      /// What GiNaC makes of it, or a complaint at column @p here.
      Value computed(const std::function<ex()> &compute,
                     const double               degree,
                     const std::size_t          here)
      {
        const std::size_t next = position;
        position               = here;
        try
          {
            const Value value = made(compute(), degree);
            position          = next;
            return value;
          }
        catch (const ExpressionError &)
          {
            throw;
          }
        catch (const std::exception &)
          {
            fail("this has no finite real value");
          }
      }

      Value primary()
      {
        if (take("("))
          {
            const Value inside = ternary();
            demand(")", "to close the parenthesis");
            return inside;
          }
        if (at_end())
          fail("the expression ends where a number, a name or a parenthesis "
               "should follow");
        const char c = text[position];
        if (std::isdigit(static_cast<unsigned char>(c)) || c == '.')
          return literal();
        if (std::isalpha(static_cast<unsigned char>(c)) || c == '_')
          return named();
        fail("expected a number, a name or a parenthesis, not '" + shown() +
             "'");
      }

      Value literal()
      {
        // By hand up to its end: strtod also reads hexadecimals, inf and nan.
        std::size_t end = position;
        while (end < text.size() &&
               (std::isdigit(static_cast<unsigned char>(text[end])) ||
                text[end] == '.'))
          ++end;
        if (end < text.size() && (text[end] == 'e' || text[end] == 'E'))
          {
            std::size_t digits = end + 1;
            if (digits < text.size() &&
                (text[digits] == '+' || text[digits] == '-'))
              ++digits;
            if (digits < text.size() &&
                std::isdigit(static_cast<unsigned char>(text[digits])))
              {
                end = digits;
                while (end < text.size() &&
                       std::isdigit(static_cast<unsigned char>(text[end])))
                  ++end;
              }
          }
        const std::string word    = text.substr(position, end - position);
        char             *stopped = nullptr;
        const double      value   = std::strtod(word.c_str(), &stopped);
        if (*stopped != '\0' || !std::isfinite(value))
          fail("'" + word + "' is not a number");
        if (end < text.size() && is_name(text[end]))
          {
            position = end;
            fail("expected an operator after " + word + ", not '" + shown() +
                 "' (a product needs *)");
          }
        position = end;
        return {symbolic::number(value), 0};
      }

      Value named()
      {
        const std::size_t here = position;
        const std::string name = shown();
        position += name.size();
        const auto found = names.find(name);
        if (found != names.end())
          return found->second;
        const auto function = symbolic::functions().find(name);
        if (function != symbolic::functions().end())
          return call(name, function->second, here);
        position                       = here;
        std::vector<std::string> known = Expression::reserved_names();
        for (const auto &[known_name, value] : names)
          known.push_back(known_name);
        // Any short word is near to some other.
        const std::string nearest =
          name.size() < 3 ? "" : nearest_name(name, known);
        fail("'" + name + "' is not known" +
             (nearest.empty() ? "" : ", perhaps '" + nearest + "' is meant"));
      }

      Value call(const std::string        &name,
                 const symbolic::Function &function,
                 const std::size_t         here)
      {
        demand("(", "after " + name);
        std::vector<ex> arguments;
        double          degree = 1;
        do
          {
            const Value argument = ternary();
            arguments.push_back(argument.value);
            degree = std::max(degree, argument.degree);
          }
        while (take(","));
        demand(")", "to close the arguments of " + name);
        const std::size_t n = arguments.size();
        if (n < function.fewest || n > function.most)
          {
            position               = here;
            const std::string most = (function.most == function.fewest ?
                                        "" :
                                        " to " + std::to_string(function.most));
            fail(name + " takes " + std::to_string(function.fewest) + most +
                 " argument" + (function.most == 1 ? "" : "s") + ", not " +
                 std::to_string(n));
          }
        if (name == "pow")
          return raised({arguments[0], degree}, {arguments[1], 1}, here);
        return computed(
          [&]() {
            const ex value = function.build(arguments);
            return all_numbers(arguments) ? value.evalf() : value;
          },
          degree,
          here);
      }

      static bool all_numbers(const std::vector<ex> &arguments)
      {
        for (const ex &argument : arguments)
          if (!GiNaC::is_a<GiNaC::numeric>(argument))
            return false;
        return true;
      }

      const std::string           &text;
      std::size_t                  position = 0;
      unsigned int                 depth    = 0;
      std::map<std::string, Value> names;
    };
  } // namespace



  ex parse_expression(const std::string              &text,
                      const std::vector<std::string> &variables,
                      const Expression::Constants    &constants)
  {
    return Parser(text, variables, constants).parse();
  }
} // namespace sgdfp
