// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/errors.h"
#include "fractional/stable_generator.h"
#include "meshes/point_value.h"
#include "postprocess/jump_balance.h"
#include "postprocess/tail_statistics.h"
#include "tests/fractional/stable_problem.h"

#include <gtest/gtest.h>

#include <complex>

using namespace sgdfp;
using dealii::Point;
using dealii::numbers::PI;

namespace
{
  template <int dim>
  double density_at(const Law<dim> &law, const Point<dim> &x)
  {
    Vector nodal = law.discretisation.owned_vector();
    nodal        = law.nodal_density();
    return value_at(law.discretisation, nodal, x);
  }



  /// Constant of the tail C r^-(d+alpha) of the isotropic stable law with
  /// symbol |k|^alpha/alpha, that of C1.
  double tail_constant(const double alpha, const double d)
  {
    return std::pow(2., alpha) * std::tgamma((d + alpha) / 2) *
           std::tgamma(1 + alpha / 2) * std::sin(PI * alpha / 2) /
           std::pow(PI, 1 + d / 2) / alpha;
  }



  /// Law under Cauchy noise of a polynomial potential with derivative U' of
  /// the coefficients @p slope (constant first): const/prod |x - z_j|^2, z_j
  /// the zeros of 1 - i U' in the lower half plane [anchors.md, C2].
  std::function<double(const double)>
  cauchy_density(const std::vector<double> &slope)
  {
    using Complex          = std::complex<double>;
    const unsigned int   n = slope.size() - 1;
    std::vector<Complex> c(slope.size());
    for (unsigned int i = 0; i <= n; ++i)
      c[i] = Complex(i == 0 ? 1. : 0., -slope[i]);
    for (unsigned int i = 0; i <= n; ++i)
      c[i] /= Complex(n == 0 ? 1. : 0., -slope[n]);
    // Durand and Kerner
    std::vector<Complex> z(n);
    for (unsigned int j = 0; j < n; ++j)
      z[j] = std::pow(Complex(0.4, 0.9), static_cast<double>(j));
    for (unsigned int step = 0; step < 500; ++step)
      for (unsigned int j = 0; j < n; ++j)
        {
          Complex value = 0, product = 1;
          for (unsigned int i = n + 1; i-- > 0;)
            value = value * z[j] + c[i];
          for (unsigned int m = 0; m < n; ++m)
            if (m != j)
              product *= z[j] - z[m];
          z[j] -= value / product;
        }
    const auto shape = [z](const double x) {
      double product = 1;
      for (const Complex &root : z)
        if (root.imag() < 0)
          product *= std::norm(x - root);
      return 1 / product;
    };
    // x = tan(y): smooth, and the trapezoidal rule of a periodic function.
    double             sum      = 0;
    constexpr unsigned n_points = 20000;
    for (unsigned int i = 0; i < n_points; ++i)
      {
        const double y = PI * ((i + 0.5) / n_points - 0.5);
        sum += shape(std::tan(y)) / (std::cos(y) * std::cos(y));
      }
    const double mass = sum * PI / n_points;
    return [shape, mass](const double x) { return shape(x) / mass; };
  }
} // namespace



TEST(Stable, OrnsteinUhlenbeckIsTheStableLaw)
{
  // C1 with 997 unknowns.
  auto          problem = stable_problem<1>("0.5*x^2", 1.5, 1e5, 249);
  const Law<1> &law     = problem->solve();
  EXPECT_NEAR(density_at(law, Point<1>(0)), .376538625235254, 1e-7);
  EXPECT_NEAR(density_at(law, Point<1>(1)), .209840396636, 1e-7);
  const double exact =
    fourier_density(100, [](const double k) { return std::pow(k, 1.5) / 1.5; });
  EXPECT_NEAR(density_at(law, Point<1>(100)) / exact, 1, 1e-4);
  EXPECT_NEAR(density_at(law, Point<1>(1000)) /
                (tail_constant(1.5, 1) * std::pow(1000., -2.5)),
              1,
              1e-2);
  EXPECT_GE(minimum(law.nodal_density()), -1e-18);

  const Tail tail = fit_tail(law);
  EXPECT_NEAR(*tail.index, 1.5, std::max(tail.index_error, 1e-3));
  EXPECT_LT(tail.index_error, 0.02);
  // P(|X| > R) = 2 C/alpha R^-alpha
  EXPECT_NEAR(tail.outside_mass /
                (2 * tail_constant(1.5, 1) / 1.5 * std::pow(1e5, -1.5)),
              1,
              0.05);
  EXPECT_FALSE(*tail.has_moment(2));
  EXPECT_TRUE(*tail.has_moment(1));
}



