// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/petsc.h"

#include "base/errors.h"

namespace sgdfp
{
  void DestroyMatrix::operator()(Mat matrix) const
  {
    MatDestroy(&matrix);
  }



  void check_petsc(const PetscErrorCode code, const char *what)
  {
    if (code != 0)
      throw SolverFailure(std::string("PETSc failed in ") + what + " (error " +
                          std::to_string(code) + ").");
  }



  double minimum(const AnyVector &v)
  {
    PetscReal            value = 0;
    const PetscErrorCode ierr  = VecMin(v, nullptr, &value);
    AssertThrow(ierr == 0, dealii::ExcPETScError(ierr));
    return value;
  }



  double maximum(const AnyVector &v)
  {
    PetscReal            value = 0;
    const PetscErrorCode ierr  = VecMax(v, nullptr, &value);
    AssertThrow(ierr == 0, dealii::ExcPETScError(ierr));
    return value;
  }



  void AdoptedMatrix::adopt(const Mat other)
  {
    check_petsc(MatDestroy(&this->matrix), "MatDestroy");
    this->matrix = other;
  }
} // namespace sgdfp
