// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/expression.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace sgdfp;

namespace
{
  double value(const std::string           &text,
               const double                 u         = 0.7,
               const double                 v         = -1.3,
               const Expression::Constants &constants = {})
  {
    const ExpressionTape tape({Expression::parse(text, {"u", "v"}, constants)});
    const double         x[2] = {u, v};
    double               result;
    tape.evaluate(x, &result);
    return result;
  }



  /// The column of the complaint, and its words.
  std::pair<unsigned int, std::string> complaint(const std::string &text)
  {
    try
      {
        Expression::parse(text, {"u", "v"});
      }
    catch (const ExpressionError &error)
      {
        return {error.column, error.what()};
      }
    return {0, ""};
  }
} // namespace



TEST(Expression, FollowsThePrecedenceOfOperators)
{
  EXPECT_DOUBLE_EQ(value("1 + 2*3"), 7);
  EXPECT_DOUBLE_EQ(value("-u^2"), -0.49);
  EXPECT_DOUBLE_EQ(value("(-u)^2"), 0.49);
  EXPECT_DOUBLE_EQ(value("2^3^2"), 512);
  EXPECT_DOUBLE_EQ(value("2^-1"), 0.5);
  EXPECT_DOUBLE_EQ(value("8/2/2"), 2);
  EXPECT_DOUBLE_EQ(value("u - v - 1"), 1.);
  EXPECT_DOUBLE_EQ(value("u*-v"), 0.91);
  EXPECT_DOUBLE_EQ(value("u < v || u > 0 && v < 0"), 1);
  EXPECT_DOUBLE_EQ(value("!(u < v)"), 1);
  EXPECT_DOUBLE_EQ(value("u >= 0.7 && u <= 0.7 && u == 0.7 && u != v"), 1);
  EXPECT_DOUBLE_EQ(value("u > v ? 3 : 4"), 3);
  EXPECT_DOUBLE_EQ(value("1.5e-3*1e3"), 1.5);
}



TEST(Expression, KnowsTheUsualFunctions)
{
  const double u = 0.7, v = -1.3;
  EXPECT_DOUBLE_EQ(value("exp(u)*sin(v) + cos(u)/tan(v)"),
                   std::exp(u) * std::sin(v) + std::cos(u) / std::tan(v));
  EXPECT_DOUBLE_EQ(value("log(u) - ln(u) + log10(100) + log2(8)"), 5);
  EXPECT_DOUBLE_EQ(value("sqrt(u) - u^0.5 + pow(u, 2)"), u * u);
  EXPECT_DOUBLE_EQ(value("abs(v) + sign(v)"), 0.3);
  EXPECT_DOUBLE_EQ(value("min(u, v, 3) + 10*max(u, v)"), v + 7);
  EXPECT_DOUBLE_EQ(value("floor(v) + 10*ceil(v)"), -12);
  EXPECT_DOUBLE_EQ(value("if(u > 0.5, 1, 0)"), 1);
  EXPECT_DOUBLE_EQ(value("erf(u) + erfc(u)"), 1);
  EXPECT_DOUBLE_EQ(value("tanh(u) + asinh(v) + acosh(2) + atanh(u)"),
                   std::tanh(u) + std::asinh(v) + std::acosh(2.) +
                     std::atanh(u));
  EXPECT_DOUBLE_EQ(value("asin(u) + acos(u)"), M_PI / 2);
  EXPECT_DOUBLE_EQ(value("cos(pi) + a*u", u, v, {{"a", 2}}), 0.4);
  // A branch that is not taken does not matter.
  EXPECT_DOUBLE_EQ(value("if(v > 0, log(v), 0)"), 0);
}



TEST(Expression, ErrorsNameTheColumn)
{
  const auto expect = [](const std::string &text,
                         const unsigned int column,
                         const std::string &words) {
    const auto found = complaint(text);
    EXPECT_EQ(found.first, column) << text << ": " << found.second;
    EXPECT_NE(found.second.find(words), std::string::npos) << found.second;
  };
  expect("u*q", 3, "'q' is not known");
  expect("u + sqr(v)", 5, "perhaps 'sqrt' is meant");
  expect("(u + v", 7, "expected ')'");
  expect("u + v)", 6, "')'");
  expect("2u", 2, "a product needs *");
  expect("u v", 3, "expected an operator");
  expect("u +", 4, "ends");
  expect("", 1, "ends");
  expect("u +* v", 4, "'*'");
  expect("sin(u, v)", 1, "takes 1 argument");
  expect("u/0", 3, "division by zero");
  expect("1.2.3", 1, "not a number");
  expect("u $ v", 3, "'$'");
  expect("log(-1)", 1, "finite");
  expect("(-8)^(1/3)", 6, "finite");
  expect("system(u)", 1, "not known");
  expect("u < v < 1", 7, "chained");
  expect("min(u)", 1, "2 to 20 arguments");
}



