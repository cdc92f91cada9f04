// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/complex_inverse.h"

#include <algorithm>
#include <cmath>

namespace sgdfp
{
  ComplexInverse::ComplexInverse(const Generator           &generator,
                                 const SolverParameters    &parameters,
                                 const std::complex<double> z,
                                 const bool                 use_direct)
    : generator(generator)
    , z(z)
    , linear_solver(generator.zero().get_mpi_communicator(), parameters)
    , balance(generator)
    , right_side(balance.rows.get_mpi_communicator(),
                 2 * balance.rows.size(),
                 2 * balance.rows.locally_owned_size())
    , solution(right_side)
  {
    MatrixHandle matrix = blocks();
    if (generator.is_assembled() && use_direct)
      {
        linear_solver.factorise(std::move(matrix));
        return;
      }
    Mat A = matrix.get();
    if (generator.is_assembled())
      check_petsc(PetscObjectReference(reinterpret_cast<PetscObject>(A)),
                  "PetscObjectReference");
    else
      {
        const PetscInt n       = right_side.size();
        const PetscInt n_local = right_side.locally_owned_size();
        in_x = in_y = out_x = out_y = work = generator.zero();
        check_petsc(MatCreateShell(right_side.get_mpi_communicator(),
                                   n_local,
                                   n_local,
                                   n,
                                   n,
                                   this,
                                   &A),
                    "MatCreateShell");
        PetscErrorCode (*const function)(Mat, Vec, Vec) = &apply;
        check_petsc(MatShellSetOperation(
                      A, MATOP_MULT, reinterpret_cast<void (*)()>(function)),
                    "MatShellSetOperation");
      }
    linear_solver.precondition(MatrixHandle(A), std::move(matrix), use_direct);
  }



  MatrixHandle ComplexInverse::blocks() const
  {
    const auto duplicate = [](const SparseMatrix &matrix) {
      Mat copy;
      check_petsc(MatDuplicate(matrix, MAT_COPY_VALUES, &copy), "MatDuplicate");
      return MatrixHandle(copy);
    };
    const MatrixHandle real  = duplicate(generator.preconditioner_matrix());
    const MatrixHandle above = duplicate(generator.mass_matrix());
    const MatrixHandle below = duplicate(generator.mass_matrix());
    check_petsc(MatScale(real.get(), -1.), "MatScale");
    check_petsc(MatAXPY(real.get(),
                        z.real(),
                        generator.mass_matrix(),
                        SAME_NONZERO_PATTERN),
                "MatAXPY");
    check_petsc(MatScale(above.get(), -z.imag()), "MatScale");
    check_petsc(MatScale(below.get(), z.imag()), "MatScale");
    for (const MatrixHandle *matrix : {&real, &above, &below})
      check_petsc(MatDiagonalScale(matrix->get(),
                                   balance.rows,
                                   balance.columns),
                  "MatDiagonalScale");
    Mat list[] = {real.get(), above.get(), below.get(), real.get()};
    Mat nest, joined;
    check_petsc(MatCreateNest(balance.rows.get_mpi_communicator(),
                              2,
                              nullptr,
                              2,
                              nullptr,
                              list,
                              &nest),
                "MatCreateNest");
    const MatrixHandle owner(nest);
    check_petsc(MatConvert(nest, MATMPIAIJ, MAT_INITIAL_MATRIX, &joined),
                "MatConvert");
    return MatrixHandle(joined);
  }



  void ComplexInverse::split(const Vec both, const Vec x, const Vec y) const
  {
    const PetscInt     n = balance.rows.locally_owned_size();
    const PetscScalar *from;
    PetscScalar       *to_x, *to_y;
    check_petsc(VecGetArrayRead(both, &from), "VecGetArrayRead");
    check_petsc(VecGetArray(x, &to_x), "VecGetArray");
    check_petsc(VecGetArray(y, &to_y), "VecGetArray");
    std::copy(from, from + n, to_x);
    std::copy(from + n, from + 2 * n, to_y);
    check_petsc(VecRestoreArray(y, &to_y), "VecRestoreArray");
    check_petsc(VecRestoreArray(x, &to_x), "VecRestoreArray");
    check_petsc(VecRestoreArrayRead(both, &from), "VecRestoreArrayRead");
  }



  void ComplexInverse::join(const Vec x, const Vec y, const Vec both) const
  {
    const PetscInt     n = balance.rows.locally_owned_size();
    const PetscScalar *from_x, *from_y;
    PetscScalar       *to;
    check_petsc(VecGetArrayRead(x, &from_x), "VecGetArrayRead");
    check_petsc(VecGetArrayRead(y, &from_y), "VecGetArrayRead");
    check_petsc(VecGetArray(both, &to), "VecGetArray");
    std::copy(from_x, from_x + n, to);
    std::copy(from_y, from_y + n, to + n);
    check_petsc(VecRestoreArray(both, &to), "VecRestoreArray");
    check_petsc(VecRestoreArrayRead(y, &from_y), "VecRestoreArrayRead");
    check_petsc(VecRestoreArrayRead(x, &from_x), "VecRestoreArrayRead");
  }



  void ComplexInverse::apply(const Vec in, const Vec out)
  {
    split(in, in_x, in_y);
    in_x.scale(balance.columns);
    in_y.scale(balance.columns);
    const auto &M = generator.mass_matrix();
    generator.apply(out_x, in_x);
    generator.apply(out_y, in_y);
    out_x *= -1.;
    out_y *= -1.;
    M.vmult(work, in_x);
    out_x.add(z.real(), work);
    out_y.add(z.imag(), work);
    M.vmult(work, in_y);
    out_x.add(-z.imag(), work);
    out_y.add(z.real(), work);
    out_x.scale(balance.rows);
    out_y.scale(balance.rows);
    join(out_x, out_y, out);
  }



  PetscErrorCode ComplexInverse::apply(Mat shell, Vec in, Vec out)
  {
    void *self;
    MatShellGetContext(shell, &self);
    static_cast<ComplexInverse *>(self)->apply(in, out);
    return 0;
  }



  void ComplexInverse::solve(Vector &x, Vector &y, const Vector &f)
  {
    Vector scaled = f, none = f;
    scaled.scale(balance.rows);
    check_petsc(VecSet(none, 0.), "VecSet");
    join(scaled, none, right_side);
    linear_solver.solve(solution, right_side, /*transposed=*/false);
    split(solution, x, y);
    x.scale(balance.columns);
    y.scale(balance.columns);
  }
} // namespace sgdfp
