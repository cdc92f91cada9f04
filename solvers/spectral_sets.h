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



  /// Refines cells that the edge of @p set cuts until it has a cell.
  /// @param refine executes the flags of the mesh, and prepares it
  /// @throws EntryError where the set holds nothing, or the whole box, or is
  /// smaller than the cells may become
  template <int dim>
  void resolve_set(const Region<dim>              &set,
                   const Discretisation<dim>      &discretisation,
                   const DiscretisationParameters &parameters,
                   const std::function<void()>    &refine);

  /// The same for a mesh that carries nothing yet, which is fitted to the edges
  /// of the set first.
  template <int dim>
  void fit_and_resolve(const Region<dim>              &set,
                       Discretisation<dim>            &discretisation,
                       const DiscretisationParameters &parameters);


} // namespace sgdfp

#endif
