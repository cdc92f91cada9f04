// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/level_inverse.h"

#include <cmath>

namespace sgdfp
{
  namespace
  {
    // Of the friction, where the equation itself has no shift: its level 0 is
    // singular.
    constexpr double little = 1e-6;



    MatrixHandle
    product(const MatrixHandle &A, const MatrixHandle &B, const MatrixHandle &C)
    {
      Mat result;
      check_petsc(MatMatMatMult(A.get(),
                                B.get(),
                                C.get(),
                                MAT_INITIAL_MATRIX,
                                PETSC_DEFAULT,
                                &result),
                  "MatMatMatMult");
      return MatrixHandle(result);
    }



    void add(const Mat to, const double factor, const MatrixHandle &block)
    {
      if (factor != 0)
        check_petsc(MatAXPY(to, factor, block.get(), DIFFERENT_NONZERO_PATTERN),
                    "MatAXPY");
    }
  } // namespace



  template <int dim>
  LevelInverse<dim>::LevelInverse(const KineticGenerator<dim> &generator,
                                  const double                 a_shift)
    : generator(generator)
    , shift(a_shift > 0 ? a_shift : little * generator.scales.friction)
    , rows{}
    , columns{}
    , in{}
    , out{}
    , work{}
  {
    copy_matrices(generator.parameter_matrices());
    invert_odd_mass();
    for (unsigned int n = 0; n < generator.indices.size(); ++n)
      terms.push_back(generator.terms(n, blocks));
    factorise_levels();
  }



  template <int dim>
  LevelInverse<dim>::~LevelInverse()
  {
    for (KSP &ksp : levels)
      KSPDestroy(&ksp);
    for (auto *list : {&rows, &columns, &in, &out, &work})
      for (Vec &v : *list)
        VecDestroy(&v);
  }



  template <int dim>
  MatrixHandle
  LevelInverse<dim>::balanced(const MatrixHandle &block,
                              const unsigned int  row_parity,
                              const unsigned int  column_parity) const
  {
    Mat copy;
    check_petsc(MatDuplicate(block.get(), MAT_COPY_VALUES, &copy),
                "MatDuplicate");
    check_petsc(MatDiagonalScale(copy,
                                 rows[row_parity],
                                 columns[column_parity]),
                "MatDiagonalScale");
    return MatrixHandle(copy);
  }



  template <int dim>
  void LevelInverse<dim>::copy_matrices(const std::array<Matrices, 2> &matrices)
  {
    for (unsigned int p = 0; p < 2; ++p)
      {
        check_petsc(MatCreateVecs(matrices[p].mass.get(), &rows[p], nullptr),
                    "MatCreateVecs");
        for (Vec *v : {&columns[p], &work[p]})
          check_petsc(VecDuplicate(rows[p], v), "VecDuplicate");
        PetscInt n_local, n;
        check_petsc(VecGetLocalSize(rows[p], &n_local), "VecGetLocalSize");
        check_petsc(VecGetSize(rows[p], &n), "VecGetSize");
        for (Vec *v : {&in[p], &out[p]})
          check_petsc(
            VecCreateMPIWithArray(generator.space.discretisation.communicator,
                                  1,
                                  n_local,
                                  n,
                                  nullptr,
                                  v),
            "VecCreateMPIWithArray");
        check_petsc(MatGetDiagonal(matrices[p].mass.get(), rows[p]),
                    "MatGetDiagonal");
        const auto  &W = generator.space.weights(p);
        PetscScalar *r, *c;
        check_petsc(VecGetArray(rows[p], &r), "VecGetArray");
        check_petsc(VecGetArray(columns[p], &c), "VecGetArray");
        for (PetscInt j = 0; j < n_local; ++j)
          {
            r[j] = 1 / std::sqrt(r[j] * W[j]);
            c[j] = W[j] * r[j];
          }
        check_petsc(VecRestoreArray(rows[p], &r), "VecRestoreArray");
        check_petsc(VecRestoreArray(columns[p], &c), "VecRestoreArray");
      }
    for (unsigned int p = 0; p < 2; ++p)
      {
        const auto &from = matrices[p];
        blocks[p].mass   = balanced(from.mass, p, p);
        for (unsigned int i = 0; i < dim; ++i)
          {
            blocks[p].from_below[i] = balanced(from.from_below[i], p, 1 - p);
            blocks[p].from_above[i] = balanced(from.from_above[i], p, 1 - p);
            for (unsigned int j = i; j < dim; ++j)
              blocks[p].excess[i][j] = balanced(from.excess[i][j], p, p);
            if (p == 0 && generator.space.is_killed())
              blocks[p].absorbing_faces[i] =
                balanced(from.absorbing_faces[i], p, p);
          }
      }
  }



