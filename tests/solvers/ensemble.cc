// SPDX-License-Identifier: GPL-3.0-or-later
// Ensembles against exact laws, and whatever the ranks.
#include "solvers/ensemble.h"

#include "postprocess/histogram.h"
#include "postprocess/unit_averages.h"
#include "solvers/case.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace sgdfp;

namespace
{
  /// A case of cases/, changed, up to its chains.
  template <int dim>
  struct EnsembleCase
  {
    EnsembleCase(const std::string              &name,
                 const std::vector<std::string> &changes,
                 const MPI_Comm                  communicator = MPI_COMM_WORLD)
    {
      a_case.read(communicator, std::string(SGDFP_CASES) + "/" + name, changes);
      loss     = make_loss<dim>(a_case.loss,
                            a_case.vocabulary(),
                            a_case.folder(),
                            communicator);
      dynamics = std::make_unique<Dynamics<dim>>(loss,
                                                 a_case.noise,
                                                 a_case.optimiser,
                                                 a_case.vocabulary());
      chain    = std::make_unique<Chain<dim>>(a_case.chain,
                                           a_case.loss,
                                           a_case.optimiser,
                                           a_case.noise,
                                           loss,
                                           *dynamics,
                                           a_case.folder(),
                                           communicator);
      ensemble = std::make_unique<Ensemble<dim>>(communicator,
                                                 *chain,
                                                 a_case.ensemble.chains,
                                                 a_case.ensemble.seed);
      ensemble->start(InitialDensity<dim>(a_case.initial_density,
                                          a_case.vocabulary()),
                      a_case.domain.lower,
                      a_case.domain.upper);
    }

    /// Means and covariances of parameters, and with momentum velocities.
    std::unique_ptr<UnitAverages> average(const std::uint64_t burn_in,
                                          const std::uint64_t n,
                                          const std::uint64_t thinning)
    {
      const unsigned int n_c = (chain->has_momentum() ? 2 : 1) * dim;
      std::vector<UnitAverages::Pair> pairs;
      for (unsigned int i = 0; i < n_c; ++i)
        for (unsigned int j = i; j < n_c; ++j)
          pairs.emplace_back(i, j);
      auto averages =
        std::make_unique<UnitAverages>(MPI_COMM_WORLD,
                                       ensemble->n_local(),
                                       a_case.ensemble.chains,
                                       n,
                                       pairs,
                                       std::vector<double>(n_c, 0.1));
      ensemble->advance(burn_in);
      for (std::uint64_t k = 0; k < n; ++k)
        {
          ensemble->advance(thinning);
          ensemble->for_each([&](const auto &state) {
            std::vector<double> values(state.theta.begin_raw(),
                                       state.theta.begin_raw() + dim);
            if (n_c > dim)
              values.insert(values.end(),
                            state.velocity.begin_raw(),
                            state.velocity.begin_raw() + dim);
            averages->add(state.local, k, values);
          });
        }
      averages->finish();
      return averages;
    }

    Case                             a_case;
    std::shared_ptr<const Loss<dim>> loss;
    std::unique_ptr<Dynamics<dim>>   dynamics;
    std::unique_ptr<Chain<dim>>      chain;
    std::unique_ptr<Ensemble<dim>>   ensemble;
  };



  void expect_within(const UnitAverages::Estimate &found,
                     const double                  exact,
                     const double                  relative)
  {
    EXPECT_LT(std::abs(found.value - exact), 4 * found.standard_error);
    EXPECT_LT(found.standard_error, relative * std::abs(exact));
  }
} // namespace



// S_ij = eta C_ij/(B (h_i + h_j - eta h_i h_j)) [anchors.md, G]
TEST(Ensemble, DiscreteCovarianceOfAQuadratic)
{
  EnsembleCase<2> run("verification/G_discrete.prm", {"Ensemble/chains=20000"});
  const auto found = run.average(/*burn_in=*/60, /*n=*/100, /*thinning=*/5);
  expect_within(found->covariance(0), 2. / 9, 2e-3);
  expect_within(found->covariance(1), 1. / 17, 5e-3);
  expect_within(found->covariance(2), 1. / 7, 2e-3);
  expect_within(found->mean(0), 0.25, 2e-3);
  EXPECT_LT(std::abs(found->drift(0)), 4);
}



// Heavy ball with Gaussian noise of variance q on h_i = h: the stationary
// covariance of theta' = (1 + mu - eta h) theta - mu theta_- + xi.
TEST(Ensemble, MomentumOnAQuadratic)
{
  EnsembleCase<2>             run("verification/G_discrete.prm",
                      {"Ensemble/chains=20000", "Optimiser/momentum=0.6"});
  const auto                  found = run.average(200, 100, 5);
  const double                eta = 0.2, mu = 0.6;
  const std::array<double, 2> h = {{1, 3}}, D = {{0.2, 0.3}};
  for (unsigned int i = 0; i < 2; ++i)
    {
      // AR(2): variance q (1 + mu)/((1 - mu)((1 + mu)^2 - a^2)), a = 1 + mu -
      // eta h; q = 2 D eta (1 - mu)
      const double a = 1 + mu - eta * h[i];
      const double q = 2 * D[i] * eta * (1 - mu);
      const double exact =
        q * (1 + mu) / ((1 - mu) * ((1 + mu) * (1 + mu) - a * a));
      expect_within(found->covariance(i == 0 ? 0 : 4), exact, 3e-3);
    }
}



