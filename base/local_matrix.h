// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_BASE_LOCAL_MATRIX_H
#define SGDFP_BASE_LOCAL_MATRIX_H

#include "base/petsc.h"

namespace sgdfp
{
  /// Whether @p matrix is of PETSc's type for one rank. On one rank deal.II
  /// makes matrices of the parallel type until 9.5, and of either since.
  bool is_sequential(const Mat matrix);



  /// The columns that are owned by this rank, of its rows; the matrix itself
  /// where it is sequential. Owned by @p matrix.
  Mat diagonal_part(const Mat matrix);



  /// The numbers of the other columns in which rows of this rank have entries.
  std::vector<PetscInt> ghost_columns(const Mat matrix);
} // namespace sgdfp

#endif
