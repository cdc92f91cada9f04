// SPDX-License-Identifier: GPL-3.0-or-later
// The edge of stability: central flow, its complementarity problem, and the
// sharpness that batches feel.
#include "models/central_flow.h"

#include "base/errors.h"
#include "models/dynamics.h"
#include "models/edge_of_stability.h"
#include "models/top_eigenvalue.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <random>

using namespace sgdfp;
using dealii::FullMatrix;
using dealii::Point;
using dealii::Tensor;

namespace
{
  struct Problem
  {
    LossParameters      loss;
    OptimiserParameters optimiser;
    NoiseParameters     noise;
    Vocabulary          vocabulary;

    template <int dim>
    Dynamics<dim> dynamics() const
    {
      return Dynamics<dim>(make_loss<dim>(loss, vocabulary, "", MPI_COMM_WORLD),
                           noise,
                           optimiser,
                           vocabulary);
    }
  };



  /// Label-noise SGD on the two-layer network.
  Problem label_noise(const double learning_rate)
  {
    Problem problem;
    problem.loss.weight_decay       = .05;
    problem.loss.widths             = {1, 1, 1};
    problem.loss.inputs             = "fixed";
    problem.loss.input_covariance   = {{1}};
    problem.loss.teacher            = {{1}};
    problem.loss.label_noise        = .1;
    problem.noise.isotropic_floor   = .002;
    problem.optimiser.learning_rate = learning_rate;
    problem.optimiser.drift         = "central flow";
    return problem;
  }



  FullMatrix<double> random_matrix(const unsigned int n, std::mt19937 &engine)
  {
    std::normal_distribution<double> normal;
    FullMatrix<double>               X(n, n);
    for (unsigned int i = 0; i < n; ++i)
      for (unsigned int j = i; j < n; ++j)
        X(i, j) = X(j, i) = normal(engine);
    return X;
  }



  double least_eigenvalue(const FullMatrix<double> &X)
  {
    dealii::SymmetricTensor<2, 3> T;
    for (unsigned int i = 0; i < 3; ++i)
      for (unsigned int j = i; j < 3; ++j)
        T[i][j] = (j < X.n() ? X(i, j) : (i == j ? 1e3 : 0.));
    // The closed form of eigenvalues() has half of the digits.
    return dealii::eigenvectors(
             T, dealii::SymmetricTensorEigenvectorMethod::jacobi)[2]
      .first;
  }
} // namespace



TEST(TopEigenvalue, IsTheLargestButForCrossings)
{
  const double                         width = .1;
  std::array<std::array<double, 2>, 2> H     = {{{{1., -.7}}, {{-.7, 2.}}}};
  const auto                           value = [](const double x) { return x; };
  const SmoothTopEigenvalue<2, double> top(H, width, value);
  const double                         r = std::hypot(.5, .7);
  EXPECT_NEAR(top.value, 1.5 + r, 2 * width * std::exp(-2 * r / width));
  EXPECT_NEAR(top.projector[0][0] + top.projector[1][1], 1, 1e-14);
  EXPECT_NEAR(top.projector[0][1], -.7 / (2 * r), 1e-6);
  // At a crossing it is smooth: log 2 widths above, and no direction.
  H = {{{{3., 0.}}, {{0., 3.}}}};
  const SmoothTopEigenvalue<2, double> crossing(H, width, value);
  EXPECT_NEAR(crossing.value, 3 + width * std::log(2), 1e-13);
  EXPECT_NEAR(crossing.projector[0][0], .5, 1e-14);
  // Far apart, where exp(H/s) overflows
  H = {{{{5000., 0.}}, {{0., -3.}}}};
  const SmoothTopEigenvalue<2, double> steep(H, width, value);
  EXPECT_NEAR(steep.value, 5000, 1e-8);
  // The way of three dimensions, on the same matrix and a third one far below
  const std::array<std::array<double, 3>, 3> G = {
    {{{1., -.7, 0.}}, {{-.7, 2., 0.}}, {{0., 0., -30.}}}};
  const SmoothTopEigenvalue<3, double> three(G, width, value);
  EXPECT_NEAR(three.value, top.value, 1e-13);
  EXPECT_NEAR(three.projector[0][1], top.projector[0][1], 1e-13);
}