TEST(Stable, CubicDriftUnderCauchyNoise)
{
  // C2: p = 1/(pi (1 - x^2 + x^4))
  auto problem = stable_problem<1>("0.25*x^4", 1, 1e3, 249);
  problem->solve();
  EXPECT_LT(problem
              ->errors([](const Point<1> &x) {
                const double y = x.square();
                return 1 / (PI * (1 - y + y * y));
              })
              .first,
            1e-5);
  Observables<1> inside({"inside: if(abs(x)<1,1,0)", {}}, problem->vocabulary);
  Summary        summary;
  run_postprocessors<1>(problem->solver->law(), {&inside}, summary);
  EXPECT_NEAR(summary.json()["observables"]["inside"]["mean"].get<double>(),
              .742025647542855,
              1e-6);
}



TEST(Stable, PolynomialWellsUnderCauchyNoise)
{
  const std::vector<std::pair<std::string, std::vector<double>>> wells = {
    {"0.25*x^4-x^2+0.3*x", {0.3, -2, 0, 1}},
    {"x^6/6-x^4/4+0.5*x^2+0.2*x^3/3", {0, 1, 0.2, -1, 0, 1}}};
  for (const auto &[potential, slope] : wells)
    {
      auto problem = stable_problem<1>(potential, 1, 300, 199);
      problem->solve();
      const auto exact = cauchy_density(slope);
      EXPECT_LT(
        problem->errors([&](const Point<1> &x) { return exact(x[0]); }).first,
        1e-4)
        << potential;
    }
}



TEST(Stable, QuantilesOfTheCauchyLaw)
{
  auto          problem   = stable_problem<1>("0.5*x^2", 1, 2e7, 249);
  const Law<1> &law       = problem->solve();
  const auto    quantiles = marginal_quantiles(law, {0.25, 0.5, 0.75, 0.95});
  EXPECT_NEAR(quantiles[0][0], -1, 1e-6);
  EXPECT_NEAR(quantiles[0][1], 0, 1e-6);
  EXPECT_NEAR(quantiles[0][2], 1, 1e-6);
  EXPECT_NEAR(quantiles[0][3] / std::tan(0.45 * PI), 1, 1e-6);
}



TEST(Stable, IsotropicInTwoDimensions)
{
  // 16,641 unknowns
  auto          problem = stable_problem<2>("0.5*(x^2+y^2)", 1.5, 1e4, 32);
  const Law<2> &law     = problem->solve();
  EXPECT_NEAR(density_at(law, Point<2>(0, 0)), .16268919588184, 1e-6);
  for (const double r : {100., 1000.})
    for (const Point<2> &x : {Point<2>(r, 0),
                              Point<2>(0, -r),
                              Point<2>(r / std::sqrt(2.), r / std::sqrt(2.))})
      EXPECT_NEAR(density_at(law, x) /
                    (tail_constant(1.5, 2) * std::pow(r, -3.5)),
                  1,
                  0.05)
        << x;
  EXPECT_GE(minimum(law.nodal_density()), -1e-14);
}



