// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/local_law.h"

#include "tests/problem.h"

#include <gtest/gtest.h>

using namespace sgdfp;
using dealii::Point;
using dealii::Tensor;

namespace
{
  /// p = e^l u with l = -x^2 + xy/3, u = 1 + x y^2/10 around a point.
  LocalLaw<2> local(const Point<2> &p)
  {
    const double x = p[0], y = p[1];
    LocalLaw<2>  law;
    law.l      = -x * x + x * y / 3;
    law.grad_l = Tensor<1, 2>({-2 * x + y / 3, x / 3});
    law.hess_l = Tensor<2, 2>({{-2, 1. / 3}, {1. / 3, 0}});
    law.u      = 1 + x * y * y / 10;
    law.grad_u = Tensor<1, 2>({y * y / 10, x * y / 5});
    law.hess_u = Tensor<2, 2>({{0, y / 5}, {y / 5, x / 5}});
    return law;
  }
} // namespace



TEST(LocalLaw, GradientsOfCurrentAndVelocityAgreeWithDifferences)
{
  auto problem = scalar_network<2>(0.1, 0.2, 0.05);
  problem->use_box(1, 0);
  problem->prepare();
  const auto flux = [&](const Point<2> &p) {
    return problem->dynamics->flux(p, MatrixFieldDerivatives::all);
  };
  const Point<2>   theta(0.8, -0.6);
  constexpr double h = 1e-5, tolerance = 1e-7;
  const auto       dJ = local(theta).current_gradient(flux(theta));
  const auto       dv = local(theta).velocity_gradient(flux(theta));
  for (unsigned int i = 0; i < 2; ++i)
    {
      Point<2> above = theta, below = theta;
      above[i] += h;
      below[i] -= h;
      const auto J = (local(above).current(flux(above)) -
                      local(below).current(flux(below))) /
                     (2 * h);
      const auto v = (local(above).velocity(flux(above)) -
                      local(below).velocity(flux(below))) /
                     (2 * h);
      EXPECT_NEAR((J - dJ[i]).norm(), 0, tolerance);
      EXPECT_NEAR((v - dv[i]).norm(), 0, tolerance);
    }
  EXPECT_NEAR((local(theta).velocity(flux(theta)) * local(theta).density() -
               local(theta).current(flux(theta)))
                .norm(),
              0,
              1e-14);
}
