// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_SPECTRUM_PARAMETERS_H
#define SGDFP_SOLVERS_SPECTRUM_PARAMETERS_H

#include "base/expression_entry.h"

#include <deal.II/base/parameter_handler.h>

#include <string>

namespace sgdfp
{
  /// Entries of subsection Spectrum: what sgdfp-spectrum is asked for.
  struct SpectrumParameters
  {
    /// Leading eigenvalues, the zero of the stationary law counted
    unsigned int eigenvalues = 6;
    /// Sets A and B, where an expression is >= 0: transitions from A to B
    std::string from, to;
    /// "auto" or "none"
    std::string basins = "auto";
    /// |Re lambda_{k+1}| / |Re lambda_k| that counts as a gap
    double gap_ratio = 10;

    void add_parameters(dealii::ParameterHandler &prm);

    /// @throws EntryError
    void check(const Vocabulary &vocabulary) const;
  };
} // namespace sgdfp

#endif
