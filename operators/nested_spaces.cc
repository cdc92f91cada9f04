// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/nested_spaces.h"

#include <algorithm>
#include <vector>

namespace sgdfp
{
  namespace
  {
    using Dof = dealii::types::global_dof_index;

    /// One row of the interpolation: column and value.
    using Row = std::vector<std::pair<Dof, double>>;

    // Shape functions that vanish at a node do so up to round-off.
    constexpr double round_off = 1e-13;



    void add(Row &row, const Dof column, const double value)
    {
      const auto entry =
        std::find_if(row.begin(), row.end(), [column](const auto &e) {
          return e.first == column;
        });
      if (entry == row.end())
        row.emplace_back(column, value);
      else
        entry->second += value;
    }



    /// The value at a point of the shape functions of one cell in terms of
    /// those of the nodes that do not hang.
    Row resolve(const std::vector<double>               &values,
                const std::vector<Dof>                  &dofs,
                const dealii::AffineConstraints<double> &constraints)
    {
      Row row;
      for (unsigned int j = 0; j < dofs.size(); ++j)
        if (std::abs(values[j]) < round_off)
          continue;
        else if (!constraints.is_constrained(dofs[j]))
          add(row, dofs[j], values[j]);
        else
          for (const auto &[dof, factor] :
               *constraints.get_constraint_entries(dofs[j]))
            add(row, dof, factor * values[j]);
      std::sort(row.begin(), row.end());
      row.shrink_to_fit();
      return row;
    }



    MatrixHandle make_matrix(const std::vector<Row> &rows,
                             const dealii::IndexSet &owned_rows,
                             const dealii::IndexSet &owned_columns,
                             const MPI_Comm          communicator)
    {
      std::vector<PetscInt>    row_starts = {0}, columns;
      std::vector<PetscScalar> values;
      for (const Row &row : rows)
        {
          for (const auto &[column, value] : row)
            {
              columns.push_back(column);
              values.push_back(value);
            }
          row_starts.push_back(columns.size());
        }
      Mat matrix;
      check_petsc(MatCreateMPIAIJWithArrays(communicator,
                                            owned_rows.n_elements(),
                                            owned_columns.n_elements(),
                                            owned_rows.size(),
                                            owned_columns.size(),
                                            row_starts.data(),
                                            columns.data(),
                                            values.data(),
                                            &matrix),
                  "MatCreateMPIAIJWithArrays");
      return MatrixHandle(matrix);
    }


    template <int dim>
    MatrixHandle interpolation(const Discretisation<dim> &coarse,
                               const Discretisation<dim> &fine)
    {
      const unsigned int n_fine   = fine.element.dofs_per_cell,
                         n_coarse = coarse.element.dofs_per_cell;
      // Every fine node lies in its cell at the same unit coordinates.
      std::vector<std::vector<double>> shapes(n_fine,
                                              std::vector<double>(n_coarse));
      for (unsigned int i = 0; i < n_fine; ++i)
        for (unsigned int j = 0; j < n_coarse; ++j)
          shapes[i][j] =
            coarse.element.shape_value(j, fine.element.unit_support_point(i));

      std::vector<Row> rows(fine.owned.n_elements());
      std::vector<Dof> fine_dofs(n_fine), coarse_dofs(n_coarse);
      auto             coarse_cell = coarse.dof_handler.begin_active();
      for (const auto &cell : fine.dof_handler.active_cell_iterators())
        {
          if (cell->is_locally_owned())
            {
              cell->get_dof_indices(fine_dofs);
              coarse_cell->get_dof_indices(coarse_dofs);
              for (unsigned int i = 0; i < n_fine; ++i)
                if (fine.owned.is_element(fine_dofs[i]) &&
                    !fine.constraints.is_constrained(fine_dofs[i]))
                  {
                    Row &row = rows[fine.owned.index_within_set(fine_dofs[i])];
                    if (row.empty())
                      row = resolve(shapes[i], coarse_dofs, coarse.constraints);
                  }
            }
          ++coarse_cell;
        }
      return make_matrix(rows, fine.owned, coarse.owned, fine.communicator);
    }
  } // namespace



  template <int dim>
  NestedSpaces<dim>::NestedSpaces(const Discretisation<dim> &discretisation)
    : finest(discretisation)
  {}



  template <int dim>
  void NestedSpaces<dim>::prepare()
  {
    matrices.clear();
    const Discretisation<dim>           *fine = &finest;
    std::unique_ptr<Discretisation<dim>> keep;
    do
      {
        // 3 -> 2 -> 1: where the degree falls by more than a half, smoothing
        // leaves too much between the spaces.
        auto coarse =
          std::make_unique<Discretisation<dim>>(finest,
                                                (fine->element.degree + 1) / 2);
        coarse->prepare();
        matrices.push_back(interpolation(*coarse, *fine));
        keep = std::move(coarse);
        fine = keep.get();
      }
    while (fine->element.degree > 1);
  }



  template <int dim>
  const std::vector<MatrixHandle> &NestedSpaces<dim>::interpolations() const
  {
    return matrices;
  }



  template class NestedSpaces<1>;
  template class NestedSpaces<2>;
  template class NestedSpaces<3>;
} // namespace sgdfp
