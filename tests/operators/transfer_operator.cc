// SPDX-License-Identifier: GPL-3.0-or-later
// The chain in discrete time, on a mesh.
#include "operators/transfer_operator.h"

#include "operators/oscillating_law.h"
#include "tests/problem.h"

#include <gtest/gtest.h>

using namespace sgdfp;
using dealii::Point;
using dealii::SymmetricTensor;

namespace
{
  /// int_K phi_i N by a rule of 400 points per direction
  template <int dim>
  std::vector<double> by_quadrature(const Point<dim>              &mean,
                                    const SymmetricTensor<2, dim> &S,
                                    const Point<dim>              &lower,
                                    const Point<dim>              &upper,
                                    const unsigned int             degree)
  {
    const dealii::FE_Q<dim>       element(degree);
    const dealii::QIterated<dim>  rule(dealii::QGauss<1>(8), 60);
    const SymmetricTensor<2, dim> inverse = invert(S);
    std::vector<double>           result(element.dofs_per_cell, 0.);
    double                        volume = 1;
    for (unsigned int d = 0; d < dim; ++d)
      volume *= upper[d] - lower[d];
    for (unsigned int q = 0; q < rule.size(); ++q)
      {
        dealii::Tensor<1, dim> x;
        for (unsigned int d = 0; d < dim; ++d)
          x[d] = lower[d] + rule.point(q)[d] * (upper[d] - lower[d]) - mean[d];
        const double weight =
          rule.weight(q) * volume * std::exp(-.5 * (x * (inverse * x))) /
          std::sqrt(std::pow(2 * std::acos(-1.), dim) * determinant(S));
        for (unsigned int i = 0; i < result.size(); ++i)
          result[i] += weight * element.shape_value(i, rule.point(q));
      }
    return result;
  }



  /// Anchor G
  std::unique_ptr<Problem<2>> quadratic(const double       eta,
                                        const unsigned int refinement)
  {
    auto                          problem = std::make_unique<Problem<2>>();
    dealii::SymmetricTensor<2, 2> H;
    H[0][0]             = 1;
    H[1][1]             = 3;
    problem->loss       = std::make_shared<QuadraticLoss<2>>(H, Point<2>(), 0.);
    problem->noise.type = "constant";
    // (eta/2) C
    problem->noise.diffusion = {{eta * 1., eta * .5}, {eta * .5, eta * 1.5}};
    problem->optimiser.learning_rate = eta;
    problem->optimiser.time          = "discrete";
    problem->use_box(3, refinement);
    problem->discretisation_parameters.refinement = "none";
    return problem;
  }
} // namespace



TEST(GaussianMoments, AgreeWithQuadrature)
{
  for (const double scale : {.02, .3, 3.})
    {
      GaussianMoments<1>    line(3);
      SymmetricTensor<2, 1> s;
      s[0][0] = scale * scale;
      line.set_law(Point<1>(.45), s);
      std::vector<double> moments;
      line.integrate(Point<1>(.3), Point<1>(.8), moments);
      const auto expected =
        by_quadrature<1>(Point<1>(.45), s, Point<1>(.3), Point<1>(.8), 3);
      for (unsigned int i = 0; i < moments.size(); ++i)
        EXPECT_NEAR(moments[i], expected[i], 1e-12);
      for (const double rho : {0., .6, -.98})
        {
          GaussianMoments<2>    plane(3);
          SymmetricTensor<2, 2> S;
          S[0][0] = scale * scale;
          S[1][1] = 4 * scale * scale;
          S[0][1] = rho * 2 * scale * scale;
          const Point<2> mean(.45, -.1), lower(.3, -.3), upper(.8, .2);
          plane.set_law(mean, S);
          plane.integrate(lower, upper, moments);
          const auto plane_expected =
            by_quadrature<2>(mean, S, lower, upper, 3);
          for (unsigned int i = 0; i < moments.size(); ++i)
            EXPECT_NEAR(moments[i], plane_expected[i], 1e-9)
              << scale << " " << rho;
        }
    }
}



TEST(TransferOperator, ConservesMassAndIsAdjoint)
{
  auto problem = quadratic(.2, 3);
  problem->prepare();
  TransferOperator<2> generator(*problem->discretisation, *problem->dynamics);
  generator.prepare();
  generator.assemble();
  Vector columns = generator.zero();
  generator.apply_adjoint(columns, generator.left_null_vector());
  EXPECT_LT(columns.linfty_norm(), 1e-12);
  // The test functions see the mass functional: 1^T M
  Vector image = generator.zero();
  generator.mass_matrix().Tvmult(image, generator.left_null_vector());
  image -= generator.mass_functional();
  EXPECT_LT(image.linfty_norm(), 1e-13);
  EXPECT_NEAR(generator.mass_functional().l1_norm(), 36, 1e-12);
}



// Anchor G: S_ij = eta C_ij/(h_i + h_j - eta h_i h_j)
TEST(TransferOperator, CovarianceOfTheQuadratic)
{
  auto                 problem = quadratic(.2, 4);
  const auto          &law     = problem->solve();
  DensityStatistics<2> density(law);
  Summary              summary;
  run_postprocessors<2>(law, {&density}, summary);
  const auto S = summary.json()["moments"]["covariance"];
  EXPECT_NEAR(S[0][0].get<double>(), .222222222, 1e-6);
  EXPECT_NEAR(S[0][1].get<double>(), .0588235294, 1e-6);
  EXPECT_NEAR(S[1][1].get<double>(), .142857143, 1e-6);
}



// The oscillation of a quadratic loss is that of the linear chain, the centre
// a Gaussian: the law of theta is their convolution.
TEST(OscillatingLaw, OfTheQuadratic)
{
  auto problem                   = quadratic(.2, 4);
  problem->noise.diffusion       = {{.2, 0}, {0, .002}};
  problem->noise.isotropic_floor = .1;
  problem->optimiser.time        = "continuous";
  problem->optimiser.drift       = "central flow";
  const auto             &law    = problem->solve();
  const OscillatingLaw<2> oscillating(law, 1e-4, 20000);
  EXPECT_LT(oscillating.error(), 1e-2);
  const auto covariance = [](const Law<2> &of) {
    DensityStatistics<2> density(of);
    Summary              summary;
    run_postprocessors<2>(of, {&density}, summary);
    return summary.json()["moments"]["covariance"];
  };
  const auto before = covariance(law), after = covariance(oscillating.law());
  const auto Q = problem->dynamics->oscillation(Point<2>());
  EXPECT_NEAR(after[1][1].get<double>(),
              before[1][1].get<double>() + Q[1][1],
              1e-6);
  EXPECT_NEAR(after[0][0].get<double>(),
              before[0][0].get<double>() + Q[0][0],
              1e-6);
  EXPECT_NEAR(oscillating.variance(), trace(Q), 1e-6);
  EXPECT_LT(oscillating.mass_outside(), 1e-6);
}
