// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/generalisation.h"

#include "base/errors.h"
#include "postprocess/sublevel_masses.h"
#include "postprocess/training_posterior.h"
#include "tests/problem.h"
#include "tests/temporary_file.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace sgdfp;

namespace
{
  using Matrix = dealii::FullMatrix<double>;

  Matrix matrix(const double a, const double b, const double c, const double d)
  {
    Matrix result(2, 2);
    result(0, 0) = a;
    result(0, 1) = b;
    result(1, 0) = c;
    result(1, 1) = d;
    return result;
  }



  /// E and Var of 1/2 (x - m)^T H (x - m), x ~ N(0, S)
  std::pair<double, double> moments_of_quadratic(const Matrix              &H,
                                                 const std::vector<double> &m,
                                                 const Matrix              &S)
  {
    Matrix HS(2, 2), square(2, 2);
    H.mmult(HS, S);
    HS.mmult(square, HS);
    double bias = 0, slope = 0;
    Matrix HSH(2, 2);
    HS.mmult(HSH, H);
    for (unsigned int i = 0; i < 2; ++i)
      for (unsigned int j = 0; j < 2; ++j)
        {
          bias += .5 * m[i] * H(i, j) * m[j];
          slope += m[i] * HSH(i, j) * m[j];
        }
    return {.5 * HS.trace() + bias, .5 * square.trace() + slope};
  }



  LossParameters quadratic()
  {
    LossParameters loss;
    loss.type         = "quadratic";
    loss.hessian      = {{1, 0}, {0, 3}};
    loss.minimum      = {0, 0};
    loss.weight_decay = .5;
    return loss;
  }
} // namespace



// Closed forms of the losses on other data under the anisotropic
// Ornstein-Uhlenbeck process, whose covariance S solves H S + S H = 2 D, and
// under the closest tempered posterior N(0, T H^-1), T = tr D/2.
TEST(Generalisation, QuadraticUnderAnisotropicNoise)
{
  auto problem = ornstein_uhlenbeck({{.2, .1}, {.1, .3}}, 5);
  GeneralisationParameters parameters;
  parameters.test_changes =
    "Quadratic/minimum = 0.3, -0.2 & Quadratic/hessian = 2, 0.5; 0.5, 1";
  parameters.other_changes   = "Quadratic/minimum = 1, 1";
  problem->prediction_losses = make_prediction_losses<2>(
    parameters, quadratic(), {{"u", "v"}, {}}, "", MPI_COMM_WORLD);
  const auto  &answer = problem->answer();
  const Matrix S      = matrix(.2, .05, .05, .1);
  const Matrix gibbs  = matrix(.25, 0, 0, .25 / 3);
  const struct
  {
    std::string         name;
    Matrix              H;
    std::vector<double> m;
  } losses[] = {{"train", matrix(1, 0, 0, 3), {0, 0}},
                {"test", matrix(2, .5, .5, 1), {.3, -.2}},
                {"out_of_distribution", matrix(1, 0, 0, 3), {1, 1}}};
  for (const auto &[name, H, m] : losses)
    {
      const auto &found   = answer.at("generalisation").at(name);
      const auto  under_p = moments_of_quadratic(H, m, S),
                 under_q  = moments_of_quadratic(H, m, gibbs);
      for (const auto &[key, expected] :
           {std::make_pair("sgd", under_p.first),
            std::make_pair("sgd_variance", under_p.second),
            std::make_pair("gibbs", under_q.first),
            std::make_pair("gibbs_variance", under_q.second)})
        EXPECT_NEAR(found.at(key).get<double>(), expected, 1e-6 * expected)
          << name << ' ' << key;
    }
}



// lambda_eff = n E[K] is dim/2 for every D, where tr(H S) = tr D; that of the
// tempered posterior too. The heat capacity is not: n^2 tr((H S)^2)/2.
TEST(EffectiveComplexity, QuadraticUnderAnisotropicNoise)
{
  auto        problem = ornstein_uhlenbeck({{.2, .1}, {.1, .3}}, 5);
  const auto &found   = problem->answer().at("complexity");
  EXPECT_NEAR(found.at("temperature").get<double>(), .25, 1e-9);
  EXPECT_NEAR(found.at("lambda_eff").get<double>(), 1, 1e-6);
  EXPECT_NEAR(found.at("gibbs_lambda").get<double>(), 1, 1e-6);
  EXPECT_NEAR(found.at("gibbs_heat_capacity").get<double>(), 1, 1e-6);
  Matrix HS = matrix(.2, .05, .15, .3), square(2, 2);
  HS.mmult(square, HS);
  const double expected = .5 * square.trace() / (.25 * .25);
  EXPECT_GT(expected, 1.1);
  EXPECT_NEAR(found.at("heat_capacity").get<double>(), expected, 1e-6);
}



