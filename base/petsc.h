// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_BASE_PETSC_H
#define SGDFP_BASE_PETSC_H

#include <deal.II/lac/petsc_sparse_matrix.h>
#include <deal.II/lac/petsc_vector.h>

namespace sgdfp
{
  /// Distributed vector; entries are proxies, cast them to double before use.
  using Vector = dealii::PETScWrappers::MPI::Vector;

  /// Any PETSc vector, also one that PETSc handed out.
  using AnyVector = dealii::PETScWrappers::VectorBase;

  /// Distributed sparse matrix.
  using SparseMatrix = dealii::PETScWrappers::MPI::SparseMatrix;

  /// Least entry over all ranks.
  double minimum(const AnyVector &v);

  /// Greatest entry over all ranks.
  double maximum(const AnyVector &v);
} // namespace sgdfp

#endif