  template <int dim>
  void LevelInverse<dim>::invert_odd_mass()
  {
    const Mat M = blocks[1].mass.get();
    // A parallel matrix inverts the blocks of its diagonal part, which has a
    // block size of its own.
    Mat diagonal_part;
    check_petsc(MatGetDiagonalBlock(M, &diagonal_part), "MatGetDiagonalBlock");
    for (const Mat matrix : {M, diagonal_part})
      check_petsc(MatSetBlockSizes(matrix,
                                   generator.space.odd_element.dofs_per_cell,
                                   generator.space.odd_element.dofs_per_cell),
                  "MatSetBlockSizes");

    Mat inverse;
    check_petsc(MatCreate(generator.space.discretisation.communicator,
                          &inverse),
                "MatCreate");
    PetscInt m, n, M_all, N_all;
    check_petsc(MatGetLocalSize(M, &m, &n), "MatGetLocalSize");
    check_petsc(MatGetSize(M, &M_all, &N_all), "MatGetSize");
    check_petsc(MatSetSizes(inverse, m, n, M_all, N_all), "MatSetSizes");
    check_petsc(MatSetType(inverse, MATAIJ), "MatSetType");
    check_petsc(MatInvertBlockDiagonalMat(M, inverse),
                "MatInvertBlockDiagonalMat");
    // It is of a parallel type even on one rank.
    MatType type;
    check_petsc(MatGetType(M, &type), "MatGetType");
    check_petsc(MatConvert(inverse, type, MAT_INPLACE_MATRIX, &inverse),
                "MatConvert");
    odd_mass_inverse = MatrixHandle(inverse);
  }



  template <int dim>
  PetscScalar LevelInverse<dim>::damping(const unsigned int n) const
  {
    return generator.scales.friction * generator.indices.level(n) + shift;
  }



  template <int dim>
  void LevelInverse<dim>::factorise_levels()
  {
    std::array<MatrixHandle, dim> X, Y;
    for (unsigned int i = 0; i < dim; ++i)
      {
        X[i] = product(blocks[0].from_below[i],
                       odd_mass_inverse,
                       blocks[1].from_above[i]);
        Y[i] = product(blocks[0].from_above[i],
                       odd_mass_inverse,
                       blocks[1].from_below[i]);
      }
    const auto &indices = generator.indices;
    const auto &s       = generator.scales.thermal_velocity;
    levels.assign(indices.size(), nullptr);
    for (unsigned int n = 0; n < indices.size(); ++n)
      {
        if (!indices.is_even(n))
          continue;
        Mat S;
        check_petsc(MatDuplicate(Y[0].get(), MAT_COPY_VALUES, &S),
                    "MatDuplicate");
        const MatrixHandle owner(S);
        check_petsc(MatScale(S, 0.), "MatScale");
        add(S, -damping(n), blocks[0].mass);
        for (unsigned int i = 0; i < dim; ++i)
          {
            const int low     = indices.neighbour(n, i, -1),
                      high    = indices.neighbour(n, i, 1);
            const double n_i  = indices[n][i];
            const double s_ii = s[i] * s[i];
            if (low >= 0)
              add(S, s_ii * n_i / damping(low), X[i]);
            if (high >= 0)
              add(S, s_ii * (n_i + 1) / damping(high), Y[i]);
            if (generator.space.is_killed())
              add(S,
                  -s[i] * half_range_flux(indices[n][i], indices[n][i]),
                  blocks[0].absorbing_faces[i]);
          }
        KSP ksp;
        PC  pc;
        check_petsc(KSPCreate(generator.space.discretisation.communicator,
                              &ksp),
                    "KSPCreate");
        levels[n] = ksp;
        check_petsc(KSPSetOperators(ksp, S, S), "KSPSetOperators");
        check_petsc(KSPSetOptionsPrefix(ksp, "sgdfp_level_"),
                    "KSPSetOptionsPrefix");
        check_petsc(KSPSetType(ksp, KSPPREONLY), "KSPSetType");
        check_petsc(KSPGetPC(ksp, &pc), "KSPGetPC");
        check_petsc(PCSetType(pc, PCLU), "PCSetType");
        check_petsc(PCFactorSetMatSolverType(pc, MATSOLVERMUMPS),
                    "PCFactorSetMatSolverType");
        check_petsc(KSPSetFromOptions(ksp), "KSPSetFromOptions");
        check_petsc(KSPSetUp(ksp), "KSPSetUp");
      }
  }



  template <int dim>
  PetscInt LevelInverse<dim>::begin(const unsigned int n) const
  {
    return generator.place(n);
  }



