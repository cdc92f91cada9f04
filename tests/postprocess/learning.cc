// SPDX-License-Identifier: GPL-3.0-or-later
// Learning coefficients: volumes and free energies against closed forms
// (anchors H), and what is fitted to them.
#include "base/errors.h"
#include "postprocess/adaptive_quadrature.h"
#include "solvers/learning_study.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace sgdfp;
using dealii::Point;

namespace
{
  template <int dim>
  std::unique_ptr<const Loss<dim>>
  expression(const std::string &text, const std::vector<std::string> &variables)
  {
    LossParameters parameters;
    parameters.type       = "expression";
    parameters.expression = text;
    return make_loss<dim>(parameters,
                          Vocabulary{variables, {}},
                          "",
                          MPI_COMM_WORLD);
  }



  template <int dim>
  Point<dim> corner(const double x)
  {
    Point<dim> point;
    for (unsigned int d = 0; d < dim; ++d)
      point[d] = x;
    return point;
  }



  template <int dim>
  Summary::Json study(const LearningParameters &parameters,
                      const Loss<dim>          &loss,
                      const double              half)
  {
    const LearningStudy<dim> learning(
      parameters, loss, corner<dim>(-half), corner<dim>(half), MPI_COMM_WORLD);
    Summary summary;
    learning.report(summary);
    return summary.json().at("learning");
  }
} // namespace



// A sequence of peaks, each half as wide as the last one, and a kink.
TEST(AdaptiveQuadrature, FindsPeaksByTheirNeighbours)
{
  const double          where = 1 / M_PI;
  constexpr int         n     = 20;
  std::vector<double>   widths;
  QuadratureTolerance   tolerance;
  const VectorIntegrand f = [&](const std::vector<double> &x,
                                std::vector<double>       &values) {
    for (std::size_t i = 0; i < x.size(); ++i)
      {
        for (int j = 0; j < n; ++j)
          values[i * (n + 1) + j] =
            std::exp(-std::pow(4, j) * (x[i] - where) * (x[i] - where));
        values[i * (n + 1) + n] = std::abs(x[i] - where);
      }
  };
  tolerance.relative.assign(n + 1, 1e-11);
  tolerance.absolute.assign(n + 1, 0.);
  const auto result = integrate(f, {-1, 2}, tolerance);
  EXPECT_TRUE(result.has_converged);
  for (int j = 0; j < n; ++j)
    {
      const double k = std::pow(2, j);
      const double exact =
        std::sqrt(M_PI) / (2 * k) *
        (std::erf(k * (2 - where)) + std::erf(k * (1 + where)));
      EXPECT_NEAR(result.value[j], exact, 1e-11 * exact) << j;
    }
  EXPECT_NEAR(result.value[n],
              (std::pow(2 - where, 2) + std::pow(1 + where, 2)) / 2,
              1e-10);
}



// Anchors H: (uv)^2 on [-1, 1]^2
TEST(Learning, CrossingOfMultiplicityTwo)
{
  const auto         loss = expression<2>("(u*v)^2", {"u", "v"});
  LearningParameters parameters;
  parameters.sizes    = {10, 100, 1000, 10000};
  parameters.levels   = {1e-4};
  const auto learning = study(parameters, *loss, 1.);
  EXPECT_NEAR(learning.at("lambda").get<double>(), .5, 1e-6);
  EXPECT_LT(learning.at("lambda_error").get<double>(), 1e-5);
  EXPECT_EQ(learning.at("multiplicity").get<unsigned int>(), 2u);
  const std::vector<double> exact = {-.87177147316302,
                                     -.152092781275212,
                                     .698695260474384,
                                     1.61922898051792};
  for (unsigned int i = 0; i < 4; ++i)
    EXPECT_NEAR(learning.at("free_energy")[i].at("minus_log_Z").get<double>(),
                exact[i],
                1e-8);
  const double V = 4 * 1e-2 * (1 + .5 * std::log(1e4));
  EXPECT_NEAR(learning.at("volumes")[0].at("volume").get<double>(),
              V,
              1e-7 * V);
}



// Regular minima have lambda = dim/2, whatever the Hessian; far from n = 1 the
// free energy is that of Laplace.
TEST(Learning, RegularMinima)
{
  LearningParameters parameters;
  parameters.sizes = {1e6};
  const auto one   = study(parameters, *expression<1>("x^2/2", {"x"}), 2.);
  EXPECT_NEAR(one.at("lambda").get<double>(), .5, 1e-6);
  EXPECT_EQ(one.at("multiplicity").get<unsigned int>(), 1u);
  const auto two =
    study(parameters, *expression<2>("x^2/2 + x*y + 3*y^2", {"x", "y"}), 2.);
  EXPECT_NEAR(two.at("lambda").get<double>(), 1, 1e-6);
  EXPECT_EQ(two.at("multiplicity").get<unsigned int>(), 1u);
  EXPECT_NEAR(two.at("free_energy")[0].at("minus_log_Z").get<double>(),
              std::log(1e6 / (2 * M_PI)) + std::log(5.) / 2,
              1e-8);
  EXPECT_NEAR(two.at("free_energy")[0].at("n_mean").get<double>(), 1, 1e-7);
  EXPECT_NEAR(two.at("free_energy")[0].at("heat_capacity").get<double>(),
              1,
              1e-7);
}



// A singular minimum in one dimension: x^6, lambda = 1/6; and locally, beside a
// regular one that is as deep.
TEST(Learning, AroundAPoint)
{
  const auto         loss = expression<1>("x^6*(x-2)^2", {"x"});
  LearningParameters parameters;
  const auto         whole = study(parameters, *loss, 3.);
  // Corrections are powers of eps^(1/6): the error bar says so.
  const double error = whole.at("lambda_error").get<double>();
  EXPECT_LT(error, 1e-3);
  EXPECT_NEAR(whole.at("lambda").get<double>(), 1. / 6, error);
  parameters.region = "point";
  parameters.point  = {2};
  const auto local  = study(parameters, *loss, 3.);
  EXPECT_NEAR(local.at("lambda").get<double>(), .5, 1e-5);
  parameters.point = {1.9};
  EXPECT_THROW(study(parameters, *loss, 3.), EntryError);
}



// Round-off in L ends the sequences; L_0 is not 0.
TEST(Learning, AboveAMinimumThatIsNotZero)
{
  const auto loss     = expression<1>("(x-1/3)^2 + 0.7", {"x"});
  const auto learning = study(LearningParameters(), *loss, 1.);
  EXPECT_NEAR(learning.at("minimum").get<double>(), .7, 1e-15);
  EXPECT_NEAR(learning.at("lambda").get<double>(), .5, 1e-4);
  EXPECT_LT(learning.at("largest_sample_size").get<double>(), 1e13);
}
