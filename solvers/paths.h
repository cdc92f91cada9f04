// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_PATHS_H
#define SGDFP_SOLVERS_PATHS_H

#include "models/edge_of_stability.h"
#include "solvers/path_parameters.h"

namespace sgdfp
{
  /// One way of training without noise.
  enum class PathKind
  {
    gradient_descent, ///< theta' = theta - eta grad L
    gradient_flow,    ///< d theta/dt = -grad L
    central_flow      ///< EdgeOfStability
  };

  /// "gradient descent" ..
  std::string to_text(const PathKind kind);



  /// A path of training from one start.
  template <int dim>
  struct Path
  {
    struct Moment
    {
      double             time; ///< t = eta k
      dealii::Point<dim> theta;
      /// Of the oscillation about the central flow, else 0
      double variance;
    };

    PathKind               kind;
    std::vector<Moment>    moments; ///< those that are kept
    dealii::Point<dim>     end;
    dealii::Tensor<1, dim> mean; ///< over the last part
    /// Of theta over the last part; of the central flow with its oscillation
    dealii::SymmetricTensor<2, dim> covariance;
    /// |end| error estimated by halving the steps; 0 for gradient descent
    double error        = 0;
    bool   has_diverged = false;
  };



  /// Follows @p kind from @p start over the steps of the case.
  /// @throws SolverFailure, EntryError
  template <int dim>
  Path<dim> follow_path(const PathKind            kind,
                        const Loss<dim>          &loss,
                        const double              learning_rate,
                        const dealii::Point<dim> &start,
                        const PathParameters     &parameters);



  /// Where gradient descent is at last, for @p n learning rates between two:
  /// its last points for each, from the same start; none where it diverges.
  template <int dim>
  std::vector<std::vector<dealii::Point<dim>>>
  bifurcation(const Loss<dim>           &loss,
              const std::vector<double> &learning_rates,
              const dealii::Point<dim>  &start,
              const unsigned int         steps,
              const unsigned int         n_last);
} // namespace sgdfp

#endif
