// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/expression_symbolic.h"

#include <cmath>

namespace sgdfp
{
  using GiNaC::ex;

  namespace symbolic
  {
    ex negation(const ex &truth)
    {
      return 1 - truth;
    }



    ex equality(const ex &a, const ex &b)
    {
      return negation(less(a, b)) * negation(less(b, a));
    }



    ex truth(const ex &a)
    {
      return negation(equality(a, 0));
    }



    namespace
    {
      ex minimum(const ex &a, const ex &b)
      {
        return choose(less(b, a), b, a);
      }

      ex maximum(const ex &a, const ex &b)
      {
        return choose(less(a, b), b, a);
      }

      ex absolute(const ex &a)
      {
        return choose(less(a, 0), -a, a);
      }



    } // namespace



    const std::map<std::string, Function> &functions()
    {
      using A = const std::vector<ex> &;
      static const std::map<std::string, Function> table = {
        {"abs", {1, 1, [](A a) { return absolute(a[0]); }}},
        {"acos", {1, 1, [](A a) -> ex { return acos(a[0]); }}},
        {"acosh", {1, 1, [](A a) -> ex { return acosh(a[0]); }}},
        {"asin", {1, 1, [](A a) -> ex { return asin(a[0]); }}},
        {"asinh", {1, 1, [](A a) -> ex { return asinh(a[0]); }}},
        {"atan", {1, 1, [](A a) -> ex { return atan(a[0]); }}},
        {"atanh", {1, 1, [](A a) -> ex { return atanh(a[0]); }}},
        {"ceil", {1, 1, [](A a) -> ex { return -floor(-a[0]); }}},
        {"cos", {1, 1, [](A a) -> ex { return cos(a[0]); }}},
        {"cosh", {1, 1, [](A a) -> ex { return cosh(a[0]); }}},
        {"erf", {1, 1, [](A a) { return erf(a[0]); }}},
        {"erfc", {1, 1, [](A a) -> ex { return 1 - erf(a[0]); }}},
        {"exp", {1, 1, [](A a) -> ex { return exp(a[0]); }}},
        {"floor", {1, 1, [](A a) { return floor(a[0]); }}},
        {"if", {3, 3, [](A a) { return choose(a[0], a[1], a[2]); }}},
        {"ln", {1, 1, [](A a) -> ex { return log(a[0]); }}},
        {"log", {1, 1, [](A a) -> ex { return log(a[0]); }}},
        {"log10",
         {1,
          1,
          [](A a) -> ex { return log(a[0]) * number(1 / std::log(10.)); }}},
        {"log2",
         {1,
          1,
          [](A a) -> ex { return log(a[0]) * number(1 / std::log(2.)); }}},
        {"max",
         {2,
          20,
          [](A a) {
            ex result = a[0];
            for (std::size_t i = 1; i < a.size(); ++i)
              result = maximum(result, a[i]);
            return result;
          }}},
        {"min",
         {2,
          20,
          [](A a) {
            ex result = a[0];
            for (std::size_t i = 1; i < a.size(); ++i)
              result = minimum(result, a[i]);
            return result;
          }}},
        {"pow", {2, 2, [](A a) { return power(a[0], a[1]); }}},
        {"sign",
         {1, 1, [](A a) -> ex { return less(0, a[0]) - less(a[0], 0); }}},
        {"sin", {1, 1, [](A a) -> ex { return sin(a[0]); }}},
        {"sinh", {1, 1, [](A a) -> ex { return sinh(a[0]); }}},
        {"sqrt", {1, 1, [](A a) { return power(a[0], GiNaC::numeric(1, 2)); }}},
        {"tan", {1, 1, [](A a) -> ex { return tan(a[0]); }}},
        {"tanh", {1, 1, [](A a) -> ex { return tanh(a[0]); }}},
      };
      return table;
    }
  } // namespace symbolic



  std::vector<std::string> Expression::reserved_names()
  {
    std::vector<std::string> names = {"pi"};
    for (const auto &[name, function] : symbolic::functions())
      names.push_back(name);
    return names;
  }
} // namespace sgdfp
