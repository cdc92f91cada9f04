// SPDX-License-Identifier: GPL-3.0-or-later
// The equation of second order against the chain it stands for.
#include "models/second_order.h"

#include "base/errors.h"
#include "models/dynamics.h"

#include <deal.II/lac/full_matrix.h>
#include <deal.II/lac/vector.h>

#include <gtest/gtest.h>

#include <cmath>

using namespace sgdfp;
using dealii::FullMatrix;
using dealii::Point;
using dealii::Tensor;

namespace
{
  /// What Dynamics<dim> needs, with MPI_COMM_WORLD.
  struct Problem
  {
    LossParameters      loss;
    OptimiserParameters optimiser;
    NoiseParameters     noise;

    Problem()
    {
      optimiser.drift = "second order";
    }

    template <int dim>
    Dynamics<dim> dynamics() const
    {
      return Dynamics<dim>(make_loss<dim>(loss, {}, "", MPI_COMM_WORLD),
                           noise,
                           optimiser);
    }
  };



  Problem two_layers()
  {
    Problem problem;
    problem.loss.weight_decay     = .1;
    problem.loss.widths           = {1, 1, 1};
    problem.loss.input_covariance = {{1.5}};
    problem.loss.teacher          = {{1}};
    problem.loss.label_noise      = .5;
    problem.noise.isotropic_floor = .02;
    return problem;
  }



  /// Layers u = v with the input 1 and label noise: a valley of one parameter.
  Problem valley(const std::string &drift, const double learning_rate)
  {
    Problem problem;
    problem.loss.weight_decay       = .05;
    problem.loss.inputs             = "fixed";
    problem.loss.widths             = {1, 1, 1};
    problem.loss.input_covariance   = {{1}};
    problem.loss.teacher            = {{1}};
    problem.loss.label_noise        = 1;
    problem.loss.structure.slice    = "0,0; 1,1";
    problem.noise.isotropic_floor   = .01; // .005 in the parameter
    problem.optimiser.drift         = drift;
    problem.optimiser.learning_rate = learning_rate;
    return problem;
  }



  /// Stationary law of the chain u' = u + eta b + N(0, 2 eta D) at the points
  /// of a grid (trapezoidal rule, spectrally exact for such kernels).
  std::vector<double> law_of_chain(const Dynamics<1>         &first_order,
                                   const double               eta,
                                   const std::vector<double> &x)
  {
    const unsigned int n = x.size();
    FullMatrix<double> A(n, n);
    for (unsigned int j = 0; j < n; ++j)
      {
        const Point<1> u(x[j]);
        const double   mean = x[j] + eta * first_order.drift(u)[0],
                     variance =
                       2 * eta *
                       first_order
                         .diffusion(u, MatrixFieldDerivatives::divergence)
                         .value[0][0];
        double sum = 0;
        for (unsigned int i = 0; i < n; ++i)
          sum += A(i, j) = std::exp(-std::pow(x[i] - mean, 2) / (2 * variance));
        for (unsigned int i = 0; i < n; ++i)
          A(i, j) /= sum;
        A(j, j) -= 1;
      }
    for (unsigned int j = 0; j < n; ++j)
      A(n / 2, j) = 1;
    A.gauss_jordan();
    std::vector<double> p(n);
    for (unsigned int i = 0; i < n; ++i)
      p[i] = A(i, n / 2);
    return p;
  }



  /// exp(int b/D)/D, without current, with masses that sum to 1
  std::vector<double> law_of_equation(const Dynamics<1>         &dynamics,
                                      const std::vector<double> &x)
  {
    std::vector<double> log_p(x.size()), p(x.size());
    const double        h     = x[1] - x[0];
    const auto          slope = [&](const double y) {
      const auto flux =
        dynamics.flux(Point<1>(y), MatrixFieldDerivatives::divergence);
      return flux.drift[0] / flux.diffusion.value[0][0];
    };
    double largest = 0;
    for (unsigned int i = 1; i < x.size(); ++i)
      {
        log_p[i] =
          log_p[i - 1] +
          h / 6 *
            (slope(x[i - 1]) + 4 * slope((x[i - 1] + x[i]) / 2) + slope(x[i]));
        largest = std::max(largest, log_p[i]);
      }
    double sum = 0;
    for (unsigned int i = 0; i < x.size(); ++i)
      sum += p[i] = std::exp(log_p[i] - largest);
    for (double &value : p)
      value /= sum;
    return p;
  }



