// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_PHASE_SPACE_BLOCK_H
#define SGDFP_OPERATORS_PHASE_SPACE_BLOCK_H

#include "operators/phase_space.h"

#include <deal.II/lac/dynamic_sparsity_pattern.h>
#include <deal.II/lac/sparsity_tools.h>

namespace sgdfp
{
  /// Matrices from one of the two spaces of a PhaseSpace to the other, or to
  /// itself: their pattern, and how they are filled.
  template <int dim>
  class PhaseSpaceBlock
  {
  public:
    PhaseSpaceBlock(const PhaseSpace<dim> &space,
                    const unsigned int     rows,
                    const unsigned int     columns)
      : space(space)
      , row_parity(rows)
      , column_parity(columns)
      , pattern(relevant(rows).size(), relevant(columns).size(), relevant(rows))
    {
      std::vector<dealii::types::global_dof_index> row_dofs, column_dofs;
      visit([&](const auto &cell) {
        dofs(cell, row_parity, row_dofs);
        dofs(cell, column_parity, column_dofs);
        constraints(row_parity)
          .add_entries_local_to_global(row_dofs,
                                       constraints(column_parity),
                                       column_dofs,
                                       pattern,
                                       /*keep_constrained=*/true);
      });
      dealii::SparsityTools::distribute_sparsity_pattern(
        pattern,
        owned(rows),
        space.discretisation.communicator,
        relevant(rows));
    }



    std::unique_ptr<SparseMatrix> make() const
    {
      auto matrix = std::make_unique<SparseMatrix>();
      matrix->reinit(owned(row_parity),
                     owned(column_parity),
                     pattern,
                     space.discretisation.communicator);
      return matrix;
    }



    void add(const typename Discretisation<dim>::Cell &cell,
             const dealii::FullMatrix<double>         &local,
             SparseMatrix                             &matrix)
    {
      dofs(cell, row_parity, row_dofs);
      dofs(cell, column_parity, column_dofs);
      constraints(row_parity)
        .distribute_local_to_global(
          local, row_dofs, constraints(column_parity), column_dofs, matrix);
    }



    /// The compact part, with columns scaled from values u to coefficients
    /// P = e^{l_j} u.
    MatrixHandle finish(SparseMatrix &matrix) const
    {
      matrix.compress(dealii::VectorOperation::add);
      const auto index_set = [&](const unsigned int parity) {
        const auto                 &kept = space.numbers(parity).kept;
        const std::vector<PetscInt> copy(kept.begin(), kept.end());
        IS                          result;
        check_petsc(ISCreateGeneral(space.discretisation.communicator,
                                    copy.size(),
                                    copy.data(),
                                    PETSC_COPY_VALUES,
                                    &result),
                    "ISCreateGeneral");
        return result;
      };
      IS  rows = index_set(row_parity), columns = index_set(column_parity);
      Mat result;
      check_petsc(
        MatCreateSubMatrix(matrix, rows, columns, MAT_INITIAL_MATRIX, &result),
        "MatCreateSubMatrix");
      MatrixHandle owner(result);
      check_petsc(ISDestroy(&rows), "ISDestroy");
      check_petsc(ISDestroy(&columns), "ISDestroy");
      Vec scale;
      check_petsc(MatCreateVecs(result, &scale, nullptr), "MatCreateVecs");
      PetscScalar *values;
      check_petsc(VecGetArray(scale, &values), "VecGetArray");
      const auto &weights = space.weights(column_parity);
      for (std::size_t j = 0; j < weights.size(); ++j)
        values[j] = 1 / weights[j];
      check_petsc(VecRestoreArray(scale, &values), "VecRestoreArray");
      check_petsc(MatDiagonalScale(result, nullptr, scale), "MatDiagonalScale");
      check_petsc(VecDestroy(&scale), "VecDestroy");
      return owner;
    }

  private:
    template <class Function>
    void visit(const Function &function) const
    {
      for (const auto &cell :
           space.discretisation.dof_handler.active_cell_iterators())
        if (cell->is_locally_owned() && space.is_inside(cell))
          function(cell);
    }



    void dofs(const typename Discretisation<dim>::Cell     &cell,
              const unsigned int                            parity,
              std::vector<dealii::types::global_dof_index> &list) const
    {
      if (parity == 0)
        {
          list.resize(space.discretisation.element.dofs_per_cell);
          cell->get_dof_indices(list);
        }
      else
        {
          list.resize(space.odd_element.dofs_per_cell);
          space.odd_cell(cell)->get_dof_indices(list);
        }
    }



    const dealii::IndexSet &owned(const unsigned int parity) const
    {
      return parity == 0 ? space.discretisation.owned :
                           space.odd_handler.locally_owned_dofs();
    }



    const dealii::IndexSet &relevant(const unsigned int parity) const
    {
      return parity == 0 ? space.discretisation.relevant :
                           space.odd_handler.locally_owned_dofs();
    }



    const dealii::AffineConstraints<double> &
    constraints(const unsigned int parity) const
    {
      return parity == 0 ? space.discretisation.constraints : unconstrained;
    }

    const PhaseSpace<dim>                       &space;
    const unsigned int                           row_parity, column_parity;
    dealii::DynamicSparsityPattern               pattern;
    dealii::AffineConstraints<double>            unconstrained;
    std::vector<dealii::types::global_dof_index> row_dofs, column_dofs;
  };
} // namespace sgdfp

#endif
