// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/transfer_scratch.h"

#include <cmath>
#include <limits>

namespace sgdfp
{
  using dealii::FullMatrix;
  using dealii::Point;
  using dealii::SymmetricTensor;
  using dealii::Tensor;

  template <int dim>
  TransferOperator<dim>::TransferOperator(
    const Discretisation<dim> &discretisation,
    const Dynamics<dim>       &dynamics)
    : discretisation(discretisation)
    , dynamics(dynamics)
    , polynomials(discretisation)
    , functions(discretisation, dynamics, polynomials)
  {
    AssertThrow(dim < 3 && discretisation.box.is_box() &&
                  !discretisation.box.is_graded(),
                dealii::ExcInternalError());
  }



  template <int dim>
  void TransferOperator<dim>::prepare()
  {
    polynomials.use_polynomials();
    functions.prepare();
    forward.clear();
    mass.clear();
    approximation.clear();

    directory.reset();
  }



  template <int dim>
  std::vector<typename CellDirectory<dim>::Expansion>
  TransferOperator<dim>::expansions_of(
    const std::vector<dealii::types::global_dof_index> &dofs) const
  {
    std::vector<typename CellDirectory<dim>::Expansion> result;
    for (const auto i : dofs)
      if (!discretisation.constraints.is_constrained(i))
        result.push_back({{i, 1.}});
      else
        result.push_back(*discretisation.constraints.get_constraint_entries(i));
    return result;
  }



  template <int dim>
  void TransferOperator<dim>::rows_of(
    const std::vector<unsigned int>              &targets,
    std::vector<dealii::types::global_dof_index> &rows) const
  {
    rows.clear();
    for (const unsigned int target : targets)
      for (const auto &function : directory->cells()[target].functions)
        for (const auto &entry : function)
          rows.push_back(entry.first);
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  }



  namespace
  {
    /// Adds K to @p matrix, its columns being sums of columns of it.
    template <typename Expansion>
    void add_columns(SparseMatrix                                       &matrix,
                     const std::vector<dealii::types::global_dof_index> &rows,
                     const std::vector<Expansion> &columns,
                     const FullMatrix<double>     &K)
    {
      std::map<dealii::types::global_dof_index, unsigned int> places;
      for (const auto &column : columns)
        for (const auto &entry : column)
          places.emplace(entry.first, 0);
      std::vector<dealii::types::global_dof_index> numbers;
      for (auto &[number, place] : places)
        {
          place = numbers.size();
          numbers.push_back(number);
        }
      FullMatrix<double> values(rows.size(), numbers.size());
      for (unsigned int j = 0; j < columns.size(); ++j)
        for (const auto &entry : columns[j])
          for (unsigned int i = 0; i < rows.size(); ++i)
            values(i, places.at(entry.first)) += entry.second * K(i, j);
      matrix.add(rows, numbers, values, /*elide_zero_values=*/false);
    }
  } // namespace



