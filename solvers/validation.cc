// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/validation.h"

#include "base/text.h"
#include "models/extreme_eigenvalues.h"

#include <algorithm>
#include <limits>

namespace sgdfp
{
  using dealii::Point;
  using dealii::Utilities::fixed_power;

  namespace
  {
    /// Extremes over the quadrature points of all ranks.
    template <int dim>
    struct Extremes
    {
      double     lowest_loss = std::numeric_limits<double>::max();
      Point<dim> lowest_at;
      double     least_D = std::numeric_limits<double>::max();
      double     most_D  = 0;
    };



    template <int dim>
    Extremes<dim> find_extremes(const Discretisation<dim> &discretisation,
                                const Dynamics<dim>       &dynamics)
    {
      Extremes<dim> found;
      discretisation.for_each_quadrature_point([&](const Point<dim> &theta) {
        const double loss = dynamics.loss().value(theta);
        if (loss < found.lowest_loss)
          {
            found.lowest_loss = loss;
            found.lowest_at   = theta;
          }
        const auto [least, most] = extreme_eigenvalues(
          dynamics.diffusion(theta, MatrixFieldDerivatives::divergence).value);
        found.most_D  = std::max(found.most_D, most);
        found.least_D = std::min(found.least_D, least);
      });
      const MPI_Comm communicator = discretisation.communicator;
      const auto     lowest =
        dealii::Utilities::MPI::min_max_avg(found.lowest_loss, communicator);
      found.lowest_at   = dealii::Utilities::MPI::broadcast(communicator,
                                                          found.lowest_at,
                                                          lowest.min_index);
      found.lowest_loss = lowest.min;
      found.least_D = dealii::Utilities::MPI::min(found.least_D, communicator);
      found.most_D  = dealii::Utilities::MPI::max(found.most_D, communicator);
      return found;
    }



    /// Share of the sampled points of every side where the drift points out.
    template <int dim>
    void report_sides(const ParameterBox<dim> &box,
                      const Dynamics<dim>     &dynamics,
                      RunLog                  &log)
    {
      constexpr unsigned int       n         = 33;
      const Point<dim>             low       = box.to_chart(box.lower());
      const dealii::Tensor<1, dim> size      = box.to_chart(box.upper()) - low;
      const unsigned int           n_points  = fixed_power<dim - 1>(n);
      unsigned int                 n_outward = 0;
      for (unsigned int side = 0; side < 2 * dim; ++side)
        for (unsigned int k = 0; k < n_points; ++k)
          {
            Point<dim> xi = low;
            for (unsigned int d = 0, rest = k; d < dim; ++d)
              if (d == side / 2)
                xi[d] += (side % 2) * size[d];
              else
                {
                  xi[d] += (rest % n) * size[d] / (n - 1);
                  rest /= n;
                }
            const double along =
              dynamics
                .flux(box.from_chart(xi), MatrixFieldDerivatives::divergence)
                .drift[side / 2];
            n_outward += ((side % 2 == 1 ? along : -along) > 0);
          }
      if (n_outward == 0)
        log.say("Physics   the drift points into the box on all sides");
      else
        log.warn("the drift b - (1-a) div D points out of the box at " +
                 std::to_string(n_outward) + " of " +
                 std::to_string(2 * dim * n_points) +
                 " points of its boundary: the law may not fit into it");
    }
  } // namespace



  template <int dim>
  void report_physics(const Discretisation<dim> &discretisation,
                      const Dynamics<dim>       &dynamics,
                      const double               learning_rate,
                      RunLog                    &log)
  {
    const Extremes<dim> found = find_extremes(discretisation, dynamics);
    const double        sharpness =
      extreme_eigenvalues(dynamics.loss().hessian(found.lowest_at)).second;
    log.say("Physics   least loss " + to_text(found.lowest_loss) + " at " +
            to_text(found.lowest_at) + ", sharpness there " +
            to_text(sharpness));
    if (learning_rate * sharpness >= 2)
      log.warn(
        "learning rate * sharpness = " + to_text(learning_rate * sharpness) +
        " is at least 2 where the loss is least: gradient descent does "
        "not stay there, and the equation, which is of first order in "
        "the learning rate, is far from SGD");
    log.say("Physics   eigenvalues of D from " + to_text(found.least_D) +
            " to " + to_text(found.most_D));
    if (found.least_D <= 1e-12 * found.most_D)
      log.say("Physics   D is singular in places: entropy production is not "
              "defined there, and layers can be thin");
    if (const auto T = dynamics.isotropic_temperature())
      log.say("Physics   D = T I with T = " + to_text(*T) +
              ": the law is the Gibbs density");
    report_sides(discretisation.box, dynamics, log);
  }



  template void report_physics(const Discretisation<1> &,
                               const Dynamics<1> &,
                               const double,
                               RunLog &);
  template void report_physics(const Discretisation<2> &,
                               const Dynamics<2> &,
                               const double,
                               RunLog &);
  template void report_physics(const Discretisation<3> &,
                               const Dynamics<3> &,
                               const double,
                               RunLog &);
} // namespace sgdfp
