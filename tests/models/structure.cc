// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/errors.h"
#include "models/balanced_network.h"
#include "models/deep_linear_network.h"
#include "models/dynamics.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace sgdfp;
using dealii::FullMatrix;
using dealii::Point;

namespace
{
  FullMatrix<double> matrix(const unsigned int         n,
                            const std::vector<double> &entries)
  {
    FullMatrix<double> m(n, entries.size() / n);
    for (unsigned int i = 0; i < entries.size(); ++i)
      m(i / m.n(), i % m.n()) = entries[i];
    return m;
  }



  DataMoments scalar_data()
  {
    return DataMoments::gaussian(matrix(1, {1}), matrix(1, {1}), 0.5);
  }



  DataMoments two_modes()
  {
    return DataMoments::gaussian(matrix(2, {1, 0.3, 0.3, 2}),
                                 matrix(2, {1, 0.2, 0, 0.5}),
                                 0.5);
  }



  NetworkStructure structure(const std::string &kind,
                             const std::string &shared = "none",
                             const std::string &slice  = "")
  {
    NetworkStructure s;
    s.structure      = kind;
    s.shared_weights = shared;
    s.slice          = slice;
    return s;
  }



  /// Everything with a derivative against central differences.
  template <int dim>
  void expect_consistent_derivatives(const Loss<dim> &loss, const Point<dim> &x)
  {
    NoiseParameters     noise;
    OptimiserParameters optimiser;
    for (const char *calculus : {"ito", "midpoint", "isothermal"})
      {
        noise.calculus = calculus;
        const Dynamics<dim> dynamics(
          std::shared_ptr<const Loss<dim>>(&loss, [](const Loss<dim> *) {}),
          noise,
          optimiser);
        const auto here = dynamics.flux(x, MatrixFieldDerivatives::all);
        for (unsigned int l = 0; l < dim; ++l)
          {
            const double h     = 1e-5;
            Point<dim>   right = x, left = x;
            right[l] += h;
            left[l] -= h;
            const auto a = dynamics.flux(right, MatrixFieldDerivatives::all);
            const auto b = dynamics.flux(left, MatrixFieldDerivatives::all);
            // Truncation and cancellation of the difference quotients.
            const double scale =
              1e-8 * (1 + here.drift_gradient.norm() +
                      here.diffusion.divergence_gradient.norm());
            EXPECT_NEAR((loss.value(right) - loss.value(left)) / (2 * h),
                        loss.gradient(x)[l],
                        scale);
            for (unsigned int i = 0; i < dim; ++i)
              {
                EXPECT_NEAR((loss.gradient(right)[i] - loss.gradient(left)[i]) /
                              (2 * h),
                            loss.hessian(x)[l][i],
                            scale);
                EXPECT_NEAR((a.drift[i] - b.drift[i]) / (2 * h),
                            here.drift_gradient[l][i],
                            scale)
                  << calculus;
                EXPECT_NEAR((a.diffusion.divergence[i] -
                             b.diffusion.divergence[i]) /
                              (2 * h),
                            here.diffusion.divergence_gradient[l][i],
                            scale);
              }
          }
      }
  }
} // namespace



// A chain of five equal layers: f = w^5 x.
TEST(NetworkLayout, SharedWeightsMakeADeepChainOneParameter)
{
  const std::vector<unsigned int> widths(6, 1);
  const NetworkLayout layout = structure("full", "1,2,3,4,5").layout(widths, 1);
  const DeepLinearNetwork<1> network(layout, scalar_data(), 0.1);
  const Point<1>             w(1.2);
  const double               P = std::pow(1.2, 5);
  EXPECT_NEAR(network.value(w),
              0.5 * ((P - 1) * (P - 1) + 0.25) + 0.05 * 1.44,
              1e-14);
  EXPECT_NEAR(network.gradient(w)[0],
              (P - 1) * 5 * std::pow(1.2, 4) + 0.1 * 1.2,
              1e-13);
  // c (dP/dw)^2
  EXPECT_NEAR(
    network.gradient_covariance(w, MatrixFieldDerivatives::all).value[0][0],
    (2 * (P - 1) * (P - 1) + 0.25) * std::pow(5 * std::pow(1.2, 4), 2),
    1e-11);
  expect_consistent_derivatives(network, w);
  EXPECT_EQ(network.layers(w).size(), 5u);
}