  template <int dim>
  void TransferOperator<dim>::assemble_cell(Scratch &s)
  {
    const auto &element = discretisation.element;
    aim(s);
    const unsigned int n_dofs = element.dofs_per_cell, n = s.rule.size();

    s.cell->get_dof_indices(s.dofs);
    // psi_j(theta_q) with its weight
    FullMatrix<double> sources(n, n_dofs);
    for (unsigned int q = 0; q < n; ++q)
      for (unsigned int j = 0; j < n_dofs; ++j)
        sources(q, j) = element.shape_value(j, s.rule.point(q)) * s.weights[q];

    // A column of the cell is a sum of columns of A where nodes hang.
    const auto columns = expansions_of(s.dofs);
    std::vector<dealii::types::global_dof_index> rows;
    directory->find(s.lower, s.upper, s.targets);
    rows_of(s.targets, rows);
    // Steps out of the box are not made: they end in this cell, which those
    // that are made may leave far behind.
    for (const auto &column : columns)
      for (const auto &entry : column)
        rows.push_back(entry.first);
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    FullMatrix<double> K(rows.size(), n_dofs);
    const auto         add = [&](const auto               &functions,
                         const FullMatrix<double> &values) {
      for (unsigned int i = 0; i < n_dofs; ++i)
        for (const auto &entry : functions[i])
          {
            const auto place =
              std::lower_bound(rows.begin(), rows.end(), entry.first) -
              rows.begin();
            for (unsigned int j = 0; j < n_dofs; ++j)
              K(place, j) += entry.second * values(i, j);
          }
    };

    std::vector<double> staying(n, 1.), moments;
    FullMatrix<double>  landings(n, n_dofs), block(n_dofs, n_dofs);
    for (const unsigned int number : s.targets)
      {
        const auto &target = directory->cells()[number];
        landings           = 0;
        bool is_reached    = false;
        for (unsigned int q = 0; q < n; ++q)
          {
            bool meets = true;
            for (unsigned int d = 0; d < dim; ++d)
              meets &=
                (s.means[q][d] + s.half_widths[q][d] >= target.lower[d] &&
                 s.means[q][d] - s.half_widths[q][d] <= target.upper[d]);
            if (!meets)
              continue;
            is_reached = true;
            s.moments.set_law(s.means[q], s.covariances[q]);
            s.moments.integrate(target.lower, target.upper, moments);
            for (unsigned int i = 0; i < n_dofs; ++i)
              {
                landings(q, i) = moments[i];
                staying[q] -= moments[i];
              }
          }
        if (!is_reached)
          continue;
        landings.Tmmult(block, sources);
        add(target.functions, block);
      }
    // What would leave stays where it is; - M
    FullMatrix<double> values(n, n_dofs), mass_block(n_dofs, n_dofs);
    for (unsigned int q = 0; q < n; ++q)
      for (unsigned int i = 0; i < n_dofs; ++i)
        {
          values(q, i)   = element.shape_value(i, s.rule.point(q));
          landings(q, i) = values(q, i) * (staying[q] - 1);
        }
    landings.Tmmult(block, sources);
    values.Tmmult(mass_block, sources);
    dealii::Vector<double> lost(n_dofs);
    for (unsigned int q = 0; q < n; ++q)
      for (unsigned int j = 0; j < n_dofs; ++j)
        lost(j) += sources(q, j) * staying[q];
    add(columns, block);
    add_columns(forward, rows, columns, K);
    if (dim == 1)
      {
        K = 0;
        add(columns, mass_block);
        add_columns(mass, rows, columns, K);
      }
    discretisation.constraints.distribute_local_to_global(lost,
                                                          s.dofs,
                                                          leaving);
  }



  template <int dim>
  void TransferOperator<dim>::assemble()
  {
    functions.assemble();
    find_reach();
    allocate();
    leaving = discretisation.owned_vector();
    Scratch scratch(discretisation);
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          scratch.cell = cell;
          assemble_cell(scratch);
        }
    forward.compress(dealii::VectorOperation::add);
    if (dim == 1)
      mass.compress(dealii::VectorOperation::add);
    else
      {
        approximation.reinit(functions.mass_matrix());
        approximation.add(-1 / dynamics.step(), functions.mass_matrix());
      }

    leaving.compress(dealii::VectorOperation::add);
    forward /= dynamics.step();
  }



  template <int dim>
  double TransferOperator<dim>::rejected(const Vector &P) const
  {
    return leaving * P;
  }



  template <int dim>
  const Vector &TransferOperator<dim>::mass_functional() const
  {
    return functions.mass_functional();
  }



  template <int dim>
  const SparseMatrix &TransferOperator<dim>::mass_matrix() const
  {
    return dim == 1 ? mass : functions.mass_matrix();
  }



  template <int dim>
  void TransferOperator<dim>::complete(Vector &coefficients) const
  {
    functions.complete(coefficients);
  }



  template <int dim>
  const Vector &TransferOperator<dim>::left_null_vector() const
  {
    return functions.left_null_vector();
  }



  template <int dim>
  const Vector &TransferOperator<dim>::weights() const
  {
    return functions.weights();
  }



  template <int dim>
  const std::vector<MatrixHandle> &
  TransferOperator<dim>::coarse_interpolations() const
  {
    return functions.coarse_interpolations();
  }



  template <int dim>
  void TransferOperator<dim>::apply(AnyVector &result, const AnyVector &p) const
  {
    forward.vmult(result, p);
    const PetscErrorCode ierr =
      VecPointwiseMult(result, result, left_null_vector());
    AssertThrow(ierr == 0, dealii::ExcPETScError(ierr));
  }



  template <int dim>
  void TransferOperator<dim>::apply_adjoint(AnyVector       &result,
                                            const AnyVector &f) const
  {
    forward.Tvmult(result, f);
    const PetscErrorCode ierr =
      VecPointwiseMult(result, result, left_null_vector());
    AssertThrow(ierr == 0, dealii::ExcPETScError(ierr));
  }



  template <int dim>
  const SparseMatrix &TransferOperator<dim>::preconditioner_matrix() const
  {
    return dim == 1 ? forward : approximation;
  }



  template <int dim>
  bool TransferOperator<dim>::is_assembled() const
  {
    return dim == 1;
  }



  template <int dim>
  Vector TransferOperator<dim>::zero() const
  {
    return functions.zero();
  }



  template class TransferOperator<1>;
  template class TransferOperator<2>;
  template class TransferOperator<3>;
} // namespace sgdfp
