// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/time_parameters.h"

#include "base/errors.h"
#include "base/matrix_entry.h"
#include "base/text.h"

namespace sgdfp
{
  namespace Patterns = dealii::Patterns;



  void TimeParameters::add_parameters(dealii::ParameterHandler &prm)
  {
    prm.enter_subsection("Time");
    prm.add_parameter("end time",
                      end_time,
                      "In units of t = (learning rate) * steps",
                      Patterns::Double(0));
    prm.add_parameter("caputo order",
                      caputo_order,
                      "beta of the Caputo derivative of order beta in time; "
                      "< 1: subdiffusion",
                      Patterns::Double(0, 1));
    prm.add_parameter("caputo method",
                      caputo_method,
                      "L1: steps, with an error bound; contour: a few complex "
                      "solves per output time, to 1e-9",
                      Patterns::Selection("L1|contour"));
    prm.add_parameter(
      "caputo history",
      caputo_history,
      "What L1 keeps: exponentials (some 40 vectors), or direct "
      "(every step, for comparison)",
      Patterns::Selection("exponentials|direct"));
    prm.add_parameter("tolerance",
                      tolerance,
                      "Estimated error of a step, in L1 of the density; with "
                      "caputo order < 1 that of the law at every time",
                      Patterns::Double(0));
    prm.add_parameter("output times",
                      output_times,
                      "When fields are written, beside the end; evenly spaced "
                      "ones if empty");
    prm.add_parameter("number of outputs",
                      number_of_outputs,
                      "Of evenly spaced output times",
                      Patterns::Integer(1));
    prm.add_parameter("checkpoint interval",
                      checkpoint_interval,
                      "Wall seconds between checkpoints",
                      Patterns::Double(0));
    prm.add_parameter("run",
                      run,
                      "Run folder of sgdfp-stationary or sgdfp-transient whose "
                      "last law is the initial density (initial density = run)",
                      Patterns::Anything());
    prm.leave_subsection();
  }



  bool TimeParameters::is_fractional() const
  {
    return caputo_order < 1;
  }



  void TimeParameters::check() const
  {
    // Below, the first step (tolerance)^{1/beta} is too small a number.
    constexpr double least_order = 0.05;
    if (!(caputo_order >= least_order))
      throw EntryError("Time/caputo order",
                       to_text(caputo_order),
                       "the order of the derivative is between " +
                         to_text(least_order) + " and 1",
                       "Give 1 for ordinary time, or an order such as 0.5.");
    if (!(end_time > 0))
      throw EntryError("Time/end time",
                       to_text(end_time),
                       "time begins at 0",
                       "Give a positive number.");
    if (!(tolerance > 0))
      throw EntryError("Time/tolerance",
                       to_text(tolerance),
                       "no step has so small an error",
                       "Give a positive number, such as 1e-3.");
    constexpr unsigned int most_outputs = 100000; // each has its files
    if (number_of_outputs > most_outputs)
      throw EntryError("Time/number of outputs",
                       std::to_string(number_of_outputs),
                       "that many sets of files would be written; " +
                         std::to_string(most_outputs) + " are the most",
                       "Give fewer: statistics.csv has a row for every step "
                       "anyway.");
    for (std::size_t i = 0; i < output_times.size(); ++i)
      if (!(output_times[i] > (i == 0 ? 0. : output_times[i - 1])) ||
          output_times[i] > end_time)
        throw EntryError("Time/output times",
                         to_text(MatrixRows{output_times}),
                         "its number " + std::to_string(i + 1) +
                           " is not above the one before it, or beyond "
                           "Time/end time",
                         "Give increasing times between 0 and the end time.");
  }



  std::vector<double> TimeParameters::outputs() const
  {
    std::vector<double> times = output_times;
    if (times.empty())
      for (unsigned int i = 1; i < number_of_outputs; ++i)
        times.push_back(end_time * i / number_of_outputs);
    if (times.empty() || times.back() < end_time)
      times.push_back(end_time);
    return times;
  }
} // namespace sgdfp
