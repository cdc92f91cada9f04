// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_SWEEP_PARAMETERS_H
#define SGDFP_SOLVERS_SWEEP_PARAMETERS_H

#include <deal.II/base/parameter_handler.h>

#include <string>
#include <vector>

namespace sgdfp
{
  /// The name of the row without any switch.
  constexpr const char *as_given = "as given";



  /// One changed assumption: entries of the case with other values.
  struct SweepSwitch
  {
    std::string              name;
    std::vector<std::string> assignments; ///< "Section/entry=value"
  };



  /// One axis of a phase diagram.
  struct SweepAxis
  {
    std::string         name;
    std::string         path; ///< of the entry
    std::vector<double> values;
  };



  /// Entries of subsection Sweep: the rows of a ledger, the axes of a phase
  /// diagram, and what is asked of each of their cases.
  struct SweepParameters
  {
    std::vector<std::string> questions = {"stationary"};
    std::string              switches;
    bool                     chain = false;
    std::string              first_axis, second_axis;
    unsigned int             ranks_per_run = 1;

    void add_parameters(dealii::ParameterHandler &prm);

    /// @throws EntryError
    void check() const;

    /// In the order of the case file.
    /// @throws EntryError where they cannot be read, or two have one name
    std::vector<SweepSwitch> parsed_switches() const;

    /// None, one or two.
    /// @throws EntryError
    std::vector<SweepAxis> axes() const;

    bool asks(const std::string &question) const;
  };



  /// The assignments that take all of it out of a case again: those of one row
  /// know nothing of the others.
  std::vector<std::string> without_sweep();
} // namespace sgdfp

#endif
