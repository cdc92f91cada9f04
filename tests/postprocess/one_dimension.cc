// SPDX-License-Identifier: GPL-3.0-or-later
// One parameter: the laws are known in closed form.
#include "base/errors.h"
#include "tests/problem.h"

#include <gtest/gtest.h>

using namespace sgdfp;

namespace
{
  /// f = w x with x ~ N(0, 1), teacher 1, label noise s: D = (eta/2) c,
  /// c = 2 (w-1)^2 + s^2, b = -(w-1): p ~ c^{(a-1) - 1/(2 eta)} since
  /// (log p)' = (b - (1-a) D')/D (anchor B4 with one layer; a the calculus).
  double power(const double eta, const double a)
  {
    return -(1 - a) - 1 / (2 * eta);
  }
} // namespace



TEST(OneParameter, EachCalculusGivesItsClosedFormLawAndNoCurrent)
{
  const double eta = 0.1;
  for (const auto &[name, a] :
       {std::make_pair("ito", 0.), {"midpoint", 0.5}, {"isothermal", 1.}})
    {
      auto problem                              = scalar_network<1>(0, eta, 0);
      problem->noise.calculus                   = name;
      problem->domain.lower                     = {-7};
      problem->domain.upper                     = {9};
      problem->domain.initial_refinement        = 10;
      problem->discretisation_parameters.degree = 6;
      const auto  &answer                       = problem->answer();
      const double k                            = power(eta, a);
      const auto   density                      = [&](const double w) {
        return std::pow(2 * (w - 1) * (w - 1) + 0.25, k);
      };
      double Z = 0;
      problem->solver->law().for_each_point([&](const auto &sample) {
        Z += density(sample.theta[0]) * sample.weight;
      });
      Z                = dealii::Utilities::MPI::sum(Z, MPI_COMM_WORLD);
      const auto error = problem->errors(
        [&](const dealii::Point<1> &w) { return density(w[0]) / Z; });
      EXPECT_LT(error.first, 1e-8) << name;
      EXPECT_LT(answer["current"]["l1"].get<double>(), 1e-11) << name;
      EXPECT_TRUE(answer["detailed_balance"]["holds"].get<bool>()) << name;
      EXPECT_TRUE(answer["current"]["curl_l2"].is_null());
    }
}



TEST(OneParameter, MomentsEntropyAndObservablesOfANormalLaw)
{
  auto                          problem = std::make_unique<Problem<1>>();
  dealii::SymmetricTensor<2, 1> H;
  H[0][0] = 2;
  problem->loss =
    std::make_shared<QuadraticLoss<1>>(H, dealii::Tensor<1, 1>({0.5}), 0.);
  problem->noise.type        = "isotropic";
  problem->noise.temperature = 0.5;
  problem->use_box(5, 6);
  problem->observables.functions    = "right: if(u>0.5,1,0); fourth: (u-0.5)^4";
  problem->observables.probe_points = {{0.5}};
  const auto  &answer               = problem->answer();
  const double variance = 0.25, pi = dealii::numbers::PI;
  EXPECT_NEAR(answer["moments"]["mean"][0].get<double>(), 0.5, 1e-12);
  EXPECT_NEAR(answer["moments"]["covariance"][0][0].get<double>(),
              variance,
              1e-12);
  EXPECT_NEAR(answer["free_energy"]["entropy"].get<double>(),
              0.5 * std::log(2 * pi * std::exp(1.) * variance),
              1e-10);
  EXPECT_NEAR(answer["free_energy"]["energy"].get<double>(), 0.25, 1e-12);
  EXPECT_NEAR(answer["observables"]["fourth"]["mean"].get<double>(),
              3 * variance * variance,
              1e-10);
  // The jump lies inside a cell.
  EXPECT_NEAR(answer["observables"]["right"]["mean"].get<double>(), 0.5, 1e-11);
  EXPECT_NEAR(answer["probes"][0]["density"].get<double>(),
              1 / std::sqrt(2 * pi * variance),
              1e-10);
}



TEST(BoundaryMass, DoesNotDependOnTheMesh)
{
  std::vector<double> masses;
  for (const unsigned int refinement : {2, 3, 5, 7})
    {
      auto                          problem = std::make_unique<Problem<1>>();
      dealii::SymmetricTensor<2, 1> H;
      H[0][0] = 1;
      problem->loss =
        std::make_shared<QuadraticLoss<1>>(H, dealii::Tensor<1, 1>(), 0.);
      problem->noise.type        = "isotropic";
      problem->noise.temperature = 1;
      problem->use_box(3, refinement);
      masses.push_back(
        problem->answer()["density"]["boundary_mass"].get<double>());
    }
  // Normal density on [-3, 3], within .06 of an end.
  const double exact =
    (std::erf(3 / std::sqrt(2)) - std::erf(2.94 / std::sqrt(2))) /
    std::erf(3 / std::sqrt(2));
  for (const double mass : masses)
    EXPECT_NEAR(mass / exact, 1, 1e-6);
}



TEST(Observables, RefuseWhatIsNoExpression)
{
  for (const char *bad : {"u*v", "a: u+*v", "a: q", ": u", "a: sin(u"})
    {
      ObservableParameters parameters;
      parameters.functions = bad;
      EXPECT_THROW(Observables<2>(parameters, {{"u", "v"}, {}}), EntryError)
        << bad;
    }
}
