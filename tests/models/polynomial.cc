// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/polynomial.h"

#include <gtest/gtest.h>

using namespace sgdfp;

TEST(Polynomial, AlgebraAndDerivativesAreExact)
{
  const auto x = Polynomial<2>::variable(0), y = Polynomial<2>::variable(1);
  const auto q = (x * y + Polynomial<2>(-1.)) * (x * y + Polynomial<2>(-1.));
  const dealii::Point<2> p(0.75, -1.5);
  const double           e = 0.75 * -1.5 - 1;
  EXPECT_DOUBLE_EQ(q(p), e * e);
  EXPECT_DOUBLE_EQ(q.derivative(0)(p), 2 * e * -1.5);
  EXPECT_DOUBLE_EQ(q.derivative(1).derivative(0)(p), 2 * e + 2 * -1.5 * 0.75);
  EXPECT_EQ(Polynomial<2>(3.).derivative(0)(p), 0);
}
