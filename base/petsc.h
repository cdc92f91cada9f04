// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_BASE_PETSC_H
#define SGDFP_BASE_PETSC_H

#include <deal.II/lac/petsc_sparse_matrix.h>
#include <deal.II/lac/petsc_vector.h>

#include <memory>
#include <type_traits>

namespace sgdfp
{
  /// Distributed vector; entries are proxies, cast them to double before use.
  using Vector = dealii::PETScWrappers::MPI::Vector;

  /// Any PETSc vector, also one that PETSc handed out.
  using AnyVector = dealii::PETScWrappers::VectorBase;

  /// Distributed sparse matrix.
  using SparseMatrix = dealii::PETScWrappers::MPI::SparseMatrix;

  struct DestroyMatrix
  {
    void operator()(Mat matrix) const;
  };

  /// Owner of a matrix that deal.II does not know.
  using MatrixHandle =
    std::unique_ptr<std::remove_pointer_t<Mat>, DestroyMatrix>;

  /// A matrix that PETSc made as one of deal.II's.
  class AdoptedMatrix : public SparseMatrix
  {
  public:
    /// Takes ownership; the matrix before is destroyed.
    void adopt(const Mat other);
  };

  /// @throws SolverFailure if @p code is an error of PETSc
  void check_petsc(const PetscErrorCode code, const char *what);

  /// Least entry over all ranks.
  double minimum(const AnyVector &v);

  /// Greatest entry over all ranks.
  double maximum(const AnyVector &v);
} // namespace sgdfp

#endif