TEST(Ensemble, EulerMaruyamaOfAnOrnsteinUhlenbeckProcess)
{
  // S_ii = D_ii/(h_i (1 - h h_i/2)) in steps of h
  EnsembleCase<2> run("verification/G_discrete.prm",
                      {"Ensemble/chains=20000",
                       "Ensemble/chain=euler-maruyama",
                       "Ensemble/time step=0.05"});
  const auto      found = run.average(200, 100, 20);
  expect_within(found->covariance(0), 0.2 / (1 - 0.025), 3e-3);
  expect_within(found->covariance(2), 0.1 / (1 - 0.075), 3e-3);
}



TEST(Ensemble, TheSameChainsOnAnyNumberOfRanks)
{
  const std::vector<std::string> changes = {"Ensemble/chains=1500"};
  EnsembleCase<2> shared("tutorial/two_layer_network.prm", changes);
  EnsembleCase<2> alone("tutorial/two_layer_network.prm",
                        changes,
                        MPI_COMM_SELF);
  shared.ensemble->advance(30);
  shared.ensemble->advance(20);
  alone.ensemble->advance(50);
  std::vector<dealii::Point<2>> states;
  alone.ensemble->for_each(
    [&](const auto &state) { states.push_back(state.theta); });
  ASSERT_EQ(states.size(), 1500u);
  std::uint64_t n = 0;
  shared.ensemble->for_each([&](const auto &state) {
    EXPECT_EQ(state.theta, states[state.chain]);
    ++n;
  });
  EXPECT_EQ(dealii::Utilities::MPI::sum(n, MPI_COMM_WORLD), 1500u);
}



TEST(Ensemble, InitialStates)
{
  const std::vector<std::string> changes = {"Ensemble/chains=50000",
                                            "Time/initial density=expression",
                                            "Time/expression=u^2*exp(-u^2-v^2)",
                                            "Domain/lower=-4,-4",
                                            "Domain/upper=4,4"};
  EnsembleCase<2>                run("tutorial/two_layer_network.prm", changes);
  double                         sum = 0;
  run.ensemble->for_each(
    [&](const auto &state) { sum += state.theta[0] * state.theta[0]; });
  sum = dealii::Utilities::MPI::sum(sum, MPI_COMM_WORLD) / 50000;
  // E u^2 = (3/4)/(1/2), Var u^2 = (15/8)/(1/2) - 9/4
  EXPECT_NEAR(sum, 1.5, 4 * std::sqrt(1.5 / 50000));
}



TEST(Ensemble, StandardErrorsKnowOfCorrelation)
{
  // AR(1) with coefficient .9: the effective number of samples is n (1 - .9)/(1
  // + .9) for the mean. One chain, so that batches are the units.
  const RandomStream     stream(4);
  constexpr unsigned int n = 64000;
  UnitAverages           one(
    MPI_COMM_WORLD,
    dealii::Utilities::MPI::this_mpi_process(MPI_COMM_WORLD) == 0 ? 1 : 0,
    1,
    n,
    {{0, 0}},
    {0.});
  double x = 0;
  for (unsigned int k = 0; k < n; ++k)
    {
      RandomStream::Draws draws(stream, 0, k);
      Lanes               z;
      draws.normal(z);
      x = 0.9 * x + z[0];
      if (dealii::Utilities::MPI::this_mpi_process(MPI_COMM_WORLD) == 0)
        one.add(0, k, {x});
    }
  one.finish();
  const double expected = n * 0.1 / 1.9;
  EXPECT_GT(one.effective_samples(0), 0.6 * expected);
  EXPECT_LT(one.effective_samples(0), 1.6 * expected);
  EXPECT_TRUE(std::isnan(one.drift(0)));
}



TEST(Ensemble, ALawThatMovesIsSeen)
{
  EnsembleCase<2> run("verification/G_discrete.prm",
                      {"Ensemble/chains=2000", "Time/mean=2,2"});
  const auto      found = run.average(0, 20, 1);
  EXPECT_GT(std::abs(found->drift(0)), 10);
}



TEST(Ensemble, SplitOfAHistogramMeasuresItsNoise)
{
  // N(0, 1)^2 samples: the distance of the histogram to the exact masses is
  // what the split says.
  const RandomStream     stream(6);
  Histogram<1>           histogram({-4.}, {4.}, 40);
  Lanes                  a, b;
  std::vector<double>    masses(40, 0.);
  constexpr unsigned int n = 400 * n_lanes;
  for (unsigned int k = 0; k < 400; ++k)
    {
      RandomStream::Draws draws(stream, 0, k);
      draws.normals(a, b);
      for (unsigned int i = 0; i < n_lanes; ++i)
        {
          histogram.add(dealii::Point<1>(a[i]), i % 2);
          if (std::abs(a[i]) < 4)
            masses[static_cast<unsigned int>((a[i] + 4) / 8 * 40)] += 1. / n;
        }
    }
  histogram.finish(MPI_COMM_SELF);
  double distance = 0;
  for (unsigned int j = 0; j < 40; ++j)
    {
      const double x = -4 + 0.2 * j;
      const double exact =
        (std::erf((x + 0.2) / std::sqrt(2)) - std::erf(x / std::sqrt(2))) / 2;
      distance += std::abs(masses[j] - exact) / 2;
    }
  EXPECT_GT(histogram.split_total_variation(), 0.6 * distance);
  EXPECT_LT(histogram.split_total_variation(), 1.6 * distance);
  EXPECT_NEAR(histogram.outside_mass(), 6.3e-5, 1e-4);
}
