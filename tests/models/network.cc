// SPDX-License-Identifier: GPL-3.0-or-later
// Anchors B1 and B2 of the reference values, and derivatives against central
// differences (the only place where differences are taken).
#include "models/deep_linear_network.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace sgdfp;
using dealii::FullMatrix;
using dealii::Point;

namespace
{
  FullMatrix<double> matrix(const unsigned int         m,
                            const unsigned int         n,
                            const std::vector<double> &entries)
  {
    return FullMatrix<double>(m, n, entries.data());
  }

  constexpr double exact = 1e-12; // relative, anchors are given to 15 digits

  void expect_close(const double value, const double expected)
  {
    EXPECT_NEAR(value, expected, exact * std::max(1., std::abs(expected)));
  }



  DeepLinearNetwork<2> two_layer()
  {
    return {{1, 1, 1},
            DataMoments::gaussian(matrix(1, 1, {2.25}), matrix(1, 1, {1}), 0.5),
            0.};
  }



  // Parameters in the order (b1, b2, a): W_1 = (b1, b2), W_2 = (a).
  DeepLinearNetwork<3> two_inputs(const double weight_decay = 0)
  {
    return {{2, 1, 1},
            DataMoments::gaussian(matrix(2, 2, {1, 0.25, 0.25, 2.25}),
                                  matrix(1, 2, {1, 0.5}),
                                  0.5),
            weight_decay};
  }



  /// Compares every derivative of loss and covariance with differences.
  template <int dim>
  void expect_derivatives(const Loss<dim> &loss, const Point<dim> &theta)
  {
    constexpr double h = 1e-5, tolerance = 1e-6;
    const auto       H = loss.hessian(theta);
    const auto C = loss.gradient_covariance(theta, MatrixFieldDerivatives::all);
    dealii::Tensor<1, dim> divergence;
    for (unsigned int l = 0; l < dim; ++l)
      {
        Point<dim> above = theta, below = theta;
        above[l] += h;
        below[l] -= h;
        EXPECT_NEAR((loss.value(above) - loss.value(below)) / (2 * h),
                    loss.gradient(theta)[l],
                    tolerance);
        const auto dg = (loss.gradient(above) - loss.gradient(below)) / (2 * h);
        const auto up =
          loss.gradient_covariance(above, MatrixFieldDerivatives::all);
        const auto down =
          loss.gradient_covariance(below, MatrixFieldDerivatives::all);
        for (unsigned int i = 0; i < dim; ++i)
          {
            EXPECT_NEAR(dg[i], H[l][i], tolerance);
            EXPECT_NEAR((up.divergence[i] - down.divergence[i]) / (2 * h),
                        C.divergence_gradient[l][i],
                        tolerance);
            divergence[i] += (up.value[i][l] - down.value[i][l]) / (2 * h);
            for (unsigned int j = 0; j < dim; ++j)
              EXPECT_NEAR((up.value[i][j] - down.value[i][j]) / (2 * h),
                          C.gradient[l][i][j],
                          tolerance);
          }
      }
    EXPECT_NEAR((divergence - C.divergence).norm(), 0, tolerance);
  }
} // namespace



TEST(DeepLinearNetwork, TwoLayersMatchAnchorB1)
{
  const auto     network = two_layer();
  const Point<2> theta(1.2, 0.5);
  expect_close(network.value(theta), 0.305);
  expect_close(network.gradient(theta)[0], -0.45);
  expect_close(network.gradient(theta)[1], -1.08);
  const auto C =
    network.gradient_covariance(theta, MatrixFieldDerivatives::divergence);
  expect_close(C.value[0][0], 0.545625);
  expect_close(C.value[0][1], 1.3095);
  expect_close(C.value[1][1], 3.1428);
  expect_close(C.divergence[0], -4.2255);
  expect_close(C.divergence[1], -15.33555);
  const auto sharpness = eigenvalues(network.hessian(theta));
  expect_close(sharpness[0], 3.31360674052273);
  expect_close(sharpness[1], 0.488893259477266);
}