// Nothing hangs: GiNaC alone would compute 9^9^9 exactly.
TEST(Expression, LimitsLengthDepthAndDegree)
{
  EXPECT_NE(complaint("9^9^9^9").second, "");
  EXPECT_NE(complaint("u^99999").second.find("degree"), std::string::npos);
  EXPECT_NE(complaint("((((2*u)^100)^100)^100)").second.find("degree"),
            std::string::npos);
  EXPECT_NE(complaint(std::string(5000, '1')).second.find("characters"),
            std::string::npos);
  EXPECT_NE(complaint(std::string(1000, '(') + "u").second.find("nested"),
            std::string::npos);
  EXPECT_NE(complaint(std::string(3000, '-') + "u").second.find("nested"),
            std::string::npos);
  std::string tower = "u";
  for (unsigned int i = 0; i < 500; ++i)
    tower += "^u";
  EXPECT_NE(complaint(tower).second.find("nested"), std::string::npos);
}



// Against central differences of sixth order.
TEST(Expression, DerivativesAreExact)
{
  const std::vector<std::string> texts = {
    "0.5*(u*v - 1)^2",
    "-20*exp(-0.2*sqrt(0.5*(u^2 + v^2))) - exp(0.5*(cos(2*pi*u) + "
    "cos(2*pi*v)))",
    "u^3/(1 + v^2) - 2/u^2",
    "tanh(u*v) + atan(u - v) + log(1 + u^2) + erf(u)",
    "abs(v)*u + max(u, v^2) + if(u > 0, u^2, log(u))",
    "u^(v + 3)"};
  for (const std::string &text : texts)
    {
      const Expression f = Expression::parse(text, {"u", "v"});
      for (unsigned int i = 0; i < 2; ++i)
        {
          const ExpressionTape tape({f, f.derivative(i)});
          double               result[2], shifted[2];
          double               x[2] = {0.7, -1.3};
          tape.evaluate(x, result);
          const double h = 1e-2, weights[3] = {3. / 4, -3. / 20, 1. / 60};
          double       difference = 0;
          for (int k = 1; k <= 3; ++k)
            for (const int side : {-1, 1})
              {
                double y[2] = {0.7, -1.3};
                y[i] += side * k * h;
                tape.evaluate(y, shifted);
                difference += side * weights[k - 1] * shifted[0] / h;
              }
          EXPECT_NEAR(result[1], difference, 1e-6 * (1 + std::abs(difference)))
            << text << ", variable " << i;
        }
    }
}



TEST(Expression, EvaluatesCommonPartsOnce)
{
  const Expression f = Expression::parse("exp(u*v) + exp(u*v)^3", {"u", "v"});
  // u v, 3 u v (GiNaC: exp(u v)^3 = exp(3 u v)), two exponentials, one sum
  EXPECT_EQ(ExpressionTape({f}).n_operations(), 5u);
  EXPECT_EQ(ExpressionTape({f, f}).n_operations(), 5u);
}



TEST(Expression, KnowsWhereItCanJump)
{
  const Expression e = Expression::parse("if(u>v,1,0)", {"u", "v"});
  EXPECT_EQ(e.switches().size(), 1u);
  EXPECT_EQ(e.levels().size(), 1u);
  EXPECT_TRUE(e.levels()[0].equals(Expression::parse("v - u", {"u", "v"})));
  EXPECT_TRUE(Expression::parse("u*v", {"u", "v"}).switches().empty());
  EXPECT_TRUE(Expression::parse("u*(u + v)", {"u", "v"})
                .equals(Expression::parse("u*v + u^2", {"u", "v"})));
  EXPECT_FALSE(Expression::parse("u", {"u", "v"})
                 .equals(Expression::parse("v", {"u", "v"})));
}