  double distance(const std::vector<double> &p, const std::vector<double> &q)
  {
    double sum = 0;
    for (unsigned int i = 0; i < p.size(); ++i)
      sum += std::abs(p[i] - q[i]) / 2;
    return sum;
  }



  /// S of the linear drift -K theta: K S + S K^T = 2 D
  std::array<double, 3> covariance(const Dynamics<2> &dynamics)
  {
    const auto flux =
      dynamics.flux(Point<2>(.3, -.2), MatrixFieldDerivatives::all);
    const auto        &D = flux.diffusion.value;
    FullMatrix<double> A(3, 3);
    Tensor<2, 2>       K;
    for (unsigned int i = 0; i < 2; ++i)
      for (unsigned int j = 0; j < 2; ++j)
        K[i][j] = -flux.drift_gradient[j][i];
    A(0, 0) = 2 * K[0][0];
    A(0, 1) = 2 * K[0][1];
    A(1, 0) = K[1][0];
    A(1, 1) = K[0][0] + K[1][1];
    A(1, 2) = K[0][1];
    A(2, 1) = 2 * K[1][0];
    A(2, 2) = 2 * K[1][1];
    dealii::Vector<double> b(3), S(3);
    b[0] = 2 * D[0][0];
    b[1] = 2 * D[0][1];
    b[2] = 2 * D[1][1];
    A.gauss_jordan();
    A.vmult(S, b);
    return {{S[0], S[1], S[2]}};
  }



  Problem quadratic(const double eta)
  {
    Problem problem;
    problem.loss.type               = "quadratic";
    problem.loss.hessian            = {{1, 0}, {0, 3}};
    problem.loss.minimum            = {0, 0};
    problem.noise.type              = "constant";
    problem.noise.diffusion         = {{eta, eta / 2}, {eta / 2, 1.5 * eta}};
    problem.optimiser.learning_rate = eta;
    return problem;
  }
} // namespace



// Anchor G
TEST(SecondOrder, CovarianceOfAQuadratic)
{
  const auto S = covariance(quadratic(.2).dynamics<2>());
  EXPECT_NEAR(S[0], 0.218181818181818, 1e-13);
  EXPECT_NEAR(S[1], 0.056, 1e-13);
  EXPECT_NEAR(S[2], 0.123076923076923, 1e-13);
}



// S is of the order of eta; the first order is wrong by eta^2, this by eta^3.
TEST(SecondOrder, ErrorOfTheCovarianceIsOfThirdOrder)
{
  const double                h[] = {1, 3}, C[] = {2, 3};
  std::array<double, 3>       error{};
  const std::array<double, 3> eta = {{.04, .02, .01}};
  for (unsigned int k = 0; k < 3; ++k)
    {
      const auto S = covariance(quadratic(eta[k]).dynamics<2>());
      for (unsigned int i = 0; i < 2; ++i)
        error[k] += std::abs(S[2 * i] -
                             eta[k] * C[i] / (2 * h[i] - eta[k] * h[i] * h[i]));
    }
  EXPECT_NEAR(std::log2(error[0] / error[1]), 3, .1);
  EXPECT_NEAR(std::log2(error[1] / error[2]), 3, .05);
}



// numerics.md, 7: distances of .0128, .0285, .0772 at first order. The second
// is closer, and its distance falls by more than half with eta.
TEST(SecondOrder, CloserToTheChainThanTheFirst)
{
  const unsigned int  n = 801;
  std::vector<double> x(n);
  for (unsigned int i = 0; i < n; ++i)
    x[i] = 2.4 * (2. * i / (n - 1) - 1);
  const double          eta[]   = {.05, .1, .2};
  const double          known[] = {.0128, .0285, .0772};
  std::array<double, 3> second;
  for (unsigned int k = 0; k < 3; ++k)
    {
      const auto ito   = valley("gradient flow", eta[k]).dynamics<1>();
      const auto chain = law_of_chain(ito, eta[k], x);
      EXPECT_NEAR(distance(law_of_equation(ito, x), chain),
                  known[k],
                  .02 * known[k]);
      second[k] =
        distance(law_of_equation(valley("second order", eta[k]).dynamics<1>(),
                                 x),
                 chain);
      EXPECT_LT(second[k], .9 * known[k]);
    }
  EXPECT_GT(second[1] / second[0], 2.8);
  EXPECT_GT(second[2] / second[1], 2.8);
}



