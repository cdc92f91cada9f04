// SPDX-License-Identifier: GPL-3.0-or-later
// KineticGenerator: its matrices, and what is read off them.
#include "base/errors.h"
#include "operators/kinetic_generator.h"

#include <algorithm>
#include <cmath>


namespace sgdfp
{
  using dealii::types::global_dof_index;

  namespace
  {
    double norm_of(const Mat matrix)
    {
      PetscReal result;
      check_petsc(MatNorm(matrix, NORM_FROBENIUS, &result), "MatNorm");
      return result;
    }



    /// Calls @p use with number, columns and values of every row of this rank.
    template <class Function>
    void for_each_row(const Mat matrix, const Function &use)
    {
      PetscInt begin, end;
      check_petsc(MatGetOwnershipRange(matrix, &begin, &end),
                  "MatGetOwnershipRange");
      for (PetscInt row = begin; row < end; ++row)
        {
          PetscInt           n;
          const PetscInt    *columns;
          const PetscScalar *values;
          check_petsc(MatGetRow(matrix, row, &n, &columns, &values),
                      "MatGetRow");
          use(row - begin, n, columns, values);
          check_petsc(MatRestoreRow(matrix, row, &n, &columns, &values),
                      "MatRestoreRow");
        }
    }
  } // namespace



  template <int dim>
  std::vector<typename KineticGenerator<dim>::Term>
  KineticGenerator<dim>::terms(const unsigned int       n,
                               const ParameterMatrices &matrices) const
  {
    const unsigned int parity = indices.level(n) % 2;
    const auto        &own    = matrices[parity];
    const auto        &index  = indices[n];
    const auto        &s      = scales.thermal_velocity;
    const double       gamma  = scales.friction;
    std::vector<Term>  list;
    list.push_back({n, own.mass.get(), -gamma * indices.level(n)});
    const auto add = [&](const int m, const MatrixHandle &A, const double f) {
      if (m >= 0)
        list.push_back({static_cast<unsigned int>(m), A.get(), f});
    };
    for (unsigned int i = 0; i < dim; ++i)
      {
        add(indices.neighbour(n, i, -1),
            own.from_below[i],
            s[i] * std::sqrt(index[i]));
        add(indices.neighbour(n, i, 1),
            own.from_above[i],
            s[i] * std::sqrt(index[i] + 1.));
      }
    for (unsigned int i = 0; i < dim; ++i)
      for (unsigned int j = i; j < dim; ++j)
        {
          std::array<int, dim> m;
          std::copy(index.begin(), index.end(), m.begin());
          --m[i];
          --m[j];
          const double factor =
            (i == j ? std::sqrt(index[i] * (index[i] - 1.)) :
                      2 * std::sqrt(static_cast<double>(index[i] * index[j])));
          if (!is_isotropic[i][j])
            add(indices.find(m), own.excess[i][j], gamma * factor);
        }
    if (parity == 0 && space.is_killed())
      for (unsigned int i = 0; i < dim; ++i)
        {
          std::array<int, dim> m;
          std::copy(index.begin(), index.end(), m.begin());
          for (m[i] = index[i] % 2; indices.find(m) >= 0; m[i] += 2)
            add(indices.find(m),
                own.absorbing_faces[i],
                -s[i] * half_range_flux(index[i], m[i]));
        }
    return list;
  }



