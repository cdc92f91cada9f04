// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/problem.h"

#include <gtest/gtest.h>

using namespace sgdfp;

namespace
{
  /// All numbers of a summary, by path.
  void flatten(const Summary::Json           &node,
               const std::string             &path,
               std::map<std::string, double> &numbers)
  {
    if (node.is_number())
      numbers[path] = node.get<double>();
    else if (node.is_structured())
      for (const auto &item : node.items())
        flatten(item.value(), path + "/" + item.key(), numbers);
  }



  /// The same problem on all ranks together and on each rank alone.
  template <typename Make>
  void expect_rank_independence(const Make &make)
  {
    const auto                    together = make(MPI_COMM_WORLD);
    const auto                    alone    = make(MPI_COMM_SELF);
    std::map<std::string, double> a, b;
    flatten(together->answer(), "", a);
    flatten(alone->answer(), "", b);
    ASSERT_EQ(a.size(), b.size());
    constexpr double tolerance = 1e-9;
    for (const auto &[path, value] : a)
      EXPECT_NEAR(value, b[path], tolerance * std::max(1., std::abs(b[path])))
        << path;
  }
} // namespace



TEST(Network, EveryNumberIsTheSameOnAnyNumberOfRanks)
{
  expect_rank_independence([](const MPI_Comm comm) {
    auto problem          = scalar_network<1>(0.05, 0.1, 0.01, comm);
    problem->domain.lower = {-2};
    problem->domain.upper = {4};
    problem->domain.initial_refinement = 5;
    problem->observables.functions     = "square: u^2";
    problem->observables.probe_points  = {{0.5}, {1}};
    return problem;
  });
  expect_rank_independence([](const MPI_Comm comm) {
    auto problem = scalar_network<2>(0.2, 0.05, 0.1, comm);
    problem->use_box(4, 5);
    problem->observables.functions    = "product: u*v";
    problem->observables.probe_points = {{0, 0}, {0.3, 1}};
    return problem;
  });
  expect_rank_independence([](const MPI_Comm comm) {
    auto problem = scalar_network<3>(0.4, 0.05, 0.2, comm);
    problem->use_box(4, 3);
    problem->discretisation_parameters.degree = 2;
    problem->observables.probe_points         = {{0, 0, 0}};
    return problem;
  });
}



TEST(Network, IsotropicNoiseGivesGibbsToRoundOff)
{
  auto problem               = scalar_network<2>(0.1, 0.1, 0.);
  problem->noise.type        = "isotropic";
  problem->noise.temperature = 0.1;
  problem->use_box(7, 5);
  const auto &answer = problem->answer();
  EXPECT_LT(answer["current"]["l1"].get<double>(), 1e-11);
  EXPECT_LT(answer["gibbs"]["kl"].get<double>(), 1e-11);
  EXPECT_NEAR(answer["gibbs"]["closest_temperature"].get<double>(), 0.1, 1e-9);
  EXPECT_TRUE(answer["detailed_balance"]["holds"].get<bool>());
}



TEST(Network, FreeEnergyExceedsThatOfGibbsByTemperatureTimesKl)
{
  auto problem                   = scalar_network<2>(0.2, 0.05, 0.1);
  problem->reference.temperature = "0.15";
  problem->use_box(5, 6);
  const auto &answer = problem->answer();
  const auto &F      = answer["free_energy"];
  EXPECT_EQ(F["temperature"].get<double>(), 0.15);
  EXPECT_NEAR(F["value"].get<double>() - F["gibbs_value"].get<double>(),
              0.15 * answer["gibbs"]["kl"].get<double>(),
              1e-10);
  EXPECT_LT(answer["gibbs"]["closest_kl"].get<double>(),
            answer["gibbs"]["kl"].get<double>());
}



TEST(Network, NoGibbsDensityInAFlatValley)
{
  auto problem = scalar_network<2>(0, 0.2, 0.02);
  problem->use_box(6, 5);
  const auto &answer = problem->answer();
  EXPECT_TRUE(answer["gibbs"]["kl"].is_null());
  EXPECT_TRUE(answer["gibbs"]["kl_reason"].is_string());
  EXPECT_TRUE(answer["free_energy"]["value"].is_null());
  EXPECT_FALSE(answer["free_energy"]["energy"].is_null());
}