TEST(Stable, CoordinatesJumpIndependently)
{
  auto problem = stable_problem<2>("0.5*(x^2+y^2)", 1.5, 1e3, 24);
  problem->noise.stable.directions = "coordinates";
  const Law<2> &law                = problem->solve();
  EXPECT_NEAR(density_at(law, Point<2>(0, 0)),
              .376538625235254 * .376538625235254,
              5e-5);
  EXPECT_NEAR(density_at(law, Point<2>(1, 1)),
              .209840396636 * .209840396636,
              5e-5);
}



TEST(Stable, TemperedLawHasThinTails)
{
  // The law of the Ornstein-Uhlenbeck process is exp(-int_0^k psi(u)/u du).
  const double m = 1, s = 0.75;
  auto         problem            = stable_problem<1>("0.5*x^2", 1.5, 60, 64);
  problem->noise.stable.tempering = m;
  const Law<1> &law               = problem->solve();
  const auto    exponent          = [&](const double k) {
    // int_0^k ((m^2 + u^2)^s - m^2s)/u du, u = k e^-y
    constexpr unsigned int n   = 400;
    double                 sum = 0;
    for (unsigned int i = 0; i < n; ++i)
      {
        const double u = k * (i + 0.5) / n;
        sum += (std::pow(m * m + u * u, s) - std::pow(m, 2 * s)) / u;
      }
    return sum * k / n;
  };
  double             density = 0;
  constexpr unsigned n       = 2000;
  constexpr double   end     = 40;
  for (unsigned int i = 0; i < n; ++i)
    density += std::exp(-exponent(end * (i + 0.5) / n)) * end / n / PI;
  EXPECT_NEAR(density_at(law, Point<1>(0)) / density, 1, 1e-4);
}



TEST(Stable, NearlyGaussianNoiseIsNearlyGaussian)
{
  auto problem = stable_problem<1>("0.5*x^2", 1.999, 1e3, 99);
  problem->solve();
  EXPECT_LT(problem
              ->errors([](const Point<1> &x) {
                return std::exp(-0.5 * x.square()) / std::sqrt(2 * PI);
              })
              .first,
            1e-3);
}



TEST(Stable, GaussianNoiseBesideJumps)
{
  // exp(-|k|^alpha/alpha - D k^2/2)
  auto problem               = stable_problem<1>("0.5*x^2", 1.2, 1e6, 199);
  problem->noise.type        = "isotropic";
  problem->noise.temperature = 0.5;
  const Law<1> &law          = problem->solve();
  for (const double x : {0., 1., 5.})
    EXPECT_NEAR(density_at(law, Point<1>(x)) /
                  fourier_density(x,
                                  [](const double k) {
                                    return std::pow(k, 1.2) / 1.2 +
                                           0.25 * k * k;
                                  }),
                1,
                1e-5);
}



TEST(Stable, ScaleOfTheGradientIsThatOfTheNetwork)
{
  // Two balanced layers: g(w) = |grad w|^2 = 2 w.
  LossParameters parameters;
  parameters.type                = "deep linear network";
  parameters.widths              = {1, 1, 1};
  parameters.structure.structure = "balanced";
  const Vocabulary                     vocabulary{{"w"}, {}};
  const std::shared_ptr<const Loss<1>> loss =
    make_loss<1>(parameters, vocabulary, "", MPI_COMM_SELF);
  StableParameters stable;
  stable.alpha      = 1.5;
  stable.scale      = "0.1";
  stable.directions = "gradient";
  const StableNoise<1> noise(stable, loss, vocabulary);
  for (const double w : {0.25, 1., 3.})
    EXPECT_NEAR(noise.rates(Point<1>(w))[0], std::pow(0.2 * w, 1.5), 1e-14);

  EXPECT_NO_THROW(noise.check_generator());
  const auto quadratic = stable_problem<1>("0.5*x^2", 1.5, 10, 4);
  EXPECT_THROW(StableNoise<1>(stable, quadratic->loss, quadratic->vocabulary),
               EntryError);
}