// Two modes, one layer each way: elementwise products.
TEST(NetworkLayout, DiagonalNetworksMultiplyElementwise)
{
  const NetworkLayout layout =
    structure("diagonal", "1,2").layout({2, 2, 2}, 2);
  const DeepLinearNetwork<2> network(layout, two_modes(), 0.);
  const Point<2>             x(0.7, -1.1);
  const auto                 P = network.end_to_end(x);
  EXPECT_DOUBLE_EQ(P(0, 0), 0.49);
  EXPECT_DOUBLE_EQ(P(1, 1), 1.21);
  EXPECT_EQ(P(0, 1), 0);
  expect_consistent_derivatives(network, x);

  const DeepLinearNetwork<3> chain(
    structure("diagonal").layout({1, 1, 1, 1}, 3), scalar_data(), 0.);
  EXPECT_DOUBLE_EQ(chain.end_to_end(Point<3>(2, 3, 4))(0, 0), 24);
}



TEST(NetworkLayout, SliceProjectsTheMotion)
{
  const DeepLinearNetwork<2> whole({1, 1, 1}, scalar_data(), 0.05);
  // u = v = theta: invariant under SGD, and moving like u itself.
  const DeepLinearNetwork<1> diagonal(
    structure("full", "none", "0,0; 1,1").layout({1, 1, 1}, 1),
    scalar_data(),
    0.05);
  const Point<1> t(0.8);
  const Point<2> uv(0.8, 0.8);
  EXPECT_NEAR(diagonal.value(t), whole.value(uv), 1e-14);
  EXPECT_NEAR(diagonal.velocity(t)[0], -whole.gradient(uv)[0], 1e-14);
  EXPECT_NEAR(
    diagonal.gradient_covariance(t, MatrixFieldDerivatives::all).value[0][0],
    whole.gradient_covariance(uv, MatrixFieldDerivatives::all).value[0][0],
    1e-13);
  EXPECT_NEAR(diagonal.slice_leak(t)->normal_gradient, 0, 1e-25);
  EXPECT_NEAR(diagonal.slice_leak(t)->normal_noise, 0, 1e-25);
  expect_consistent_derivatives(diagonal, t);

  // v = 1 held fixed: d_v L leaves.
  const DeepLinearNetwork<1> fixed(
    structure("full", "none", "0,1; 1,0").layout({1, 1, 1}, 1),
    scalar_data(),
    0.05);
  const auto leak     = fixed.slice_leak(t);
  const auto gradient = whole.gradient(Point<2>(0.8, 1));
  const auto C =
    whole.gradient_covariance(Point<2>(0.8, 1), MatrixFieldDerivatives::all);
  EXPECT_NEAR(leak->gradient, gradient.norm_square(), 1e-14);
  EXPECT_NEAR(leak->normal_gradient, gradient[1] * gradient[1], 1e-14);
  EXPECT_NEAR(leak->noise, trace(C.value), 1e-13);
  EXPECT_NEAR(leak->normal_noise, C.value[1][1], 1e-13);
  EXPECT_FALSE(whole.slice_leak(uv));

  // Isotropic noise of the weights is (P^T P)^-1 in the coordinates, and the
  // law Gibbs.
  NoiseParameters noise;
  noise.type        = "isotropic";
  noise.temperature = 0.1;
  const Dynamics<1> dynamics(std::make_shared<DeepLinearNetwork<1>>(diagonal),
                             noise,
                             OptimiserParameters());
  EXPECT_NEAR(dynamics.diffusion(t, MatrixFieldDerivatives::all).value[0][0],
              0.05,
              1e-15);
  EXPECT_NEAR(*dynamics.isotropic_temperature(), 0.1, 1e-15);
}