  template <int dim>
  Mat KineticGenerator<dim>::allocate() const
  {
    const MPI_Comm     communicator = space.discretisation.communicator;
    const unsigned int me =
      dealii::Utilities::MPI::this_mpi_process(communicator);
    const PetscInt        n_local = rank_begin[me + 1] - rank_begin[me];
    const PetscInt        n_all   = rank_begin.back();
    std::vector<PetscInt> near(n_local, 0), far(n_local, 0);
    for (unsigned int n = 0; n < indices.size(); ++n)
      for (const Term &term : terms(n, matrices))
        {
          PetscInt low, high;
          check_petsc(MatGetOwnershipRangeColumn(term.matrix, &low, &high),
                      "MatGetOwnershipRangeColumn");
          const PetscInt first = begin(n, me) - rank_begin[me];
          for_each_row(term.matrix,
                       [&](const PetscInt  row,
                           const PetscInt  size,
                           const PetscInt *columns,
                           const PetscScalar *) {
                         const PetscInt here =
                           std::count_if(columns,
                                         columns + size,
                                         [&](const PetscInt j) {
                                           return j >= low && j < high;
                                         });
                         near[first + row] += here;
                         far[first + row] += size - here;
                       });
        }
    // Terms that share their columns are counted twice.
    for (PetscInt i = 0; i < n_local; ++i)
      {
        near[i] = std::min(near[i], n_local);
        far[i]  = std::min(far[i], n_all - n_local);
      }
    Mat created;
    check_petsc(MatCreateAIJ(communicator,
                             n_local,
                             n_local,
                             n_all,
                             n_all,
                             0,
                             near.data(),
                             0,
                             far.data(),
                             &created),
                "MatCreateAIJ");
    return created;
  }



  template <int dim>
  void KineticGenerator<dim>::add_block(const Mat          block,
                                        const unsigned int n,
                                        const unsigned int m,
                                        const double       factor,
                                        const Mat          matrix) const
  {
    const unsigned int me = dealii::Utilities::MPI::this_mpi_process(
      space.discretisation.communicator);
    const auto &column_begin = space.numbers(indices.level(m) % 2).begin;
    std::vector<PetscInt>    numbers;
    std::vector<PetscScalar> scaled;
    for_each_row(block,
                 [&](const PetscInt     row,
                     const PetscInt     size,
                     const PetscInt    *columns,
                     const PetscScalar *values) {
                   numbers.resize(size);
                   scaled.resize(size);
                   for (PetscInt k = 0; k < size; ++k)
                     {
                       const global_dof_index j = columns[k];
                       const unsigned int     rank =
                         std::upper_bound(column_begin.begin(),
                                          column_begin.end(),
                                          j) -
                         column_begin.begin() - 1;
                       numbers[k] = begin(m, rank) + (j - column_begin[rank]);
                       scaled[k]  = factor * values[k];
                     }
                   const PetscInt global_row = begin(n, me) + row;
                   check_petsc(MatSetValues(matrix,
                                            1,
                                            &global_row,
                                            size,
                                            numbers.data(),
                                            scaled.data(),
                                            ADD_VALUES),
                               "MatSetValues");
                 });
  }



  template <int dim>
  void KineticGenerator<dim>::assemble()
  {
    matrices = space.assemble(dynamics, scales.thermal_velocity);
    constexpr double round_off = 1e-14;
    const double     size      = norm_of(matrices[0].mass.get());
    for (unsigned int i = 0; i < dim; ++i)
      for (unsigned int j = i; j < dim; ++j)
        is_isotropic[i][j] =
          (norm_of(matrices[0].excess[i][j].get()) <= round_off * size);

    forward.adopt(allocate());
    for (unsigned int n = 0; n < indices.size(); ++n)
      for (const Term &term : terms(n, matrices))
        add_block(term.matrix, n, term.m, term.factor, forward);
    forward.compress(dealii::VectorOperation::add);
    mass_is_known = false;
    compute_functionals();
  }



