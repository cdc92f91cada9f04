// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/transfer_operator.h"

#include <deal.II/lac/dynamic_sparsity_pattern.h>
#include <deal.II/lac/sparsity_tools.h>

#include <cmath>
#include <limits>

namespace sgdfp
{
  using dealii::FullMatrix;
  using dealii::Point;
  using dealii::SymmetricTensor;
  using dealii::Tensor;

  namespace
  {
    // Width of the pieces of a cell over which theta is integrated, in standard
    // deviations of a step.
    constexpr double piece_width = 1.5;

    constexpr unsigned int most_pieces = 64;
  } // namespace



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



  /// The steps from one cell.
  template <int dim>
  struct TransferOperator<dim>::Scratch
  {
    explicit Scratch(const Discretisation<dim> &discretisation)
      : discretisation(discretisation)
      , moments(discretisation.element.degree)
      , dofs(discretisation.element.dofs_per_cell)
    {}

    const Discretisation<dim>                   &discretisation;
    GaussianMoments<dim>                         moments;
    typename Discretisation<dim>::Cell           cell;
    std::vector<dealii::types::global_dof_index> dofs;

    // By point
    dealii::Quadrature<dim>              rule;
    std::vector<Point<dim>>              means;
    std::vector<SymmetricTensor<2, dim>> covariances;
    std::vector<Tensor<1, dim>>          half_widths;
    std::vector<double>                  weights;
    Point<dim>                           lower, upper; ///< of all steps

    std::vector<unsigned int> targets;
  };



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