namespace
{
  /// One weight, y = w x + e, seven rows; the tempered posterior at T is
  /// N(w*, T/S), S = E[x^2].
  struct Regression
  {
    std::vector<double> x = {-1, .5, 1, 1.5, 2, -.5, .8},
                        y = {-1.3, .2, .9, 1.9, 1.6, -.7, .4};

    std::string csv() const
    {
      std::string text = "x1,y1\n";
      for (unsigned int i = 0; i < x.size(); ++i)
        text += std::to_string(x[i]) + "," + std::to_string(y[i]) + "\n";
      return text;
    }

    double mean(const std::function<double(double, double)> &f) const
    {
      double sum = 0;
      for (unsigned int i = 0; i < x.size(); ++i)
        sum += f(x[i], y[i]) / x.size();
      return sum;
    }
  };
} // namespace



// Mean predictor, predictive loss, functional variance and what follows from
// them, in closed form for linear regression.
TEST(Generalisation, LinearRegression)
{
  constexpr double    T = .05, s = .3;
  const Regression    data;
  const TemporaryFile train(data.csv(), /*shared=*/true),
    test("x1,y1\n2,1\n-1,.5\n", /*shared=*/true);
  LossParameters loss;
  loss.widths = {1, 1};
  loss.data   = "file";
  loss.file   = train.name;
  Problem<1> problem;
  problem.loss = make_loss<1>(loss, {{"u"}, {}}, "", MPI_COMM_WORLD);
  GeneralisationParameters parameters;
  parameters.test_data      = test.name;
  problem.prediction_losses = make_prediction_losses<1>(
    parameters, loss, {{"u"}, {}}, "", MPI_COMM_WORLD);
  problem.noise.type               = "isotropic";
  problem.noise.temperature        = T;
  problem.reference.noise_variance = s;
  problem.use_box(4, 7);
  const auto &found = problem.answer().at("generalisation");

  const double S    = data.mean([](double x, double) { return x * x; });
  const double best = data.mean([](double x, double y) { return x * y; }) / S;
  const double v    = T / S;
  const auto   residual = [&](double x, double y) {
    return .5 * std::pow(y - best * x, 2);
  };
  const auto minus_log = [&](double x, double y) {
    const double variance = s + v * x * x;
    return residual(x, y) / variance + .5 * std::log(2 * M_PI * variance);
  };
  const double functional = data.mean([&](double x, double y) {
    return 2 * residual(x, y) * x * x * v + .5 * std::pow(x * x * v, 2);
  });
  const double test_mean  = .5 * (residual(2, 1) + residual(-1, .5));
  const double n          = data.x.size();
  for (const std::string who : {"sgd", "gibbs"})
    {
      const auto near = [&](const std::string &set,
                            const std::string &key,
                            const double       expected) {
        EXPECT_NEAR(found.at(set).at(who + key).get<double>(),
                    expected,
                    1e-7 * expected)
          << set << ' ' << who << key;
      };
      near("train", "", data.mean(residual) + T / 2);
      near("test", "", test_mean + .5 * 2.5 * v);
      near("test", "_mean_predictor", test_mean);
      near("train", "_predictive", data.mean(minus_log));
      near("test", "_predictive", .5 * (minus_log(2, 1) + minus_log(-1, .5)));
      near("train", "_functional_variance", functional);
      EXPECT_NEAR(found.at("singular_fluctuation").at(who).get<double>(),
                  functional / (2 * T * s),
                  1e-7);
    }
  const double beta = s / (T * n);
  EXPECT_NEAR(found.at("waic").get<double>(),
              data.mean(minus_log) + beta * functional / (s * s),
              1e-7);
}



