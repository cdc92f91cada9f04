// SPDX-License-Identifier: GPL-3.0-or-later
// Eigenvalues, quasi-stationary laws, first passage and transitions against
// exact values [anchors.md, I; generator spectrum of A].
#include "base/errors.h"
#include "meshes/point_value.h"
#include "meshes/region.h"
#include "solvers/metastability.h"
#include "tests/problem.h"

#include <gtest/gtest.h>

using namespace sgdfp;
using dealii::Point;

namespace
{
  /// One dimension, L from an expression, D = T.
  std::unique_ptr<Problem<1>> line(const std::string &loss,
                                   const double       temperature,
                                   const double       lower,
                                   const double       upper,
                                   const unsigned int refinement,
                                   const unsigned int degree)
  {
    auto problem        = std::make_unique<Problem<1>>();
    problem->vocabulary = {{"u"}, {}};
    problem->loss       = std::make_shared<ExpressionLoss<1>>(
      parse_entry("Loss/Expression/loss", loss, problem->vocabulary),
      loss,
      "0",
      /*weight_decay=*/0.);
    problem->noise.type                       = "isotropic";
    problem->noise.temperature                = temperature;
    problem->domain.lower                     = {lower};
    problem->domain.upper                     = {upper};
    problem->domain.initial_refinement        = refinement;
    problem->discretisation_parameters.degree = degree;
    problem->prepare();
    return problem;
  }



  const std::string double_well = "(u^2-1)^2/4";



  /// The problem with l the potential (1-D) or a given nodal log.
  template <int dim>
  struct Spectral
  {
    explicit Spectral(const Problem<dim>                              &problem,
                      const std::function<double(const Point<dim> &)> &l = {},
                      const bool is_reversible = (dim == 1))
      : trial_space(*problem.discretisation)
    {
      if (l)
        trial_space.use_nodal(problem.discretisation->interpolate(l));
      else if (!trial_space.use_potential(*problem.dynamics))
        trial_space.use_polynomials();
      spectral =
        std::make_unique<SpectralProblem<dim>>(*problem.discretisation,
                                               *problem.dynamics,
                                               trial_space,
                                               problem.solver_parameters,
                                               is_reversible);
    }

    SpectralProblem<dim> *operator->()
    {
      return spectral.get();
    }

    TrialSpace<dim>                       trial_space;
    std::unique_ptr<SpectralProblem<dim>> spectral;
  };



  /// 1 at the nodes of a region
  template <int dim>
  Vector nodes(const Problem<dim> &problem, const std::string &text)
  {
    const Region<dim> region("Domain/absorbing", text, problem.vocabulary);
    fit_mesh(*problem.discretisation,
             region.edges(problem.discretisation->box));
    return region.nodes(*problem.discretisation, /*with_cut=*/true);
  }
} // namespace



TEST(Spectrum, DoubleWellHasTheTinyEigenvalueOfAnchorI)
{
  const std::vector<std::pair<double, double>> anchors = {
    {.1, 3.354528730800e-2},
    {.05, 2.77614063657273e-3},
    {.025, 1.95892729997305e-5}};
  for (const auto &[D, lambda] : anchors)
    {
      auto           problem = line(double_well, D, -3, 3, 7, 5);
      Spectral<1>    spectral(*problem);
      const Spectrum s = spectral->eigenpairs(4);
      ASSERT_EQ(s.size(), 4u);
      EXPECT_EQ(s.values[0], 0.);
      EXPECT_NEAR(-s.values[1].real() / lambda, 1, 1e-10) << "D = " << D;
      EXPECT_LT(s.residuals[1], 1e-8);
      EXPECT_LT(s.left_residuals[1], 1e-8);
    }
}



TEST(Spectrum, RateBelowRoundOffHasRelativeAccuracy)
{
  // At D = .006 the rate is 4e-19, a thousandth of the round-off in the
  // entries of A. Kramers' law holds up to a factor 1 + O(D).
  const double        D = .006;
  std::vector<double> rates;
  for (const unsigned int refinement : {8u, 9u})
    {
      auto        problem = line(double_well, D, -2, 2, refinement, 5);
      Spectral<1> spectral(*problem);
      rates.push_back(-spectral->eigenpairs(2).values[1].real());
    }
  const double kramers =
    std::sqrt(2.) / dealii::numbers::PI * std::exp(-.25 / D);
  EXPECT_NEAR(rates[1] / kramers, 1, 5 * D);
  EXPECT_NEAR(rates[0] / rates[1], 1, 1e-6);
}