TEST(CentralFlow, DerivativesAreThoseOfItsValues)
{
  for (const Point<2> theta :
       {Point<2>(.7, -.4), Point<2>(1.1, .8), Point<2>(.71, .7)})
    {
      const auto dynamics = label_noise(.7).dynamics<2>();
      const auto at       = [&](const Point<2> &y) {
        return dynamics.flux(y, MatrixFieldDerivatives::all);
      };
      const auto   here = at(theta);
      const double step = 1e-4;
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
                          2e-5);
              EXPECT_NEAR(here.diffusion.divergence_gradient[l][i],
                          (high.diffusion.divergence[i] -
                           low.diffusion.divergence[i]) /
                            (2 * step),
                          2e-5);
              for (unsigned int j = 0; j < 2; ++j)
                EXPECT_NEAR(here.diffusion.gradient[l][i][j],
                            slope_of_D[i][j],
                            2e-6);
            }
        }
    }
}



// Below the edge centre and oscillation have the variance of the linear chain.
TEST(CentralFlow, BelowTheEdge)
{
  Problem problem;
  problem.loss.type               = "quadratic";
  problem.loss.hessian            = {{1, 0}, {0, 3}};
  problem.noise.type              = "constant";
  problem.noise.diffusion         = {{1e-5, 2e-6}, {2e-6, 3e-5}};
  problem.noise.isotropic_floor   = 1e-6;
  problem.optimiser.learning_rate = .2;
  problem.optimiser.drift         = "central flow";
  const auto     dynamics         = problem.dynamics<2>();
  const Point<2> theta(.3, -.2);
  const double   chain = 2 * 3.1e-5 / (3 * (2 - .2 * 3));
  const auto     Q     = dynamics.oscillation(theta);
  const auto     D =
    dynamics.diffusion(theta, MatrixFieldDerivatives::divergence).value;
  // The gap is 2, the smoothing s = .05/eta
  const double smoothing = 2 * std::exp(-2 * .2 / .05);
  EXPECT_NEAR(Q[1][1] + D[1][1] / 3, chain, smoothing * chain);
  EXPECT_LT(std::abs(Q[0][1]), smoothing * chain);
  EXPECT_LT(D[1][1], 3.1e-5);
  EXPECT_GT(D[1][1], 1e-6);
  EXPECT_NEAR(D[0][0], 1.1e-5, 1e-8);
  // A quadratic loss has no grad S.
  EXPECT_LT((dynamics.drift(theta) + dynamics.loss().gradient(theta)).norm(),
            1e-13);
}



// From the edge on nothing but the floor moves the centre along e; where L is
// concave it is Ito's equation, and q of the order of eta.
TEST(CentralFlow, ShareOfTheOscillation)
{
  Problem problem;
  problem.vocabulary.variables    = {"u"};
  problem.loss.type               = "expression";
  problem.loss.expression         = "u^4/4 - u^2/2";
  problem.noise.type              = "isotropic";
  problem.noise.temperature       = .01;
  problem.noise.isotropic_floor   = .002;
  problem.optimiser.learning_rate = .5;
  problem.optimiser.drift         = "central flow";
  const auto dynamics             = problem.dynamics<1>();
  const auto D                    = [&](const double u) {
    return dynamics.diffusion(Point<1>(u), MatrixFieldDerivatives::divergence)
      .value[0][0];
  };
  const auto q = [&](const double u) {
    return dynamics.oscillation(Point<1>(u))[0][0];
  };
  // S = 3 u^2 - 1 = -1, and 2/eta = 4
  EXPECT_NEAR(D(0), .012, 1e-15);
  EXPECT_NEAR(q(0), .5 * .012 / (2 * 1.25), 1e-3 * q(0));
  const double edge = std::sqrt(5. / 3);
  EXPECT_NEAR(D(edge), .002, 1e-15);
  EXPECT_NEAR(q(edge), std::sqrt(2 * .012), 1e-13);
  EXPECT_NEAR(D(1.5), .002, 1e-15);
}



