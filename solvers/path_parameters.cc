// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/path_parameters.h"

#include "base/errors.h"
#include "base/matrix_entry.h"
#include "base/text.h"

namespace sgdfp
{
  void PathParameters::add_parameters(dealii::ParameterHandler &prm)
  {
    namespace Patterns = dealii::Patterns;
    prm.enter_subsection("Trajectories");
    prm.add_parameter("starts",
                      starts,
                      "Where paths of gradient descent, gradient flow and the "
                      "central flow begin; none if empty (sgdfp-landscape)");
    prm.add_parameter("steps",
                      steps,
                      "Steps of gradient descent; the flows go as far, to t = "
                      "eta steps",
                      Patterns::Integer(1));
    prm.add_parameter("average from",
                      average_from,
                      "Share of the steps after which means and covariances "
                      "along a path are taken",
                      Patterns::Double(0, 1));
    prm.add_parameter("rows",
                      rows,
                      "Most moments of a path that are written",
                      Patterns::Integer(2));
    prm.add_parameter("substeps",
                      substeps,
                      "Steps of the central flow per step of gradient descent",
                      Patterns::Integer(1));
    prm.add_parameter("bifurcation learning rates",
                      learning_rates,
                      "First and last learning rate of a diagram of where "
                      "gradient descent is at last, from the first start; none "
                      "if empty");
    prm.leave_subsection();
  }



  void PathParameters::check(const unsigned int dimension) const
  {
    for (const auto &start : starts)
      if (start.size() != dimension)
        throw EntryError("Trajectories/starts",
                         to_text(MatrixRows{start}),
                         "the dimension is " + std::to_string(dimension),
                         "Separate coordinates by commas and points by "
                         "semicolons.");
    if (!learning_rates.empty() &&
        !(learning_rates.size() == 2 && learning_rates[0] > 0 &&
          learning_rates[1] > learning_rates[0]))
      throw EntryError("Trajectories/bifurcation learning rates",
                       to_text(MatrixRows{learning_rates}),
                       "must be two positive numbers, the smaller one first",
                       "Such as 0.4, 1.2.");
    if (!(average_from < 1))
      throw EntryError("Trajectories/average from",
                       to_text(average_from),
                       "must be below 1",
                       "A half is usual.");
  }
} // namespace sgdfp
