// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_TIME_PARAMETERS_H
#define SGDFP_SOLVERS_TIME_PARAMETERS_H

#include <deal.II/base/parameter_handler.h>

#include <string>
#include <vector>

namespace sgdfp
{
  /// Entries of subsection Time that say how far and how well.
  struct TimeParameters
  {
    double              end_time            = 10;
    double              caputo_order        = 1;
    std::string         caputo_method       = "L1";
    std::string         caputo_history      = "exponentials";
    double              tolerance           = 1e-3;
    std::vector<double> output_times        = {};
    unsigned int        number_of_outputs   = 10;
    double              checkpoint_interval = 600;
    std::string         run;

    void add_parameters(dealii::ParameterHandler &prm);

    /// Whether the time derivative is the Caputo one of order beta < 1.
    bool is_fractional() const;

    /// @throws EntryError
    void check() const;

    /// Increasing, ending with the end time: the output times, or that many
    /// evenly spaced ones.
    std::vector<double> outputs() const;
  };
} // namespace sgdfp

#endif
