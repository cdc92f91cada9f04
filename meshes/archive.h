// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MESHES_ARCHIVE_H
#define SGDFP_MESHES_ARCHIVE_H

#include "meshes/discretisation.h"

namespace sgdfp
{
  /// Writes the mesh of @p discretisation and nodal functions on it to files
  /// in @p folder: in 2-D and 3-D in the parallel format of p4est (deal.II),
  /// in 1-D as a list of cells and nodes. Collective.
  /// @param nodal with ghosts
  /// @param discontinuous functions of FE_DGQ(k - 1), without ghosts
  template <int dim>
  void save(const Discretisation<dim>         &discretisation,
            const std::vector<const Vector *> &nodal,
            const std::string                 &folder,
            const std::vector<const Vector *> &discontinuous = {});



  /// Reads them, bit by bit, on any number of ranks: gives @p discretisation
  /// the mesh, prepares it, and returns the functions (without ghosts), the
  /// discontinuous ones at the end. Collective.
  /// @param discretisation of the same box, not refined yet
  /// @throws UserError if the files cannot be read
  template <int dim>
  std::vector<Vector> load(Discretisation<dim> &discretisation,
                           const unsigned int   n_functions,
                           const std::string   &folder,
                           const unsigned int   n_discontinuous = 0);
} // namespace sgdfp

#endif
