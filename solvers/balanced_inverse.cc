// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/balanced_inverse.h"

#include <cmath>

namespace sgdfp
{
  namespace
  {
    // A column of S costs an application of A; an eigenproblem takes thousands
    // of them with a local preconditioner.
    constexpr PetscInt most_columns = 2000;
  } // namespace



  Balance::Balance(const Generator &generator)
    : rows(generator.zero())
    , columns(generator.weights())
  {
    check_petsc(MatGetDiagonal(generator.mass_matrix(), rows),
                "MatGetDiagonal");
    for (const auto i : rows.locally_owned_elements())
      if (static_cast<double>(rows(i)) > 0)
        rows(i) = 1 / std::sqrt(static_cast<double>(rows(i)) *
                                static_cast<double>(columns(i)));
    rows.compress(dealii::VectorOperation::insert);
    columns.scale(rows);
  }



  BalancedInverse::BalancedInverse(const Generator        &generator,
                                   const SolverParameters &parameters,
                                   const double            shift,
                                   const bool              use_direct)
    : shift(shift)
    , generator(generator)
    , linear_solver(generator.zero().get_mpi_communicator(), parameters)
    , balance(generator)
    , work(generator.zero())
    , second_work(work)
  {
    Mat copy;
    check_petsc(MatDuplicate(generator.preconditioner_matrix(),
                             MAT_COPY_VALUES,
                             &copy),
                "MatDuplicate");
    MatrixHandle matrix(copy);
    check_petsc(
      MatAXPY(copy, -shift, generator.mass_matrix(), SAME_NONZERO_PATTERN),
      "MatAXPY");
    check_petsc(MatDiagonalScale(copy, balance.rows, balance.columns),
                "MatDiagonalScale");
    if (generator.is_assembled())
      {
        auto own = use_direct ? nullptr : generator.approximate_inverse(shift);
        if (use_direct)
          linear_solver.factorise(std::move(matrix));
        else if (own)
          linear_solver.precondition(std::move(matrix), std::move(own));
        else
          {
            check_petsc(PetscObjectReference(
                          reinterpret_cast<PetscObject>(matrix.get())),
                        "PetscObjectReference");
            MatrixHandle same(matrix.get());
            linear_solver.precondition(std::move(same),
                                       std::move(matrix),
                                       /*use_direct=*/false);
          }
        return;
      }
    const PetscInt n_local = work.locally_owned_size(), n = work.size();
    Mat            shell;
    check_petsc(
      MatCreateShell(
        work.get_mpi_communicator(), n_local, n_local, n, n, this, &shell),
      "MatCreateShell");
    MatrixHandle S(shell);
    PetscErrorCode (*const forward)(Mat, Vec, Vec) = &BalancedInverse::apply;
    check_petsc(MatShellSetOperation(shell,
                                     MATOP_MULT,
                                     reinterpret_cast<void (*)()>(forward)),
                "MatShellSetOperation");
    check_petsc(MatShellSetOperation(shell,
                                     MATOP_MULT_TRANSPOSE,
                                     reinterpret_cast<void (*)()>(
                                       &apply_transposed)),
                "MatShellSetOperation");
    if (!generator.conserves_mass() && n <= most_columns)
      linear_solver.precondition(std::move(S),
                                 entries(shell),
                                 /*use_direct=*/true);
    else
      linear_solver.precondition(std::move(S), std::move(matrix), use_direct);
  }



  MatrixHandle BalancedInverse::entries(const Mat shell) const
  {
    const PetscInt n_local = work.locally_owned_size(), n = work.size();
    Mat            matrix;
    check_petsc(MatCreateAIJ(work.get_mpi_communicator(),
                             n_local,
                             n_local,
                             n,
                             n,
                             n_local,
                             nullptr,
                             n - n_local,
                             nullptr,
                             &matrix),
                "MatCreateAIJ");
    MatrixHandle          result(matrix);
    Vector                unit = generator.zero(), column = unit;
    std::vector<PetscInt> rows_of_rank(n_local);
    for (PetscInt i = 0; i < n_local; ++i)
      rows_of_rank[i] = work.local_range().first + i;
    for (PetscInt j = 0; j < n; ++j)
      {
        check_petsc(VecSet(unit, 0.), "VecSet");
        if (work.in_local_range(j))
          unit(j) = 1.;
        unit.compress(dealii::VectorOperation::insert);
        check_petsc(MatMult(shell, unit, column), "MatMult");
        const PetscScalar *values;
        check_petsc(VecGetArrayRead(column, &values), "VecGetArrayRead");
        check_petsc(
          MatSetValues(
            matrix, n_local, rows_of_rank.data(), 1, &j, values, INSERT_VALUES),
          "MatSetValues");
        check_petsc(VecRestoreArrayRead(column, &values),
                    "VecRestoreArrayRead");
      }
    check_petsc(MatAssemblyBegin(matrix, MAT_FINAL_ASSEMBLY),
                "MatAssemblyBegin");
    check_petsc(MatAssemblyEnd(matrix, MAT_FINAL_ASSEMBLY), "MatAssemblyEnd");
    return result;
  }



  void
  BalancedInverse::apply(const Vec x, const Vec y, const bool transposed) const
  {
    check_petsc(VecPointwiseMult(work,
                                 x,
                                 transposed ? balance.rows : balance.columns),
                "VecPointwiseMult");
    AnyVector result(y);
    if (transposed)
      generator.apply_adjoint(result, work);
    else
      generator.apply(result, work);
    if (shift != 0)
      {
        if (transposed)
          generator.mass_matrix().Tvmult(second_work, work);
        else
          generator.mass_matrix().vmult(second_work, work);
        check_petsc(VecAXPY(y, -shift, second_work), "VecAXPY");
      }
    check_petsc(VecPointwiseMult(y,
                                 y,
                                 transposed ? balance.columns : balance.rows),
                "VecPointwiseMult");
  }



  PetscErrorCode BalancedInverse::apply(Mat shell, Vec x, Vec y)
  {
    void *self;
    MatShellGetContext(shell, &self);
    static_cast<BalancedInverse *>(self)->apply(x, y, /*transposed=*/false);
    return 0;
  }



  PetscErrorCode BalancedInverse::apply_transposed(Mat shell, Vec x, Vec y)
  {
    void *self;
    MatShellGetContext(shell, &self);
    static_cast<BalancedInverse *>(self)->apply(x, y, /*transposed=*/true);
    return 0;
  }



  void BalancedInverse::set_tolerance(const double relative)
  {
    linear_solver.set_tolerances(relative, 0);
  }



  double BalancedInverse::norm(const Vector &b) const
  {
    work = b;
    work.scale(balance.rows);
    return work.l2_norm();
  }



  std::function<void(unsigned int, double)> &BalancedInverse::on_iteration()
  {
    return linear_solver.on_iteration;
  }



  unsigned int
  BalancedInverse::solve(const Vec x, const Vec b, const bool transposed)
  {
    Vector right_side = work; // as apply() uses work
    check_petsc(VecPointwiseMult(right_side,
                                 b,
                                 transposed ? balance.columns : balance.rows),
                "VecPointwiseMult");
    const unsigned int n = linear_solver.solve(x, right_side, transposed);
    check_petsc(VecPointwiseMult(x,
                                 x,
                                 transposed ? balance.rows : balance.columns),
                "VecPointwiseMult");
    return n;
  }
} // namespace sgdfp