// Around a quadratic minimum V(eps) = 2 pi eps/sqrt(det H), and Gibbs, which is
// the law of isotropic noise, has 1 - exp(-eps/T); all exponents tend to d/2
// = 1.
TEST(SublevelMasses, QuadraticUnderIsotropicNoise)
{
  constexpr double T       = .25;
  auto             problem = ornstein_uhlenbeck({{T, 0}, {0, T}}, 4);
  problem->domain.lower    = {-5, -3};
  problem->domain.upper    = {5, 3};
  const SublevelMasses<2> masses(problem->solve(), 0., T);
  // All of them are resolved; the largest set leaves the box.
  ASSERT_GE(masses.levels.size(), 20u);
  EXPECT_NEAR(masses.levels.front().eps, 1e-4 * T, 1e-12);
  for (const auto &level : masses.levels)
    {
      const double share = 1 - std::exp(-level.eps / T);
      EXPECT_LT(level.relative_error, 1e-2);
      // The error that is reported covers the true one.
      const double error = std::max(5e-4, level.relative_error);
      EXPECT_NEAR(level.sgd / share, 1, error) << level.eps;
      EXPECT_NEAR(level.gibbs / share, 1, error) << level.eps;
      EXPECT_NEAR(level.volume * std::sqrt(3.) / (2 * M_PI * level.eps),
                  1,
                  error)
        << level.eps;
    }
  const auto &least = masses.levels[1];
  for (const double exponent :
       {least.sgd_exponent, least.gibbs_exponent, least.volume_exponent})
    EXPECT_NEAR(exponent, 1, 2e-3);
}



// p_t = N(m, v) beside the posterior of n samples of a linear regression,
// both Gaussian, on the points of a fine grid.
TEST(TrainingPosterior, LinearRegression)
{
  constexpr double S = 2, best = .7, s = .25, m = .5, v = .04, prior = 1.5;
  dealii::SymmetricTensor<2, 1> H;
  H[0][0] = S;
  dealii::Tensor<1, 1> minimum;
  minimum[0] = best;
  ReferenceParameters parameters;
  parameters.noise_variance = s;
  parameters.prior          = "gaussian 1.5";
  TrainingPosterior<1> posterior(std::make_shared<QuadraticLoss<1>>(H,
                                                                    minimum,
                                                                    0.),
                                 0.,
                                 parameters,
                                 {{"u"}, {}},
                                 /*samples_per_time=*/10.);
  const unsigned int   rank =
                       dealii::Utilities::MPI::this_mpi_process(MPI_COMM_WORLD),
                     n_ranks =
                       dealii::Utilities::MPI::n_mpi_processes(MPI_COMM_WORLD);
  constexpr double    h = 1e-3;
  std::vector<double> densities;
  for (int i = -8000; i <= 8000; ++i)
    if (std::abs(i) % n_ranks == rank)
      {
        const double x = i * h;
        posterior.add_point(dealii::Point<1>(x), h);
        densities.push_back(std::exp(-.5 * (x - m) * (x - m) / v) /
                            std::sqrt(2 * M_PI * v));
      }
  const auto columns = posterior.columns();
  for (const double t : {0., .5, 4.})
    {
      const auto   row    = posterior.row(t, densities, MPI_COMM_WORLD);
      const double n      = 10 * t;
      const double weight = n * S / s + 1 / (prior * prior);
      const double mean = n * S / s * best / weight, variance = 1 / weight;
      const double bias = best * best / (prior * prior + s / (n * S));
      const double kl =
        .5 * (v / variance + (m - mean) * (m - mean) / variance - 1 +
              std::log(variance / v));
      const double F =
        (n == 0 ? 0. :
                  .5 * std::log(1 + n * S * prior * prior / s) + .5 * bias);
      const double of_p = n * S / (2 * s) * (v + (m - best) * (m - best)),
                   of_q = n * S / (2 * s) *
                          (variance + (mean - best) * (mean - best));
      const double expected[] = {n, kl, of_p, of_q, F + kl, F};
      for (unsigned int k = 0; k < columns.size(); ++k)
        EXPECT_NEAR(row[k], expected[k], 1e-7 * (1 + expected[k]))
          << columns[k] << " at " << t;
    }
  // A posterior between two points of the grid
  EXPECT_TRUE(std::isnan(posterior.row(1e6, densities, MPI_COMM_WORLD)[1]));
}



TEST(Generalisation, Mistakes)
{
  GeneralisationParameters parameters;
  EXPECT_NO_THROW(parameters.check(quadratic(), 2));
  parameters.test_changes = "Quadratic/minimum = 1";
  EXPECT_THROW(parameters.check(quadratic(), 2), EntryError);
  parameters.test_changes = "Quadratic/minimun = 1, 0";
  EXPECT_THROW(parameters.check(quadratic(), 2), EntryError);
  parameters.test_changes = "Quadratic/minimum = 1, 0";
  EXPECT_NO_THROW(parameters.check(quadratic(), 2));
  parameters.test_data = "some.csv";
  EXPECT_THROW(parameters.check(quadratic(), 2), EntryError);
  parameters.test_changes = "";
  EXPECT_THROW(parameters.check(quadratic(), 2), EntryError);
}