TEST(Spectrum, OrnsteinUhlenbeckHasIntegerEigenvalues)
{
  // Anchor A1: {-n - 3m}, whatever D.
  auto problem          = ornstein_uhlenbeck({{0.2, 0.1}, {0.1, 0.3}}, 4);
  problem->domain.lower = {-4, -3};
  problem->domain.upper = {4, 3};
  problem->discretisation_parameters.degree = 6;
  problem->prepare();
  const double              det = .2 * .1 - .05 * .05;
  Spectral<2>               spectral(*problem, [&](const Point<2> &x) {
    return -.5 * (.1 * x[0] * x[0] - 2 * .05 * x[0] * x[1] + .2 * x[1] * x[1]) /
           det;
  });
  const Spectrum            s     = spectral->eigenpairs(6);
  const std::vector<double> exact = {0, -1, -2, -3, -3, -4};
  ASSERT_EQ(s.size(), 6u);
  for (unsigned int i = 0; i < 6; ++i)
    {
      EXPECT_NEAR(s.values[i].real(), exact[i], 1e-8);
      EXPECT_EQ(s.values[i].imag(), 0);
    }
  // The left eigenfunction of -1 is u, normalised: E[u^2] = .2.
  const Vector u = problem->discretisation->interpolate(
    [](const Point<2> &x) { return x[0] / std::sqrt(.2); });
  EXPECT_NEAR(std::abs(spectral->expectation(u, s.right[1])), 1, 1e-6);
}



TEST(Spectrum, RotationShowsAsComplexPairsThatLeadByRealPart)
{
  // Eigenvalues -(n + |m|...) : -1 +- ia, then -2, -2 +- 2ia.
  const double a       = 3;
  auto         problem = rotating_ornstein_uhlenbeck<2>(a, 4);
  problem->discretisation_parameters.degree = 4;
  problem->prepare();
  Spectral<2>    spectral(*problem,
                       [](const Point<2> &x) { return -.5 * x.square(); });
  const Spectrum s = spectral->eigenpairs(6);
  ASSERT_EQ(s.size(), 6u);
  EXPECT_NEAR(std::abs(s.values[1] - std::complex<double>(-1, a)), 0, 1e-5);
  EXPECT_NEAR(std::abs(s.values[2] - std::complex<double>(-1, -a)), 0, 1e-5);
  for (unsigned int i = 3; i < 6; ++i)
    EXPECT_NEAR(s.values[i].real(), -2, 1e-4);
  EXPECT_GT(s.imaginary_reach, 2 * a);
}



TEST(Spectrum, EigenfunctionsAreBiorthonormal)
{
  auto           problem = line(double_well, .1, -3, 3, 6, 4);
  Spectral<1>    spectral(*problem);
  const Spectrum s = spectral->eigenpairs(5);
  for (unsigned int i = 0; i < s.size(); ++i)
    for (unsigned int j = 0; j < s.size(); ++j)
      EXPECT_NEAR(spectral->expectation(s.left[i], s.right[j]),
                  i == j ? 1. : 0.,
                  1e-9)
        << i << ' ' << j;
}