// In more dimensions the shape of that noise is no power of a Laplacian.
TEST(Stable, AlongAGradientThereIsNoGenerator)
{
  LossParameters parameters;
  parameters.type   = "deep linear network";
  parameters.widths = {1, 1, 1};
  const Vocabulary                     vocabulary{{"u", "v"}, {}};
  const std::shared_ptr<const Loss<2>> loss =
    make_loss<2>(parameters, vocabulary, "", MPI_COMM_SELF);
  StableParameters stable;
  stable.alpha      = 1.5;
  stable.scale      = "0.1";
  stable.directions = "gradient";
  const StableNoise<2> noise(stable, loss, vocabulary);
  const auto           g = noise.gradient(Point<2>(.5, -2));
  EXPECT_NEAR(g[0], -.2, 1e-15);
  EXPECT_NEAR(g[1], .05, 1e-15);
  EXPECT_THROW(noise.check_generator(), EntryError);
}



TEST(Stable, AdjointAndMass)
{
  auto problem = stable_problem<2>("0.25*x^4+0.5*y^2+x*y/3", 1.3, 1e3, 12);
  problem->noise.stable.scale = "1+0.5*x^2/(1+x^2)";
  problem->prepare();
  StableGenerator<2> generator(*problem->discretisation, *problem->dynamics);
  generator.prepare();
  generator.assemble();
  const auto field = [&](const double a) {
    return problem->discretisation->interpolate([&](const Point<2> &x) {
      return std::exp(-std::hypot(x[0] - a, x[1] + a)) + a / (9 + x.square());
    });
  };
  const Vector p = field(0.3), f = field(-0.7);
  Vector       Ap = generator.zero(), Af = generator.zero();
  generator.apply(Ap, p);
  generator.apply_adjoint(Af, f);
  EXPECT_NEAR((f * Ap) / (p * Af), 1, 1e-11);
  // The sum of what A moves, against how much it is.
  EXPECT_LT(std::abs(Ap * generator.left_null_vector()), 1e-12 * Ap.l1_norm());
}



TEST(Stable, JumpsHaveNoWrongSign)
{
  // Degree 1: every off-diagonal entry of -F is a rate.
  auto problem = stable_problem<2>("0*x", 1.4, 100, 6);
  problem->discretisation_parameters.degree = 1;
  problem->prepare();
  StableGenerator<2> generator(*problem->discretisation, *problem->dynamics);
  generator.prepare();
  generator.assemble();
  const auto n = problem->discretisation->dof_handler.n_dofs();
  for (dealii::types::global_dof_index j = 0; j < n; ++j)
    {
      Vector e = generator.zero(), column = generator.zero();
      if (problem->discretisation->owned.is_element(j))
        e(j) = 1;
      e.compress(dealii::VectorOperation::insert);
      generator.apply(column, e);
      const double size = column.linfty_norm();
      for (const auto i : problem->discretisation->owned)
        if (i != j)
          {
            EXPECT_GE(static_cast<double>(column(i)), -1e-13 * size);
          }
    }
}



TEST(Stable, PairsOfPointsRefuteDetailedBalance)
{
  auto          problem = stable_problem<1>("0.5*x^2", 1.5, 1e4, 99);
  const Law<1> &law     = problem->solve();
  Summary       summary;
  report_jump_balance<1>(law, {{Point<1>(0.), Point<1>(1.)}}, 1e-6, summary);
  const auto &pair = summary.json()["detailed_balance"]["pairs"][0];
  // nu(1) = alpha 2^(alpha-1) Gamma((1+alpha)/2)/(sqrt(pi) Gamma(1-alpha/2))
  const double nu = 1.5 * std::sqrt(2.) * std::tgamma(1.25) /
                    (std::sqrt(PI) * std::tgamma(0.25));
  EXPECT_NEAR(pair["forward"].get<double>() / (.376538625 * nu), 1, 1e-5);
  EXPECT_NEAR(pair["backward"].get<double>() / (.209840396 * nu), 1, 1e-5);
  EXPECT_FALSE(summary.json()["detailed_balance"]["holds"].get<bool>());
}