// An expression that is a polynomial is one; another one is refused.
TEST(CentralFlow, PolynomialExpressions)
{
  Problem problem              = label_noise(.4);
  problem.vocabulary.variables = {"u", "v"};
  problem.loss.type            = "expression";
  problem.loss.weight_decay    = .05;
  problem.loss.expression      = "0.5*(u*v-1)^2";
  problem.noise.type           = "isotropic";
  problem.noise.temperature    = .01;
  const auto of_expression     = problem.dynamics<2>();
  Problem    network           = label_noise(.4);
  network.noise                = problem.noise;
  const auto     of_network    = network.dynamics<2>();
  const Point<2> theta(1.3, .4);
  EXPECT_LT((of_expression.drift(theta) - of_network.drift(theta)).norm(),
            1e-13);
  problem.loss.expression = "0.5*(u*v-1)^2 + cos(u)";
  EXPECT_THROW(problem.dynamics<2>(), EntryError);
}



TEST(Complementarity, SolvesIt)
{
  std::mt19937 engine(7);
  for (const unsigned int n : {1u, 2u, 3u})
    for (unsigned int trial = 0; trial < 20; ++trial)
      {
        const unsigned int size = n * (n + 1) / 2;
        FullMatrix<double> B(size, size);
        // Of full rank, as that of generic third derivatives is
        for (unsigned int k = 0; k < size + 1; ++k)
          {
            const auto row = svec(random_matrix(n, engine));
            for (unsigned int p = 0; p < size; ++p)
              for (unsigned int q = 0; q < size; ++q)
                B(p, q) += row[p] * row[q];
          }
        const auto a       = svec(random_matrix(n, engine));
        const auto x       = solve_complementarity(a, B, n);
        auto       r       = a;
        double     product = 0;
        for (unsigned int p = 0; p < size; ++p)
          {
            for (unsigned int q = 0; q < size; ++q)
              r[p] += B(p, q) * x[q];
            product += r[p] * x[p];
          }
        double size_of_x = 0, size_of_r = 0;
        for (unsigned int p = 0; p < size; ++p)
          {
            size_of_x = std::max(size_of_x, std::abs(x[p]));
            size_of_r = std::max(size_of_r, std::abs(a[p]));
          }
        size_of_r += B.frobenius_norm() * size_of_x;
        EXPECT_GE(least_eigenvalue(smat(x, n)), -1e-10 * size_of_x);
        EXPECT_GE(least_eigenvalue(smat(r, n)), -1e-8 * size_of_r);
        EXPECT_LE(std::abs(product), 1e-8 * size_of_x * size_of_r);
      }
}



namespace
{
  const std::vector<std::array<double, 2>> rows = {{{.5, 1.}},
                                                   {{-1.2, .3}},
                                                   {{2., 1.5}},
                                                   {{.1, -.4}},
                                                   {{-.7, -1.1}}};