TEST(NetworkLayout, RefusesWhatDoesNotFit)
{
  using Widths = std::vector<unsigned int>;
  EXPECT_THROW(structure("diagonal").layout({2, 1, 1}, 3), EntryError);
  EXPECT_THROW(structure("balanced", "1,2").layout({1, 1, 1}, 1), EntryError);
  EXPECT_THROW(structure("full").layout({2, 2}, 3), EntryError);
  for (const char *bad : {"1,3", "1,x", "1,2;2,3", "0,1"})
    EXPECT_THROW(structure("full", bad).layout(Widths(3, 1), 1), EntryError)
      << bad;
  EXPECT_THROW(structure("full", "1,2").layout({2, 1, 1}, 1), EntryError);
  for (const char *bad : {"0,0", "0,0;1", "0,0;1,x", "0,0;0,0", "0,0;1,0;0,1"})
    EXPECT_THROW(structure("full", "none", bad).layout({1, 1, 1}, 1),
                 EntryError)
      << bad;
}



// Anchor B4: the coefficients for N layers.
TEST(BalancedNetwork, HasTheCoefficientsOfTheAnchor)
{
  for (const unsigned int N : {1, 2, 3, 5})
    {
      const BalancedNetwork<1> network(NetworkLayout::diagonal({1, 1}),
                                       N,
                                       scalar_data(),
                                       0.);
      const double             w = 0.7, n = N, f = 0.05;
      const double             c = 2 * (w - 1) * (w - 1) + 0.25;
      const Point<1>           x(w);
      EXPECT_NEAR(network.velocity(x)[0] +
                    f * network.noise_induced_drift(x, 0).value[0],
                  -(w - 1) * n * std::pow(w, 2 - 2 / n) +
                    f * c * n * (n - 1) * std::pow(w, 3 - 4 / n),
                  1e-13);
      EXPECT_NEAR(
        network.gradient_covariance(x, MatrixFieldDerivatives::all).value[0][0],
        c * std::pow(n * std::pow(w, 2 - 2 / n), 2),
        1e-12);
      expect_consistent_derivatives(network, x);
      EXPECT_EQ(network.layers(x).size(), N);
    }
  const BalancedNetwork<2> two(NetworkLayout::diagonal({2, 2}),
                               3,
                               two_modes(),
                               0.1);
  expect_consistent_derivatives(two, Point<2>(0.9, 0.4));
}



// The reduction agrees with the full network: d(uv) by Ito's formula in the
// plane, at u = v, for every calculus.
TEST(BalancedNetwork, IsTheFullNetworkOnItsManifold)
{
  const BalancedNetwork<1>   balanced(NetworkLayout::diagonal({1, 1}),
                                    2,
                                    scalar_data(),
                                    0.1);
  const DeepLinearNetwork<2> full({1, 1, 1}, scalar_data(), 0.1);
  const double               u = 0.9, f = 0.05;
  const Point<2>             x(u, u);
  const Point<1>             w(u * u);
  const auto C = full.gradient_covariance(x, MatrixFieldDerivatives::all);
  const auto c = balanced.gradient_covariance(w, MatrixFieldDerivatives::all);
  EXPECT_NEAR(balanced.value(w), full.value(x), 1e-14);
  for (const double a : {0., 0.5, 1.})
    {
      // Ito drift of theta is -grad L + a div D; d(uv) adds 2 D_12.
      const auto   drift = -full.gradient(x) + a * f * C.divergence;
      const double ito   = u * (drift[0] + drift[1]) + 2 * f * C.value[0][1];
      EXPECT_NEAR(balanced.velocity(w)[0] +
                    f * (balanced.noise_induced_drift(w, a).value[0] +
                         a * c.divergence[0]),
                  ito,
                  1e-13);
    }
  EXPECT_NEAR(c.value[0][0],
              u * u * (C.value[0][0] + 2 * C.value[0][1] + C.value[1][1]),
              1e-13);
}
