// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/row_influence.h"

#include "tests/problem.h"
#include "tests/temporary_file.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace sgdfp;

namespace
{
  constexpr const char *data = "x1,y1\n"
                               "1,1.5\n"
                               "-.7,-.2\n"
                               "1.4,1\n"
                               "-1.2,-1.9\n"
                               "2,1.1\n";

  /// The two-layer network on these rows, with an event, a test loss and the
  /// training loss as observables.
  struct TrainedNetwork
  {
    TrainedNetwork(const std::string &file, const std::string &weights)
    {
      const TemporaryFile empty("set dimension = 2\n", /*shared=*/true);
      a_case.read(MPI_COMM_WORLD,
                  empty.name,
                  {"variables=u, v",
                   "Loss/weight decay=0.1",
                   "Loss/Deep linear network/data=file",
                   "Loss/Deep linear network/file=" + file,
                   "Loss/Deep linear network/row weights=" + weights,
                   "Optimiser/learning rate=0.2",
                   "Noise/isotropic floor=0.05",
                   "Noise/calculus=midpoint"});
      problem.loss =
        make_loss<2>(a_case.loss, a_case.vocabulary(), "", MPI_COMM_WORLD);
      problem.noise      = a_case.noise;
      problem.optimiser  = a_case.optimiser;
      problem.vocabulary = a_case.vocabulary();
      problem.use_box(4, 6);
      problem.solve();
      observables = std::make_unique<Observables<2>>(
        ObservableParameters{"learned: if(u*v > 0.5, 1, 0)", {}},
        a_case.vocabulary());
      observables->add("test_loss", [](const dealii::Point<2> &theta) {
        return .5 * std::pow(theta[0] * theta[1] - 1, 2);
      });
      LossParameters train = a_case.loss;
      train.weight_decay   = 0;
      const std::shared_ptr<const Loss<2>> loss =
        make_loss<2>(train, a_case.vocabulary(), "", MPI_COMM_WORLD);
      observables->add("train_loss", [loss](const dealii::Point<2> &theta) {
        return loss->value(theta);
      });
    }

    std::vector<double> means()
    {
      run_postprocessors<2>(problem.solver->law(),
                            {observables.get()},
                            problem.summary);
      std::vector<double> result;
      for (const std::string &name : observables->names())
        result.push_back(
          problem.summary.json()["observables"][name]["mean"].get<double>());
      return result;
    }

    Case                            a_case;
    Problem<2>                      problem;
    std::unique_ptr<Observables<2>> observables;
  };
} // namespace



// The adjoint derivatives against central differences of whole solves, for
// rows of weight 1, of another weight and of none.
TEST(RowInfluence, AgreesWithSolvingAnew)
{
  const TemporaryFile   file(data, /*shared=*/true);
  TrainedNetwork        whole(file.name, "2: 0; 5: 1.7");
  const RowInfluence<2> influence(whole.problem.solver->law(),
                                  whole.a_case,
                                  *whole.observables);
  constexpr double      h = 1e-3;
  for (const auto &[row, weight, other] :
       {std::make_tuple(1u, 1., "; 2: 0; 5: 1.7"),
        std::make_tuple(2u, 0., "; 5: 1.7"),
        std::make_tuple(5u, 1.7, "; 2: 0")})
    {
      // One-sided, of second order, where a weight cannot be negative
      const bool                       at_zero = (weight == 0);
      std::vector<std::vector<double>> means;
      for (const double step : {at_zero ? 0 : -h, h, 2 * h})
        means.push_back(TrainedNetwork(file.name,
                                       std::to_string(row) + ": " +
                                         std::to_string(weight + step) + other)
                          .means());
      for (unsigned int k = 0; k < 3; ++k)
        {
          const double difference =
            (at_zero ?
               (4 * means[1][k] - 3 * means[0][k] - means[2][k]) / (2 * h) :
               (means[1][k] - means[0][k]) / (2 * h));
          const double found = influence.derivatives[k][row - 1];
          EXPECT_GT(std::abs(found), 1e-4);
          EXPECT_NEAR(found / difference, 1, 1e-4)
            << whole.observables->names()[k] << ", row " << row;
        }
    }
  // All weights times a factor are the same law.
  Summary summary;
  influence.report(summary);
  for (const auto &[name, entry] : summary.json()["influence"].items())
    EXPECT_NEAR(entry.at("sum").get<double>(), 0, 1e-9) << name;
}



TEST(RowInfluence, Refusals)
{
  const TemporaryFile file(data, /*shared=*/true);
  const TemporaryFile empty("set dimension = 2\n", /*shared=*/true);
  const std::string   use_file = "Loss/Deep linear network/data=file",
                    the_file   = "Loss/Deep linear network/file=" + file.name;
  const auto is_refused        = [&](const std::vector<std::string> &changes) {
    Case a_case;
    a_case.read(MPI_COMM_WORLD, empty.name, changes);
    EXPECT_THROW(check_row_influence(a_case), EntryError);
  };
  is_refused({});
  is_refused({use_file, the_file, "Optimiser/sampling=without replacement"});
  is_refused({use_file, the_file, "Optimiser/momentum=0.5"});
  is_refused({use_file, the_file, "Optimiser/drift=second order"});
}
