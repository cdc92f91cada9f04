// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_PATH_PARAMETERS_H
#define SGDFP_SOLVERS_PATH_PARAMETERS_H

#include <deal.II/base/parameter_handler.h>

#include <vector>

namespace sgdfp
{
  /// Entries of subsection Trajectories: paths of training without noise.
  struct PathParameters
  {
    std::vector<std::vector<double>> starts;
    unsigned int                     steps        = 1000;
    double                           average_from = 0.5;
    unsigned int                     rows         = 1000;
    unsigned int                     substeps     = 8;
    /// First and last of a bifurcation diagram, or none
    std::vector<double> learning_rates;


    void add_parameters(dealii::ParameterHandler &prm);

    /// @throws EntryError
    void check(const unsigned int dimension) const;
  };
} // namespace sgdfp

#endif
