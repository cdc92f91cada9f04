// SPDX-License-Identifier: GPL-3.0-or-later
// Training without noise, up to and at the edge of stability (anchors F).
#include "solvers/paths.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace sgdfp;
using dealii::Point;

namespace
{
  template <int dim>
  std::unique_ptr<const Loss<dim>> loss_of(const std::string &expression)
  {
    LossParameters parameters;
    parameters.type       = "expression";
    parameters.expression = expression;
    Vocabulary vocabulary;
    vocabulary.variables = {"x", "y", "z"};
    vocabulary.variables.resize(dim);
    return make_loss<dim>(parameters, vocabulary, "", MPI_COMM_WORLD);
  }
} // namespace



// F1: y ends at 2/eta, x oscillates with the variance 2 k (y0 - 2/eta) = .08.
TEST(Paths, F1HeldAtTheEdge)
{
  const auto     loss = loss_of<2>("0.5*y*x^2 + 0.01*(y-22)^2");
  PathParameters parameters;
  parameters.steps = 40000;
  const Point<2> start(.1, 15);
  const auto     flow =
    follow_path(PathKind::central_flow, *loss, .1, start, parameters);
  EXPECT_NEAR(flow.end[1], 20, 20e-9);
  EXPECT_NEAR(flow.covariance[0][0], .08, 1e-9);
  EXPECT_LT(flow.error, 1e-9);
  const auto descent =
    follow_path(PathKind::gradient_descent, *loss, .1, start, parameters);
  EXPECT_NEAR(descent.covariance[0][0], .08, 1e-7);
  EXPECT_NEAR(flow.covariance[0][0], descent.covariance[0][0], 1e-7);
  EXPECT_NEAR(descent.mean[1], 20, 1e-5);
  // Gradient flow knows of no edge.
  const auto gradient_flow =
    follow_path(PathKind::gradient_flow, *loss, .1, start, parameters);
  EXPECT_NEAR(gradient_flow.end[1], 22, 1e-6);
}



// F2, a negative control: the central flow ends at S = 2/eta = 5, gradient
// descent far below, near 4/eta - S0.
TEST(Paths, F2BeyondTheEdge)
{
  const auto     loss = loss_of<2>("0.5*(x*y-1)^2");
  PathParameters parameters;
  parameters.steps     = 20000;
  const auto sharpness = [&](const Point<2> &theta) {
    return dealii::eigenvalues(loss->hessian(theta))[0];
  };
  const Point<2> start(2.2, .1);
  const auto     flow =
    follow_path(PathKind::central_flow, *loss, .4, start, parameters);
  const auto descent =
    follow_path(PathKind::gradient_descent, *loss, .4, start, parameters);
  EXPECT_NEAR(sharpness(flow.end), 5, 1e-6);
  EXPECT_NEAR(sharpness(descent.end), 3.900792375614, 1e-9);
}



// The flow is of first order in its steps where nothing is critical, and
// follows gradient flow.
TEST(Paths, FirstOrderInTheSteps)
{
  const auto     loss = loss_of<2>("0.5*(x*y-1)^2 + 0.1*x^2");
  PathParameters parameters;
  parameters.steps = 20;
  const Point<2> start(.3, .9);
  const auto     exact =
    follow_path(PathKind::gradient_flow, *loss, .1, start, parameters);
  double error[2];
  for (unsigned int k = 0; k < 2; ++k)
    {
      parameters.substeps = 8 << k;
      const auto flow =
        follow_path(PathKind::central_flow, *loss, .1, start, parameters);
      error[k] = flow.end.distance(exact.end);
      EXPECT_NEAR(flow.error, error[k] / 2, .1 * error[k]);
    }
  EXPECT_NEAR(std::log2(error[0] / error[1]), 1, .05);
}



// Two eigenvalues at the edge at once: L = sum_i y x_i^2/2 + .. with the same
// y for both.  X has the trace 2 k (y0 - 2/eta), however it is shared.
TEST(Paths, TwoCriticalEigenvalues)
{
  const auto     loss = loss_of<3>("0.5*z*(x^2 + y^2) + 0.01*(z-22)^2");
  PathParameters parameters;
  parameters.steps = 4000;
  const Point<3> start(.1, .05, 15);
  const auto     flow =
    follow_path(PathKind::central_flow, *loss, .1, start, parameters);
  EXPECT_NEAR(flow.end[2], 20, 1e-6);
  EXPECT_NEAR(flow.covariance[0][0] + flow.covariance[1][1], .08, 1e-6);
}



// x' = x - eta (x^3 - x): stable below eta = 1, two points beyond, chaos later.
TEST(Paths, PeriodDoubling)
{
  const auto loss = loss_of<1>("0.25*(x^2-1)^2");
  const auto last = bifurcation(*loss, {.5, 1.1, 5.}, Point<1>(.8), 4000, 8);
  for (const auto &x : last[0])
    EXPECT_NEAR(x[0], 1, 1e-10);
  EXPECT_GT(std::abs(last[1][0][0] - last[1][1][0]), .1);
  EXPECT_NEAR(last[1][0][0], last[1][2][0], 1e-8);
  EXPECT_TRUE(last[2].empty()); // leaves every bound
}
