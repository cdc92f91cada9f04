// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MESHES_REFINEMENT_H
#define SGDFP_MESHES_REFINEMENT_H

#include "meshes/discretisation.h"

#include <deal.II/lac/vector.h>

namespace sgdfp
{
  /// Flags the cells with the largest indicators, which carry the share
  /// @p refine_share of their sum, for refinement, and those with the smallest,
  /// which carry @p coarsen_share, for coarsening (bulk criterion).
  ///
  /// The threshold is found in a histogram of the logarithms (16 bins per
  /// decade): linear in the number of cells, and cells that symmetry makes
  /// equal, up to round-off, are flagged alike, on any number of ranks.
  /// deal.II's own threshold search separates them at random.
  ///
  /// In one dimension, where every rank has all cells, the indicators of other
  /// ranks are added. Collective.
  ///
  /// @param indicators by active cell, >= 0; those of cells of other ranks do
  /// not matter
  /// @return number of cells flagged for refinement, over all ranks
  template <int dim>
  dealii::types::global_cell_index
  flag_cells(dealii::parallel::TriangulationBase<dim> &mesh,
             const dealii::Vector<double>             &indicators,
             const double                              refine_share,
             const double                              coarsen_share);



  /// Refines and coarsens the flagged cells, prepares @p discretisation, and
  /// interpolates nodal functions to the new mesh. Two and three dimensions:
  /// in one there is nothing to carry (the law is its potential). Collective.
  /// @param nodal with ghosts
  /// @return without ghosts
  template <int dim>
  std::vector<Vector>
  refine_and_carry(Discretisation<dim>               &discretisation,
                   const std::vector<const Vector *> &nodal);

  /// The same for one function.
  template <int dim>
  Vector refine_and_carry(Discretisation<dim> &discretisation,
                          const Vector        &nodal)
  {
    return refine_and_carry<dim>(discretisation, {&nodal}).front();
  }
} // namespace sgdfp

#endif