  template <int dim>
  void KineticGenerator<dim>::column_sums(const Mat          block,
                                          const unsigned int n,
                                          const double       factor,
                                          Vector            &result) const
  {
    Vec ones_of_block, sums;
    check_petsc(MatCreateVecs(block, &sums, &ones_of_block), "MatCreateVecs");
    check_petsc(VecSet(ones_of_block, factor), "VecSet");
    check_petsc(MatMultTranspose(block, ones_of_block, sums),
                "MatMultTranspose");
    const PetscScalar *values;
    PetscInt           n_local;
    check_petsc(VecGetLocalSize(sums, &n_local), "VecGetLocalSize");
    check_petsc(VecGetArrayRead(sums, &values), "VecGetArrayRead");
    const auto first = begin(n, rank());
    for (PetscInt j = 0; j < n_local; ++j)
      result(first + j) = values[j];
    check_petsc(VecRestoreArrayRead(sums, &values), "VecRestoreArrayRead");
    check_petsc(VecDestroy(&sums), "VecDestroy");
    check_petsc(VecDestroy(&ones_of_block), "VecDestroy");
    result.compress(dealii::VectorOperation::insert);
  }



  template <int dim>
  Vector KineticGenerator<dim>::integral(const unsigned int n) const
  {
    Vector result = zero();
    column_sums(matrices[indices.level(n) % 2].mass.get(), n, 1., result);
    return result;
  }



  template <int dim>
  void KineticGenerator<dim>::compute_functionals()
  {

    functional = integral(0);
    loss_rates = integrals = zero();

    for (unsigned int n = 0; n < indices.size(); ++n)
      column_sums(matrices[indices.level(n) % 2].mass.get(), n, 1., integrals);
    check_petsc(VecAbs(integrals), "VecAbs");
    if (!space.is_killed())
      return;
    Vector part = zero();
    for (unsigned int i = 0; i < dim; ++i)
      {
        std::array<int, dim> m{};
        for (; indices.find(m) >= 0; m[i] += 2)
          {
            part = 0.;
            column_sums(matrices[0].absorbing_faces[i].get(),
                        indices.find(m),
                        scales.thermal_velocity[i] * half_range_flux(0, m[i]),
                        part);
            loss_rates.add(1., part);
          }
      }
  }



  template <int dim>
  const SparseMatrix &KineticGenerator<dim>::mass_matrix() const
  {
    if (!mass_is_known)
      {
        // The pattern of A: solvers add the two.
        Mat copy;
        check_petsc(MatDuplicate(forward, MAT_DO_NOT_COPY_VALUES, &copy),
                    "MatDuplicate");
        mass.adopt(copy);
        for (unsigned int n = 0; n < indices.size(); ++n)
          add_block(matrices[indices.level(n) % 2].mass.get(), n, n, 1., mass);
        mass.compress(dealii::VectorOperation::add);
        mass_is_known = true;
      }
    return mass;
  }



