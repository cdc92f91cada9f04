// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/spectrum_parameters.h"

#include "base/errors.h"

namespace sgdfp
{
  void SpectrumParameters::add_parameters(dealii::ParameterHandler &prm)
  {
    namespace Patterns = dealii::Patterns;
    prm.enter_subsection("Spectrum");
    prm.add_parameter("eigenvalues",
                      eigenvalues,
                      "How many leading eigenvalues, the zero of the "
                      "stationary law counted; a complex pair is not split",
                      Patterns::Integer(1, 100));
    prm.add_parameter("from",
                      from,
                      "Set A of transitions from A to B (committor, reactive "
                      "current, rate): an expression, >= 0 in A");
    prm.add_parameter("to", to, "Set B: an expression, >= 0 in B");
    prm.add_parameter("basins",
                      basins,
                      "auto: basins from the slow left eigenfunctions, with "
                      "mass, quasi-stationary law and exit rate of each; none",
                      Patterns::Selection("auto|none"));
    prm.add_parameter("gap ratio",
                      gap_ratio,
                      "Rates that differ by this factor are separated: those "
                      "before the largest such gap belong to metastable sets",
                      Patterns::Double(1));
    prm.leave_subsection();
  }



  void SpectrumParameters::check(const Vocabulary &vocabulary) const
  {
    if (from.empty() != to.empty())
      throw EntryError(from.empty() ? "Spectrum/from" : "Spectrum/to",
                       "",
                       "the other set of the transitions is given",
                       "Give both Spectrum/from and Spectrum/to, or neither.");
    if (from.empty())
      return;
    parse_entry("Spectrum/from", from, vocabulary);
    parse_entry("Spectrum/to", to, vocabulary);
  }
} // namespace sgdfp
