// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_CASE_MESH_H
#define SGDFP_SOLVERS_CASE_MESH_H

#include "meshes/region.h"
#include "solvers/case.h"

namespace sgdfp
{
  /// The first mesh of a case, prepared.
  template <int dim>
  std::unique_ptr<Discretisation<dim>>
  make_mesh(const MPI_Comm          communicator,
            const Case             &a_case,
            const DomainParameters &domain);

  /// The mesh to load() the one of a checkpoint into, not refined yet; in one
  /// dimension the first mesh, fitted to the absorbing set.
  template <int dim>
  std::unique_ptr<Discretisation<dim>>
  make_mesh_to_load(const MPI_Comm          communicator,
                    const Case             &a_case,
                    const DomainParameters &domain);

  /// Domain/absorbing of a case; nullptr where it has none.
  /// @throws EntryError
  template <int dim>
  std::unique_ptr<const Region<dim>> make_absorbing(const Case &a_case);
} // namespace sgdfp

#endif
