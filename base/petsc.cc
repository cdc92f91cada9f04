// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/petsc.h"

namespace sgdfp
{
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
} // namespace sgdfp