  template <int dim>
  Vector KineticGenerator<dim>::project(const Vector &moments) const
  {
    // (phi_i, e^l u) = b_i with the unknowns u_i d_i, d_i^2 = (phi_i, e^l
    // phi_i): symmetric, with a unit diagonal. Where l is steep the functions
    // of a cell are nearly dependent: a direct solver.
    const Mat   M    = matrices[0].mass.get();
    const auto &kept = space.numbers(0).kept;
    const auto &W    = space.weights(0);
    Mat         copy;
    check_petsc(MatDuplicate(M, MAT_COPY_VALUES, &copy), "MatDuplicate");
    const MatrixHandle K(copy);
    Vec                rows, columns, b;
    check_petsc(MatCreateVecs(M, &rows, &b), "MatCreateVecs");
    check_petsc(VecDuplicate(rows, &columns), "VecDuplicate");
    check_petsc(MatGetDiagonal(M, rows), "MatGetDiagonal");
    PetscScalar *of_rows, *of_columns, *of_b;
    check_petsc(VecGetArray(rows, &of_rows), "VecGetArray");
    check_petsc(VecGetArray(columns, &of_columns), "VecGetArray");
    check_petsc(VecGetArray(b, &of_b), "VecGetArray");
    for (std::size_t j = 0; j < kept.size(); ++j)
      {
        of_rows[j]    = 1 / std::sqrt(of_rows[j] * W[j]);
        of_columns[j] = W[j] * of_rows[j];
        of_b[j]       = static_cast<double>(moments(kept[j])) * of_rows[j];
      }
    check_petsc(VecRestoreArray(rows, &of_rows), "VecRestoreArray");
    check_petsc(VecRestoreArray(b, &of_b), "VecRestoreArray");
    check_petsc(VecRestoreArray(columns, &of_columns), "VecRestoreArray");
    check_petsc(MatDiagonalScale(copy, rows, columns), "MatDiagonalScale");
    KSP ksp;
    PC  pc;
    check_petsc(KSPCreate(space.discretisation.communicator, &ksp),
                "KSPCreate");
    check_petsc(KSPSetOperators(ksp, copy, copy), "KSPSetOperators");
    check_petsc(KSPSetType(ksp, KSPPREONLY), "KSPSetType");
    check_petsc(KSPGetPC(ksp, &pc), "KSPGetPC");
    check_petsc(PCSetType(pc, PCLU), "PCSetType");
    check_petsc(PCFactorSetMatSolverType(pc, MATSOLVERMUMPS),
                "PCFactorSetMatSolverType");
    check_petsc(KSPSolve(ksp, b, rows), "KSPSolve");
    KSPConvergedReason reason;
    check_petsc(KSPGetConvergedReason(ksp, &reason), "KSPGetConvergedReason");
    if (reason < 0)
      throw SolverFailure("The projection of the initial density failed (" +
                          std::string(KSPConvergedReasons[reason]) +
                          "). Refine the mesh.");

    check_petsc(VecPointwiseMult(rows, rows, columns), "VecPointwiseMult");
    Vector             result = space.discretisation.owned_vector();
    const PetscScalar *values;
    check_petsc(VecGetArrayRead(rows, &values), "VecGetArrayRead");
    for (std::size_t j = 0; j < kept.size(); ++j)
      result(kept[j]) = values[j];
    check_petsc(VecRestoreArrayRead(rows, &values), "VecRestoreArrayRead");
    result.compress(dealii::VectorOperation::insert);
    check_petsc(KSPDestroy(&ksp), "KSPDestroy");
    for (Vec *v : {&rows, &columns, &b})
      check_petsc(VecDestroy(v), "VecDestroy");
    return result;
  }



  template <int dim>
  Vector KineticGenerator<dim>::rates() const
  {
    Vector result = zero();
    for_each_row(forward,
                 [&](const PetscInt,
                     const PetscInt     size,
                     const PetscInt    *columns,
                     const PetscScalar *values) {
                   for (PetscInt k = 0; k < size; ++k)
                     result(columns[k]) += std::abs(values[k]);
                 });
    result.compress(dealii::VectorOperation::add);
    return result;
  }



#define INSTANTIATE(dim)                                                      \
  template std::vector<KineticGenerator<dim>::Term>                           \
  KineticGenerator<dim>::terms(const unsigned int, const ParameterMatrices &) \
    const;                                                                    \
  template Mat    KineticGenerator<dim>::allocate() const;                    \
  template void   KineticGenerator<dim>::add_block(const Mat,                 \
                                                 const unsigned int,        \
                                                 const unsigned int,        \
                                                 const double,              \
                                                 const Mat) const;          \
  template void   KineticGenerator<dim>::assemble();                          \
  template void   KineticGenerator<dim>::column_sums(const Mat,               \
                                                   const unsigned int,      \
                                                   const double,            \
                                                   Vector &) const;         \
  template Vector KineticGenerator<dim>::integral(const unsigned int) const;  \
  template Vector KineticGenerator<dim>::project(const Vector &) const;       \
  template void   KineticGenerator<dim>::compute_functionals();               \
  template const SparseMatrix &KineticGenerator<dim>::mass_matrix() const;    \
  template Vector              KineticGenerator<dim>::rates() const;

  INSTANTIATE(1)
  INSTANTIATE(2)
#undef INSTANTIATE
} // namespace sgdfp