// Against -grad(L + eta/4 |grad L|^2) + (eta/2) D_jk d_jk grad L and
// D + (eta/2) (H D + D H + (grad L . grad) D), from other derivatives.
TEST(SecondOrder, DriftAndDiffusionOfANetwork)
{
  Problem        problem = two_layers();
  const auto     second  = problem.dynamics<2>();
  const double   eta     = problem.optimiser.learning_rate;
  const Point<2> theta(.7, -.4);
  problem.optimiser.drift = "gradient flow";
  const auto  first       = problem.dynamics<2>();
  const auto  flux        = first.flux(theta, MatrixFieldDerivatives::all);
  const auto &D           = flux.diffusion;
  const auto  hessian     = [&](const Point<2> &y) {
    return Tensor<2, 2>(first.loss().hessian(y));
  };
  const Tensor<1, 2> g = first.loss().gradient(theta);
  const Tensor<2, 2> H = hessian(theta), D_value(D.value);

  Tensor<1, 2> b    = -g - eta / 2 * (H * g);
  Tensor<2, 2> A    = D_value + eta / 2 * (H * D_value + D_value * H);
  const double step = 1e-4;
  for (unsigned int k = 0; k < 2; ++k)
    {
      Point<2> left = theta, right = theta;
      left[k] -= step;
      right[k] += step;
      const Tensor<2, 2> third = (hessian(right) - hessian(left)) / (2 * step);
      b += eta / 2 * (third * D_value[k]);
      A += eta / 2 * g[k] * D.gradient[k];
    }
  EXPECT_LT((second.drift(theta) - b).norm(), 1e-7 * b.norm());
  EXPECT_LT((Tensor<2, 2>(
               second.diffusion(theta, MatrixFieldDerivatives::all).value) -
             A)
              .norm(),
            1e-12 * A.norm());
}



TEST(SecondOrder, DerivativesAreThoseOfItsValues)
{
  const auto     dynamics = two_layers().dynamics<2>();
  const Point<2> theta(.7, -.4);
  const auto     at = [&](const Point<2> &y) {
    return dynamics.flux(y, MatrixFieldDerivatives::all);
  };
  const auto   here = at(theta);
  const double step = 1e-4;
  Tensor<1, 2> divergence;
  for (unsigned int l = 0; l < 2; ++l)
    {
      Point<2> left = theta, right = theta;
      left[l] -= step;
      right[l] += step;
      const auto low = at(left), high = at(right);
      const auto slope_of_D =
        (high.diffusion.value - low.diffusion.value) / (2 * step);
      for (unsigned int i = 0; i < 2; ++i)
        {
          EXPECT_NEAR(here.drift_gradient[l][i],
                      (high.drift[i] - low.drift[i]) / (2 * step),
                      1e-6);
          EXPECT_NEAR(here.diffusion.divergence_gradient[l][i],
                      (high.diffusion.divergence[i] -
                       low.diffusion.divergence[i]) /
                        (2 * step),
                      1e-6);
          divergence[i] += slope_of_D[i][l];
          for (unsigned int j = 0; j < 2; ++j)
            EXPECT_NEAR(here.diffusion.gradient[l][i][j],
                        slope_of_D[i][j],
                        1e-6);
        }
    }
  EXPECT_LT((here.diffusion.divergence - divergence).norm(), 1e-6);
}



TEST(SecondOrder, Refusals)
{
  Problem problem        = two_layers();
  problem.noise.calculus = "isothermal";
  EXPECT_THROW(problem.dynamics<2>(), EntryError);

  problem            = two_layers();
  problem.loss.type  = "expression";
  problem.noise.type = "isotropic";
  EXPECT_THROW(problem.dynamics<2>(), EntryError);

  // 1 + eta (H - ..) < 0 at the saddle
  problem                         = two_layers();
  problem.optimiser.learning_rate = 2;
  problem.loss.teacher            = {{3}};
  const auto dynamics             = problem.dynamics<2>();
  EXPECT_THROW(dynamics.check_at(Point<2>(0, 0)), EntryError);
  EXPECT_FALSE(dynamics.isotropic_temperature());
}