  /// E[g^T H g]/E|g|^2 over all batches of @p B rows, by enumeration
  double by_enumeration(const Point<2>    &theta,
                        const double       decay,
                        const unsigned int B,
                        const bool         with_replacement)
  {
    const double u = theta[0], v = theta[1];
    double       curvature = 0, square = 0;
    const auto   add = [&](const std::vector<unsigned int> &batch) {
      double s = 0, t = 0; // means of x^2, y x
      for (const unsigned int i : batch)
        {
          s += rows[i][0] * rows[i][0] / B;
          t += rows[i][0] * rows[i][1] / B;
        }
      const double e       = u * v * s - t;
      const double g[]     = {v * e + decay * u, u * e + decay * v};
      const double H[2][2] = {{v * v * s + decay, e + u * v * s},
                              {e + u * v * s, u * u * s + decay}};
      for (unsigned int i = 0; i < 2; ++i)
        {
          square += g[i] * g[i];
          for (unsigned int j = 0; j < 2; ++j)
            curvature += g[i] * H[i][j] * g[j];
        }
    };
    for (unsigned int i = 0; i < rows.size(); ++i)
      for (unsigned int j = 0; j < (B == 1 ? 1 : rows.size()); ++j)
        for (unsigned int k = 0; k < (B < 3 ? 1 : rows.size()); ++k)
          {
            if (B >= 2 && !with_replacement &&
                (i == j || (B == 3 && (i == k || j == k))))
              continue;
            add(B == 1 ? std::vector<unsigned int>{i} :
                B == 2 ? std::vector<unsigned int>{i, j} :
                         std::vector<unsigned int>{i, j, k});
          }
    return curvature / square;
  }
} // namespace



TEST(BatchSharpness, OfAFileByEnumeration)
{
  const std::string file =
    "batch_sharpness_" +
    std::to_string(dealii::Utilities::MPI::n_mpi_processes(MPI_COMM_WORLD)) +
    ".csv";
  if (dealii::Utilities::MPI::this_mpi_process(MPI_COMM_WORLD) == 0)
    {
      std::ofstream out(file);
      out << "x1,y1\n";
      for (const auto &row : rows)
        out << row[0] << "," << row[1] << "\n";
    }
  MPI_Barrier(MPI_COMM_WORLD);
  for (const unsigned int B : {1u, 2u, 3u})
    for (const bool with_replacement : {true, false})
      {
        Problem problem;
        problem.loss.weight_decay    = .1;
        problem.loss.widths          = {1, 1, 1};
        problem.loss.data            = "file";
        problem.loss.file            = file;
        problem.optimiser.batch_size = B;
        problem.optimiser.sampling =
          (with_replacement ? "with replacement" : "without replacement");
        problem.noise.isotropic_floor = .1;
        const auto dynamics           = problem.dynamics<2>();
        ASSERT_TRUE(dynamics.batch_sharpness());
        for (const Point<2> theta : {Point<2>(1.2, .3), Point<2>(-.4, .9)})
          EXPECT_NEAR((*dynamics.batch_sharpness())(theta),
                      by_enumeration(theta, .1, B, with_replacement),
                      1e-12);
      }
  MPI_Barrier(MPI_COMM_WORLD);
  if (dealii::Utilities::MPI::this_mpi_process(MPI_COMM_WORLD) == 0)
    std::remove(file.c_str());
}



// x ~ N(0, s), y = w x + e: E of products of up to six Gaussians, in one
// dimension  E x^4 = 3 s^2, E x^6 = 15 s^3.
TEST(BatchSharpness, OfAGaussianPopulation)
{
  Problem problem;
  problem.loss.widths           = {1, 1};
  problem.loss.input_covariance = {{1.5}};
  problem.loss.teacher          = {{.7}};
  problem.loss.label_noise      = .5;
  problem.noise.isotropic_floor = .1;
  const auto   dynamics         = problem.dynamics<1>();
  const double s = 1.5, theta = 1.1, d = theta - .7, n = .25;
  // g = d x^2 - e x, H = x^2
  const double curvature = d * d * 15 * s * s * s + n * 3 * s * s;
  const double square    = d * d * 3 * s * s + n * s;
  ASSERT_TRUE(dynamics.batch_sharpness());
  EXPECT_NEAR((*dynamics.batch_sharpness())(Point<1>(theta)),
              curvature / square,
              1e-12);
}