  template <int dim>
  void LevelInverse<dim>::subtract(const unsigned int                       n,
                                   const std::function<bool(unsigned int)> &use,
                                   const PetscScalar                       *x,
                                   PetscScalar *result) const
  {
    const unsigned int p = generator.indices.level(n) % 2;
    check_petsc(VecPlaceArray(out[p], result), "VecPlaceArray");
    for (const auto &term : terms[n])
      {
        if (!use(term.m))
          continue;
        const unsigned int q = generator.indices.level(term.m) % 2;
        check_petsc(VecPlaceArray(in[q], x + begin(term.m)), "VecPlaceArray");
        check_petsc(MatMult(term.matrix, in[q], work[p]), "MatMult");
        check_petsc(VecAXPY(out[p], -term.factor, work[p]), "VecAXPY");
        check_petsc(VecResetArray(in[q]), "VecResetArray");
      }
    check_petsc(VecResetArray(out[p]), "VecResetArray");
  }



  template <int dim>
  void LevelInverse<dim>::eliminate(const unsigned int level,
                                    const PetscScalar *b,
                                    PetscScalar       *x) const
  {
    const auto &indices = generator.indices;
    PetscInt    n_local;
    check_petsc(VecGetLocalSize(in[1], &n_local), "VecGetLocalSize");
    std::vector<PetscScalar> right_side(n_local);
    for (unsigned int n = 0; n < indices.size(); ++n)
      {
        if (indices.level(n) != level)
          continue;
        std::copy(b + begin(n), b + begin(n) + n_local, right_side.begin());
        subtract(
          n,
          [n](const unsigned int m) { return m != n; },
          x,
          right_side.data());
        check_petsc(VecPlaceArray(in[1], right_side.data()), "VecPlaceArray");
        check_petsc(VecPlaceArray(out[1], x + begin(n)), "VecPlaceArray");
        check_petsc(MatMult(odd_mass_inverse.get(), in[1], out[1]), "MatMult");
        check_petsc(VecScale(out[1], -1 / damping(n)), "VecScale");
        check_petsc(VecResetArray(in[1]), "VecResetArray");
        check_petsc(VecResetArray(out[1]), "VecResetArray");
      }
  }



  template <int dim>
  void LevelInverse<dim>::relax(const unsigned int level,
                                const PetscScalar *b,
                                PetscScalar       *x) const
  {
    const auto &indices = generator.indices;
    PetscInt    n_local;
    check_petsc(VecGetLocalSize(in[0], &n_local), "VecGetLocalSize");
    std::vector<PetscScalar> residual(n_local), corrections;
    const auto               all = [](const unsigned int) { return true; };
    for (unsigned int n = 0; n < indices.size(); ++n)
      {
        if (indices.level(n) != level)
          continue;
        std::copy(b + begin(n), b + begin(n) + n_local, residual.begin());
        subtract(n, all, x, residual.data());
        // The shift, which is not in the terms.
        check_petsc(VecPlaceArray(in[0], x + begin(n)), "VecPlaceArray");
        check_petsc(VecPlaceArray(out[0], residual.data()), "VecPlaceArray");
        check_petsc(MatMult(blocks[0].mass.get(), in[0], work[0]), "MatMult");
        check_petsc(VecAXPY(out[0], shift, work[0]), "VecAXPY");
        check_petsc(KSPSolve(levels[n], out[0], work[0]), "KSPSolve");
        check_petsc(VecResetArray(in[0]), "VecResetArray");
        check_petsc(VecResetArray(out[0]), "VecResetArray");
        const PetscScalar *values;
        check_petsc(VecGetArrayRead(work[0], &values), "VecGetArrayRead");
        corrections.insert(corrections.end(), values, values + n_local);
        check_petsc(VecRestoreArrayRead(work[0], &values),
                    "VecRestoreArrayRead");
      }
    std::size_t next = 0;
    for (unsigned int n = 0; n < indices.size(); ++n)
      if (indices.level(n) == level)
        for (PetscInt j = 0; j < n_local; ++j)
          x[begin(n) + j] += corrections[next++];
  }



  template <int dim>
  void LevelInverse<dim>::apply(const Vec solution, const Vec right_side)
  {
    const unsigned int N = generator.indices.degree;
    const PetscScalar *b;
    PetscScalar       *x;
    check_petsc(VecSet(solution, 0.), "VecSet");
    check_petsc(VecGetArrayRead(right_side, &b), "VecGetArrayRead");
    check_petsc(VecGetArray(solution, &x), "VecGetArray");
    const auto eliminate_all = [&]() {
      for (unsigned int level = 1; level <= N; level += 2)
        eliminate(level, b, x);
    };
    eliminate_all();
    for (unsigned int level = 0; level <= N; level += 2)
      {
        relax(level, b, x);
        eliminate_all();
      }
    eliminate_all();
    for (unsigned int level = N; level >= 2; level -= 2)
      {
        relax(level - 2, b, x);
        eliminate_all();
      }
    eliminate_all();
    check_petsc(VecRestoreArrayRead(right_side, &b), "VecRestoreArrayRead");
    check_petsc(VecRestoreArray(solution, &x), "VecRestoreArray");
  }



  template class LevelInverse<1>;
  template class LevelInverse<2>;
} // namespace sgdfp
