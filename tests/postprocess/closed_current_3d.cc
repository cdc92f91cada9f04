// SPDX-License-Identifier: GPL-3.0-or-later
// The closed current in three dimensions.
#include "tests/postprocess/closed_current.h"

using namespace sgdfp;

namespace
{
  /// L = 1/2 (u^2 + 2 v^2 + 3 w^2) with correlated noise, Q2.
  struct Ellipsoid
  {
    explicit Ellipsoid(const unsigned int refinement)
    {
      const double                  h[]     = {1, 2, 3};
      const double                  d[3][3] = {{0.2, 0.1, 0.05},
                                               {0.1, 0.3, -0.05},
                                               {0.05, -0.05, 0.4}};
      dealii::SymmetricTensor<2, 3> hessian;
      Tensor<2, 3>                  D, S, H;
      for (unsigned int i = 0; i < 3; ++i)
        {
          hessian[i][i] = H[i][i] = h[i];
          for (unsigned int j = 0; j < 3; ++j)
            {
              D[i][j] = d[i][j];
              S[i][j] = 2 * d[i][j] / (h[i] + h[j]);
            }
        }
      problem.loss =
        std::make_shared<QuadraticLoss<3>>(hessian, Tensor<1, 3>(), 0.);
      problem.noise.type                       = "constant";
      problem.noise.diffusion                  = {{0.2, 0.1, 0.05},
                                                  {0.1, 0.3, -0.05},
                                                  {0.05, -0.05, 0.4}};
      problem.discretisation_parameters.degree = 2;
      problem.use_box(1, refinement);
      for (unsigned int i = 0; i < 3; ++i)
        {
          problem.domain.upper[i] = 5 * std::sqrt(S[i][i]);
          problem.domain.lower[i] = -problem.domain.upper[i];
        }
      precision = invert(S);
      rotation  = D * precision - H;
    }

    Tensor<1, 3> current(const Point<3> &x) const
    {
      const double p = std::exp(-0.5 * (x * (precision * x))) *
                       std::sqrt(determinant(precision) /
                                 std::pow(2 * dealii::numbers::PI, 3));
      return p * (rotation * x);
    }

    Problem<3>   problem;
    Tensor<2, 3> precision, rotation;
  };
} // namespace



TEST(ClosedCurrent, ClosesInThreeDimensions)
{
  Ellipsoid              ellipsoid(3);
  const ClosedCurrent<3> closed(ellipsoid.problem.solve());
  ASSERT_EQ(closed.why_missing(), "");
  const auto current = report(closed);
  expect_closed<3>(current);
  const Errors error =
    errors<3>(closed, [&](const Point<3> &x) { return ellipsoid.current(x); });
  EXPECT_LT(error.closed, 1.05 * error.direct);
  EXPECT_TRUE(current["stream_function_range"].is_null());
  // curl J = 2 omega p at the origin, where p is greatest and J = 0.
  Tensor<1, 3> turn;
  const auto  &M = ellipsoid.rotation;
  turn[0]        = M[2][1] - M[1][2];
  turn[1]        = M[0][2] - M[2][0];
  turn[2]        = M[1][0] - M[0][1];
  for (unsigned int d = 0; d < 3; ++d)
    EXPECT_NEAR(current["strongest_loop"]["axis"][d].get<double>(),
                turn[d] / turn.norm(),
                0.1);
}



TEST(ClosedCurrent, ClosesInThreeDimensionsWithHangingNodes)
{
  Ellipsoid              ellipsoid(2);
  const ClosedCurrent<3> closed(solve_on_refined_mesh(ellipsoid.problem));
  ASSERT_EQ(closed.why_missing(), "");
  expect_closed<3>(report(closed));
}



TEST(ClosedCurrent, SaysWhenItIsTooLarge)
{
  Ellipsoid              ellipsoid(2);
  const ClosedCurrent<3> closed(ellipsoid.problem.solve(), 100);
  EXPECT_NE(closed.why_missing().find("more than the limit of 100"),
            std::string::npos);
  const auto current = report(closed);
  EXPECT_TRUE(current["closed_l1"].is_null());
  EXPECT_TRUE(current["strongest_loop"].is_null());
}