TEST(Restriction, AdjointIsTheTransposeAndProductNeedsNoDiagonal)
{
  auto              problem = line(double_well, .1, -3, 3, 5, 3);
  const Vector      killed  = nodes(*problem, "u-1.3");
  Spectral<1>       spectral(*problem);
  const Restriction restriction(spectral->generator(), killed);
  EXPECT_FALSE(restriction.conserves_mass());
  const auto f  = restriction.restrict_to(problem->discretisation->interpolate(
    [](const Point<1> &x) { return std::sin(x[0]); }));
  const auto p  = restriction.restrict_to(problem->discretisation->interpolate(
    [](const Point<1> &x) { return std::exp(-x[0] * x[0]); }));
  Vector     Ap = restriction.zero(), Af = restriction.zero();
  restriction.apply(Ap, p);
  restriction.apply_adjoint(Af, f);
  const double scale = Ap.l1_norm();
  EXPECT_NEAR((f * Ap) / scale, (Af * p) / scale, 1e-14);
  EXPECT_NEAR((f * Ap) / scale, restriction.product(f, p) / scale, 1e-12);
  // The mass that is lost is what is killed.
  EXPECT_NEAR((restriction.left_null_vector() * Ap) / scale,
              -(restriction.killing() * p) / scale,
              1e-12);
  Vector back = restriction.restrict_to(restriction.extend(p));
  back -= p;
  EXPECT_EQ(back.l1_norm(), 0);
}



TEST(Killed, OrnsteinUhlenbeckLeavesTheIntervalAtRateTwo)
{
  // dX = -X dt + sqrt 2 dW killed at |x| = 1: law (1 - x^2) e^{-x^2/2}.
  auto               problem = line("u^2/2", 1, -1, 1, 5, 4);
  const Vector       killed  = nodes(*problem, "boundary");
  Spectral<1>        spectral(*problem);
  const KilledAnswer answer = spectral->killed(killed, 2);
  EXPECT_NEAR(answer.exit_rate(), 2, 1e-9);
  const auto shape = [](const Point<1> &x) {
    return (1 - x[0] * x[0]) * std::exp(-.5 * x[0] * x[0]);
  };
  // int (1 - x^2) e^{-x^2/2} over [-1, 1] = 2 e^{-1/2}
  const double mass  = 2 * std::exp(-.5);
  Vector       exact = problem->discretisation->interpolate(shape);
  exact /= mass;
  exact -= answer.quasi_stationary;
  EXPECT_LT(exact.linfty_norm(), 1e-8);
}



TEST(Killed, MeanFirstPassageOfTheDoubleWellIsThatOfAnchorI)
{
  const std::vector<std::pair<double, double>> anchors = {
    {.1, 30.82130247267}, {.05, 361.9037595009}, {.025, 51050.7025086}};
  for (const auto &[D, T] : anchors)
    {
      // The vertex next to 0 is moved there, one at -1 is there already.
      auto               problem = line(double_well, D, -3, 2.3, 7, 5);
      const Vector       killed  = nodes(*problem, "u");
      Spectral<1>        spectral(*problem);
      const KilledAnswer answer = spectral->killed(killed, 2);
      const double       value =
        value_at(*problem->discretisation, answer.first_passage, Point<1>(-1.));
      EXPECT_NEAR(value / T, 1, 1e-9) << "D = " << D;
    }
}



TEST(Transitions, RateAgreesWithTheSlowEigenvalueAndBothEnds)
{
  auto         problem = line(double_well, .025, -3, 3, 7, 5);
  const Vector a = nodes(*problem, "-0.9-u"), b = nodes(*problem, "u-0.9");
  Spectral<1>  spectral(*problem);
  const auto   t = spectral->transitions(a, b);
  EXPECT_NEAR(t.rate_from_a / t.rate, 1, 1e-8);
  EXPECT_NEAR(t.share_of_a, .5, 1e-9);
  // Both wells are alike: lambda_1 = 2 k, with an error of the order of the
  // time spent inside of the wells.
  EXPECT_NEAR(2 * t.rate / t.share_of_a / 1.95892729997305e-5, 1, 1e-3);
  EXPECT_NEAR(value_at(*problem->discretisation, t.committor, Point<1>(0.)),
              .5,
              1e-9);
}



TEST(Killed, SetThatNothingReachesIsRefused)
{
  // Twenty noise lengths up the wall: e^-200 and less.
  auto         problem = line("u^2/2", .001, -1, 1.5, 8, 3);
  const Vector killed  = nodes(*problem, "u-1.4");
  Spectral<1>  spectral(*problem);
  EXPECT_THROW(spectral->killed(killed, 2), Refusal);
}