TEST(DeepLinearNetwork, TwoInputsMatchAnchorB2)
{
  const auto     network = two_inputs();
  const Point<3> theta(0.5, -0.3, 0.8);
  // The anchor's order is (a, b1, b2).
  const std::array<unsigned int, 3> at = {{2, 0, 1}};
  expect_close(network.value(theta), 1.03205);
  const double gradient[]    = {0.152, -0.628, -1.452};
  const double divergence[]  = {10.31678, -2.5330675, -11.754145};
  const double C_exact[3][3] = {{0.80230175, 0.606338, -1.128908},
                                {0.606338, 1.715408, 1.242112},
                                {-1.128908, 1.242112, 5.080608}};
  const auto   C =
    network.gradient_covariance(theta, MatrixFieldDerivatives::divergence);
  for (unsigned int i = 0; i < 3; ++i)
    {
      expect_close(network.gradient(theta)[at[i]], gradient[i]);
      expect_close(C.divergence[at[i]], divergence[i]);
      for (unsigned int j = 0; j < 3; ++j)
        expect_close(C.value[at[i]][at[j]], C_exact[i][j]);
    }
  EXPECT_NEAR(determinant(C.value), 0, 1e-13);
}



TEST(DeepLinearNetwork, DerivativesAgreeWithDifferences)
{
  expect_derivatives(two_layer(), Point<2>(1.2, 0.5));
  expect_derivatives(two_inputs(0.3), Point<3>(0.5, -0.3, 0.8));
  const DeepLinearNetwork<3> deep({1, 1, 1, 1},
                                  DataMoments::gaussian(matrix(1, 1, {1.5}),
                                                        matrix(1, 1, {0.7}),
                                                        0.4),
                                  0.1);
  expect_derivatives(deep, Point<3>(0.9, -1.1, 0.6));
  const DeepLinearNetwork<3> two_outputs(
    {1, 1, 2},
    DataMoments::gaussian(matrix(1, 1, {1.5}), matrix(2, 1, {0.7, -0.2}), 0.4),
    0.);
  expect_derivatives(two_outputs, Point<3>(0.9, -1.1, 0.6));
}



TEST(DeepLinearNetwork, ScalarChainHasTheClosedFormCovariance)
{
  // C = c g g^T, c = 2 s^4 Delta^2 + s^2 sig^2, g = grad P
  const double               s2 = 1.3, sigma = 0.6, w = 0.8;
  const DeepLinearNetwork<3> network({1, 1, 1, 1},
                                     DataMoments::gaussian(matrix(1, 1, {s2}),
                                                           matrix(1, 1, {w}),
                                                           sigma),
                                     0.);
  const Point<3>             theta(1.1, -0.7, 0.4);
  const double               P = theta[0] * theta[1] * theta[2];
  const dealii::Tensor<1, 3> g(
    {theta[1] * theta[2], theta[0] * theta[2], theta[0] * theta[1]});
  const double c = 2 * s2 * s2 * (P - w) * (P - w) + s2 * sigma * sigma;
  const auto   C =
    network.gradient_covariance(theta, MatrixFieldDerivatives::divergence);
  EXPECT_NEAR((dealii::Tensor<2, 3>(C.value) - c * outer_product(g, g)).norm(),
              0,
              exact);
}



TEST(DeepLinearNetwork, FixedInputHasOnlyLabelNoise)
{
  const DeepLinearNetwork<2> network(
    {1, 1, 1}, DataMoments::fixed_input({2.}, matrix(1, 1, {1}), 0.5), 0.);
  const Point<2> theta(1.5, 0.4);
  // g = (P x - y) x grad P: variance sigma^2 x^2 times grad P grad P^T
  const auto C =
    network.gradient_covariance(theta, MatrixFieldDerivatives::divergence);
  expect_close(C.value[0][0], 0.25 * 4 * 0.16);
  expect_close(C.value[0][1], 0.25 * 4 * 0.6);
  expect_close(network.value(theta), 0.5 * 4 * 0.16 + 0.125);
}



TEST(DeepLinearNetwork, NoCancellationAtTheMinimumWithoutLabelNoise)
{
  const DeepLinearNetwork<2> network({1, 1, 1},
                                     DataMoments::gaussian(matrix(1, 1, {1}),
                                                           matrix(1, 1, {1}),
                                                           0.),
                                     0.);
  const double               tiny = 1e-9;
  const Point<2>             theta(1 + tiny, 1);
  EXPECT_NEAR(network.value(theta) / (0.5 * tiny * tiny), 1, 1e-6);
  EXPECT_GE(network.value(Point<2>(0.3, 1 / 0.3)), 0);
}
