// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/local_matrix.h"

namespace sgdfp
{
  bool is_sequential(const Mat matrix)
  {
    PetscBool result;
    check_petsc(PetscObjectTypeCompare(reinterpret_cast<PetscObject>(matrix),
                                       MATSEQAIJ,
                                       &result),
                "PetscObjectTypeCompare");
    return result == PETSC_TRUE;
  }



  Mat diagonal_part(const Mat matrix)
  {
    if (is_sequential(matrix))
      return matrix;
    Mat local;
    check_petsc(MatMPIAIJGetSeqAIJ(matrix, &local, nullptr, nullptr),
                "MatMPIAIJGetSeqAIJ");
    return local;
  }



  std::vector<PetscInt> ghost_columns(const Mat matrix)
  {
    if (is_sequential(matrix))
      return {};
    Mat             local, other;
    const PetscInt *columns;
    check_petsc(MatMPIAIJGetSeqAIJ(matrix, &local, &other, &columns),
                "MatMPIAIJGetSeqAIJ");
    PetscInt n_rows, n_columns;
    check_petsc(MatGetSize(other, &n_rows, &n_columns), "MatGetSize");
    return std::vector<PetscInt>(columns, columns + n_columns);
  }
} // namespace sgdfp