TEST(Killed, DiscIsHeldBetweenItsCellsInsideAndThoseCut)
{
  // Brownian motion with D = 1 from the centre of the unit disc: mean exit time
  // 1/4 [(1 - r^2)/4], rate j_{0,1}^2. Killed with the cut cells it leaves too
  // early, without them too late.
  auto problem        = std::make_unique<Problem<2>>();
  problem->vocabulary = {{"u", "v"}, {}};
  problem->loss       = std::make_shared<ExpressionLoss<2>>(
    parse_entry("Loss/Expression/loss", "0*u", problem->vocabulary),
    "0*u",
    "0",
    /*weight_decay=*/0.);
  problem->noise.type        = "isotropic";
  problem->noise.temperature = 1;
  problem->use_box(1.5, 5);
  problem->discretisation_parameters.degree = 2;
  problem->prepare();
  const Region<2> region("Domain/absorbing", "u^2+v^2-1", problem->vocabulary);
  Spectral<2>     spectral(
    *problem, [](const Point<2> &) { return 0.; }, true);
  std::vector<double> times;
  for (const bool with_cut : {true, false})
    times.push_back(value_at(
      *problem->discretisation,
      spectral->killed(region.nodes(*problem->discretisation, with_cut), 1)
        .first_passage,
      Point<2>()));
  EXPECT_GT(region.n_cut_cells(*problem->discretisation), 0u);
  EXPECT_LT(times[0], .25);
  EXPECT_GT(times[1], .25);
  EXPECT_NEAR(.5 * (times[0] + times[1]), .25, .01);
}



TEST(Region, MeshIsFittedToItsEdges)
{
  auto            problem = line(double_well, .1, -3, 3, 4, 3);
  const Region<1> region("Domain/absorbing", "u^2-2", problem->vocabulary);
  const auto      edges = region.edges(problem->discretisation->box);
  ASSERT_EQ(edges.size(), 2u);
  EXPECT_NEAR(edges[1], std::sqrt(2.), 1e-14);
  EXPECT_GT(region.n_cut_cells(*problem->discretisation), 0u);
  fit_mesh(*problem->discretisation, edges);
  EXPECT_EQ(region.n_cut_cells(*problem->discretisation), 0u);
}



TEST(Metastability, ThreeWellsAreFoundWithTheirMassesAndRates)
{
  auto           problem = line("u^2*(u^2-2.25)^2", .08, -2.2, 2.2, 7, 5);
  Spectral<1>    spectral(*problem);
  const Spectrum s   = spectral->eigenpairs(5);
  const RateGap  gap = find_gap(s.values, 10);
  ASSERT_EQ(gap.n_sets, 3u);
  const auto sets = metastable_sets(*spectral.spectral, s, 3);
  ASSERT_EQ(sets.basins.size(), 3u);
  double mass = 0;
  for (unsigned int k = 0; k < 3; ++k)
    {
      const auto &basin = sets.basins[k];
      mass += basin.mass;
      EXPECT_NEAR(basin.minimum[0], 1.5 * (k - 1.), .03);
      EXPECT_TRUE(basin.why_no_rate.empty()) << basin.why_no_rate;
      // What leaves a set into the others, up to the time within the sets.
      EXPECT_NEAR(basin.exit_rate / -sets.rates(k, k), 1, .05);
      double row = 0;
      for (unsigned int l = 0; l < 3; ++l)
        row += sets.rates(k, l);
      EXPECT_NEAR(row / sets.rates(k, k), 0, 1e-8);
    }
  EXPECT_NEAR(mass, 1, 1e-10);
  EXPECT_NEAR(sets.basins[0].mass, sets.basins[2].mass, 1e-8);
  // Detailed balance of the reduced chain
  EXPECT_NEAR(sets.basins[0].mass * sets.rates(0, 1) /
                (sets.basins[1].mass * sets.rates(1, 0)),
              1,
              1e-6);
}



TEST(Metastability, RatesWithoutAGapAreOneSet)
{
  EXPECT_EQ(find_gap({0., -1., -2., -3.}, 10).n_sets, 1u);
  EXPECT_EQ(find_gap({0., -1e-3, -2., -3.}, 10).n_sets, 2u);
  // Oscillating slow modes are no sets.
  EXPECT_EQ(find_gap({0., {-1e-3, 1}, {-1e-3, -1}, -3.}, 10).n_sets, 1u);
}
