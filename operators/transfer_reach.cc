// SPDX-License-Identifier: GPL-3.0-or-later
// Where the steps of TransferOperator lead, and the pattern of its matrix.
#include "operators/transfer_scratch.h"

#include <deal.II/lac/dynamic_sparsity_pattern.h>
#include <deal.II/lac/sparsity_tools.h>

#include <cmath>
#include <limits>

namespace sgdfp
{
  using dealii::Point;

  namespace
  {
    // Width of the pieces of a cell over which theta is integrated, in standard
    // deviations of a step.
    constexpr double piece_width = 1.5;

    constexpr unsigned int most_pieces = 64;
  } // namespace



  template <int dim>
  void TransferOperator<dim>::aim(Scratch &s) const
  {
    const double     eta   = dynamics.step();
    const Point<dim> first = s.cell->vertex(0),
                     last  = s.cell->vertex((1 << dim) - 1);
    double width = 0, volume = 1;
    for (unsigned int d = 0; d < dim; ++d)
      {
        width = std::max(width, last[d] - first[d]);
        volume *= last[d] - first[d];
      }
    // The mean moves by |I + eta grad b| per unit of theta.
    double narrowest = std::numeric_limits<double>::max();
    for (unsigned int v = 0; v < (1 << dim); ++v)
      {
        const Point<dim> corner = s.cell->vertex(v);
        const auto       D =
          dynamics.diffusion(corner, MatrixFieldDerivatives::divergence).value;
        const auto b = dynamics.drift_field(corner);
        for (unsigned int i = 0; i < dim; ++i)
          {
            double stretch = 0;
            for (unsigned int l = 0; l < dim; ++l)
              stretch =
                std::max(stretch,
                         std::abs((l == i ? 1. : 0.) + eta * b.gradient[l][i]));
            narrowest = std::min(narrowest,
                                 std::sqrt(2 * eta * std::max(0., D[i][i])) /
                                   std::max(stretch, 1e-2));
          }
      }
    const double       ratio = width / (piece_width * narrowest);
    const unsigned int n     = (ratio < 1           ? 1 :
                                ratio < most_pieces ? std::ceil(ratio) :
                                                      most_pieces);
    s.rule                   = dealii::QIterated<dim>(
      dealii::QGauss<1>(discretisation.element.degree + 2), n);

    const unsigned int n_points = s.rule.size();
    s.means.resize(n_points);
    s.covariances.resize(n_points);
    s.half_widths.resize(n_points);
    s.weights.resize(n_points);
    for (unsigned int d = 0; d < dim; ++d)
      {
        s.lower[d] = std::numeric_limits<double>::max();
        s.upper[d] = std::numeric_limits<double>::lowest();
      }
    for (unsigned int q = 0; q < n_points; ++q)
      {
        Point<dim> theta;
        for (unsigned int d = 0; d < dim; ++d)
          theta[d] = first[d] + s.rule.point(q)[d] * (last[d] - first[d]);
        s.weights[q] = s.rule.weight(q) * volume;
        s.means[q]   = theta + eta * dynamics.drift(theta);
        s.covariances[q] =
          2 * eta *
          dynamics.diffusion(theta, MatrixFieldDerivatives::divergence).value;
        s.moments.set_law(s.means[q], s.covariances[q]);
        s.half_widths[q] = s.moments.half_width();
        for (unsigned int d = 0; d < dim; ++d)
          {
            s.lower[d] =
              std::min(s.lower[d], s.means[q][d] - s.half_widths[q][d]);
            s.upper[d] =
              std::max(s.upper[d], s.means[q][d] + s.half_widths[q][d]);
          }
      }
  }



  template <int dim>
  void TransferOperator<dim>::find_reach()
  {
    Point<dim> lower, upper;
    for (unsigned int d = 0; d < dim; ++d)
      {
        lower[d] = std::numeric_limits<double>::max();
        upper[d] = std::numeric_limits<double>::lowest();
      }
    Scratch scratch(discretisation);
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          scratch.cell = cell;
          aim(scratch);
          for (unsigned int d = 0; d < dim; ++d)
            {
              // A step that is not made ends in the cell.
              lower[d] =
                std::min({lower[d], scratch.lower[d], cell->vertex(0)[d]});
              upper[d] = std::max(
                {upper[d], scratch.upper[d], cell->vertex((1 << dim) - 1)[d]});
            }
        }
    directory =
      std::make_unique<const CellDirectory<dim>>(discretisation, lower, upper);
  }



  template <int dim>
  void TransferOperator<dim>::allocate()
  {
    // Rows of other ranks too
    std::vector<dealii::types::global_dof_index> reached;
    for (const auto &cell : directory->cells())
      for (const auto &function : cell.functions)
        for (const auto &entry : function)
          reached.push_back(entry.first);
    std::sort(reached.begin(), reached.end());
    reached.erase(std::unique(reached.begin(), reached.end()), reached.end());
    dealii::IndexSet rows = discretisation.relevant;
    rows.add_indices(reached.begin(), reached.end());
    rows.compress();

    dealii::DynamicSparsityPattern               pattern(rows);
    Scratch                                      scratch(discretisation);
    std::vector<dealii::types::global_dof_index> columns;
    std::vector<dealii::types::global_dof_index> targets;
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          scratch.cell = cell;
          aim(scratch);
          cell->get_dof_indices(scratch.dofs);
          columns.clear();
          for (const auto j : scratch.dofs)
            if (!discretisation.constraints.is_constrained(j))
              columns.push_back(j);
            else
              for (const auto &entry :
                   *discretisation.constraints.get_constraint_entries(j))
                columns.push_back(entry.first);
          std::sort(columns.begin(), columns.end());
          columns.erase(std::unique(columns.begin(), columns.end()),
                        columns.end());
          for (const auto i : columns)
            pattern.add_entries(i, columns.begin(), columns.end(), true);
          directory->find(scratch.lower, scratch.upper, scratch.targets);
          rows_of(scratch.targets, targets);
          for (const auto i : targets)
            pattern.add_entries(i, columns.begin(), columns.end(), true);
        }
    dealii::SparsityTools::distribute_sparsity_pattern(
      pattern, discretisation.owned, discretisation.communicator, rows);
    const auto use = [&](SparseMatrix &matrix) {
      matrix.reinit(discretisation.owned,
                    discretisation.owned,
                    pattern,
                    discretisation.communicator);
    };
    use(forward);
    if (dim == 1)
      use(mass);
  }



#define INSTANTIATE(dim)                                     \
  template void TransferOperator<dim>::aim(Scratch &) const; \
  template void TransferOperator<dim>::find_reach();         \
  template void TransferOperator<dim>::allocate();

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE
} // namespace sgdfp
