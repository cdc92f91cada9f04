// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/balanced_inverse.h"

#include <cmath>

namespace sgdfp
{
  BalancedInverse::BalancedInverse(const Restriction      &generator,
                                   const SolverParameters &parameters,
                                   const double            shift)
    : shift(shift)
    , linear_solver(generator.communicator(), parameters)
    , rows(generator.zero())
    , columns(generator.weights())
    , work(generator.zero())
  {
    check_petsc(MatGetDiagonal(generator.mass_matrix(), rows),
                "MatGetDiagonal");
    for (const auto i : rows.locally_owned_elements())
      rows(i) = 1 / std::sqrt(static_cast<double>(rows(i)) *
                              static_cast<double>(columns(i)));
    rows.compress(dealii::VectorOperation::insert);
    columns.scale(rows);

    Mat copy;
    check_petsc(MatDuplicate(generator.preconditioner_matrix(),
                             MAT_COPY_VALUES,
                             &copy),
                "MatDuplicate");
    MatrixHandle matrix(copy);
    check_petsc(
      MatAXPY(copy, -shift, generator.mass_matrix(), SAME_NONZERO_PATTERN),
      "MatAXPY");
    check_petsc(MatDiagonalScale(copy, rows, columns), "MatDiagonalScale");
    linear_solver.factorise(std::move(matrix));
  }



  void BalancedInverse::solve(const Vec x, const Vec b, const bool transposed)
  {
    check_petsc(VecPointwiseMult(work, b, transposed ? columns : rows),
                "VecPointwiseMult");
    linear_solver.solve(x, work, transposed);
    check_petsc(VecPointwiseMult(x, x, transposed ? rows : columns),
                "VecPointwiseMult");
  }
} // namespace sgdfp
