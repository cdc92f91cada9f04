// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/generator.h"

namespace sgdfp
{
  std::unique_ptr<ApproximateInverse>
  Generator::approximate_inverse(const double) const
  {
    return nullptr;
  }



  const Vector &Generator::free_coefficients() const
  {
    return left_null_vector();
  }



  Vector Generator::rates() const
  {
    Vector result = zero();
    check_petsc(MatGetDiagonal(preconditioner_matrix(), result),
                "MatGetDiagonal");
    check_petsc(VecAbs(result), "VecAbs");
    return result;
  }



  Vector Generator::error_weights() const
  {
    Vector result = mass_functional();
    check_petsc(VecAbs(result), "VecAbs");
    return result;
  }



  Vector Generator::killing() const
  {
    return zero();
  }
} // namespace sgdfp
