// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_SPECTRAL_SETS_H
#define SGDFP_SOLVERS_SPECTRAL_SETS_H

#include "solvers/case_mesh.h"

namespace sgdfp
{
  /// The sets of a case; null where it has none.
  template <int dim>
  struct SpectralSets
  {
    /// @throws EntryError
    explicit SpectralSets(const Case &a_case);

    std::unique_ptr<const Region<dim>> absorbing, from, to;

    std::vector<const Region<dim> *> all() const;
  };
} // namespace sgdfp

#endif
