// SPDX-License-Identifier: GPL-3.0-or-later
#include "fractional/tensor_power.h"

#include "base/errors.h"
#include "fractional/lapack.h"

#include <cmath>
#include <numeric>

namespace sgdfp
{
  namespace
  {
    /// C = op(A) op(B), column by column
    void multiply(const bool    transpose_b,
                  const int     rows,
                  const int     columns,
                  const int     inner,
                  const double *A,
                  const double *B,
                  double       *C)
    {
      if (rows == 0 || columns == 0)
        return;
      const double one = 1, zero = 0;
      dgemm_("N",
             transpose_b ? "T" : "N",
             &rows,
             &columns,
             &inner,
             &one,
             A,
             &rows,
             B,
             transpose_b ? &columns : &inner,
             &zero,
             C,
             &rows);
    }



    /// [first, first + count) of @p n planes for a rank, as even as can be.
    std::pair<int, int>
    share(const int n, const unsigned int rank, const unsigned int n_ranks)
    {
      const auto begin = [&](const unsigned int r) {
        return static_cast<int>(static_cast<long long>(n) * r / n_ranks);
      };
      return {begin(rank), begin(rank + 1) - begin(rank)};
    }



    void scatter(const VecScatter  map,
                 const Vec         from,
                 const Vec         to,
                 const ScatterMode mode)
    {
      check_petsc(VecScatterBegin(map, from, to, INSERT_VALUES, mode),
                  "VecScatterBegin");
      check_petsc(VecScatterEnd(map, from, to, INSERT_VALUES, mode),
                  "VecScatterEnd");
    }
  } // namespace



  template <int dim>
  TensorPower<dim>::Modes::Modes(const Axis &axis)
    : n(axis.n())
    , to_modes(static_cast<std::size_t>(n) * n)
    , to_nodes(to_modes.size())
    , eigenvalues(n)
  {
    // B M^-1/2, column by column
    const int width = axis.degree + 1, n_rows = axis.factor.size() / width;
    std::vector<double> B(static_cast<std::size_t>(n_rows) * n, 0.);
    for (int row = 0; row < n_rows; ++row)
      for (int j = 0; j < width; ++j)
        {
          const std::size_t column = (row / width) * axis.degree + j;
          B[column * n_rows + row] =
            axis.factor[row * width + j] / std::sqrt(axis.mass[column]);
        }
    std::vector<double> singular(n), V_transposed(to_modes.size());
    std::vector<int>    integers(8 * n);
    double              size, unused;
    int                 query = -1, info = 0;
    const int           one = 1;
    dgesdd_("O",
            &n_rows,
            &n,
            B.data(),
            &n_rows,
            singular.data(),
            &unused,
            &one,
            V_transposed.data(),
            &n,
            &size,
            &query,
            integers.data(),
            &info);
    int                 n_work = static_cast<int>(size);
    std::vector<double> space(n_work);
    dgesdd_("O",
            &n_rows,
            &n,
            B.data(),
            &n_rows,
            singular.data(),
            &unused,
            &one,
            V_transposed.data(),
            &n,
            space.data(),
            &n_work,
            integers.data(),
            &info);
    if (info != 0)
      throw SolverFailure("The modes of an axis were not found (dgesdd).");

    // The last mode is the constant one: exactly so, and the others orthogonal
    // to it.
    const double length =
      std::accumulate(axis.mass.begin(), axis.mass.end(), 0.);
    for (int m = 0; m < n; ++m)
      {
        const bool          is_constant = (m == n - 1);
        std::vector<double> v(n);
        double              overlap = 0;
        for (int i = 0; i < n; ++i)
          {
            v[i] = V_transposed[static_cast<std::size_t>(i) * n + m];
            overlap += v[i] * std::sqrt(axis.mass[i] / length);
          }
        for (int i = 0; i < n; ++i)
          {
            const double root = std::sqrt(axis.mass[i]);
            const double c    = root / std::sqrt(length);
            const double x    = is_constant ? c : v[i] - overlap * c;
            to_modes[static_cast<std::size_t>(i) * n + m] = x * root;
            to_nodes[static_cast<std::size_t>(m) * n + i] = x / root;
          }
        eigenvalues[m] = is_constant ? 0. : singular[m] * singular[m];
      }
  }



  template <int dim>
  TensorPower<dim>::TensorPower(const LumpedLaplacian<dim>         &laplacian,
                                std::unique_ptr<const Lattice<dim>> lattice,
                                const double                        exponent,
                                const double                        tempering)
    : laplacian(laplacian)
    , lattice(std::move(lattice))
    , exponent(exponent)
    , tempering(tempering)
  {}



  template <int dim>
  TensorPower<dim>::~TensorPower()
  {
    clear();
  }



  template <int dim>
  void TensorPower<dim>::clear()
  {
    VecDestroy(&across_last);
    VecDestroy(&across_first);
    VecScatterDestroy(&to_slabs);
    VecScatterDestroy(&turn);
    modes.clear();
  }



  template <int dim>
  void TensorPower<dim>::prepare()
  {
    clear();
    const auto        &discretisation = laplacian.discretisation;
    const MPI_Comm     communicator   = discretisation.communicator;
    const unsigned int rank =
      dealii::Utilities::MPI::this_mpi_process(communicator);
    const unsigned int n_ranks =
      dealii::Utilities::MPI::n_mpi_processes(communicator);
    for (const Axis &axis : lattice->axes)
      modes.emplace_back(axis);
    for (unsigned int d = 0; d < dim; ++d)
      n[d] = modes[d].n;
    std::tie(first_of_last, n_of_last)   = share(n[dim - 1], rank, n_ranks);
    std::tie(first_of_first, n_of_first) = share(n[0], rank, n_ranks);
    const int total =
      std::accumulate(n.begin(), n.end(), 1, std::multiplies<int>());
    const int plane_0 = total / n[0], plane_last = total / n[dim - 1];
    check_petsc(
      VecCreateMPI(communicator, n_of_last * plane_last, total, &across_last),
      "VecCreateMPI");
    check_petsc(
      VecCreateMPI(communicator, n_of_first * plane_0, total, &across_first),
      "VecCreateMPI");

    // Across the last axis the numbering is the lexicographic one.
    std::vector<PetscInt> from, to;
    for (const auto dof : discretisation.owned)
      from.push_back(dof);
    for (const auto &place : lattice->position)
      {
        PetscInt index = 0;
        for (int d = dim - 1; d >= 0; --d)
          index = index * n[d] + place[d];
        to.push_back(index);
      }
    const auto connect = [&](const Vec x, const Vec y, VecScatter &map) {
      IS is_from, is_to;
      check_petsc(ISCreateGeneral(communicator,
                                  from.size(),
                                  from.data(),
                                  PETSC_COPY_VALUES,
                                  &is_from),
                  "ISCreateGeneral");
      check_petsc(ISCreateGeneral(communicator,
                                  to.size(),
                                  to.data(),
                                  PETSC_COPY_VALUES,
                                  &is_to),
                  "ISCreateGeneral");
      check_petsc(VecScatterCreate(x, is_from, y, is_to, &map),
                  "VecScatterCreate");
      ISDestroy(&is_from);
      ISDestroy(&is_to);
    };
    const Vector like = discretisation.owned_vector();
    connect(like, across_last, to_slabs);

    // Across the first one a rank's block is numbered with that axis fastest.
    from.clear();
    to.clear();
    for (int last = first_of_last; last < first_of_last + n_of_last; ++last)
      for (int rest = 0; rest < plane_last / n[0]; ++rest)
        for (unsigned int r = 0; r < n_ranks; ++r)
          {
            const auto [begin, count] = share(n[0], r, n_ranks);
            for (int i = 0; i < count; ++i)
              {
                from.push_back(begin + i +
                               n[0] * (rest + (plane_last / n[0]) * last));
                to.push_back(begin * plane_0 + i +
                             count * (rest + (plane_last / n[0]) * last));
              }
          }
    connect(across_last, across_first, turn);
  }



  template <int dim>
  void TensorPower<dim>::transform(const unsigned int         d,
                                   const std::vector<double> &T,
                                   Vec                        x) const
  {
    double *data;
    int     size;
    check_petsc(VecGetLocalSize(x, &size), "VecGetLocalSize");
    check_petsc(VecGetArray(x, &data), "VecGetArray");
    work.resize(size);
    if (d == 0)
      multiply(false, n[0], size / n[0], n[0], T.data(), data, work.data());
    else
      {
        // [before][n_d][after], `before` fastest
        const int before =
          (d == dim - 1 ? size / n[d] : n[0]); // dim = 3: d = 1 is in between
        const int block = before * n[d];
        for (int after = 0; after < (block == 0 ? 0 : size / block); ++after)
          multiply(true,
                   before,
                   n[d],
                   n[d],
                   data + static_cast<std::size_t>(after) * block,
                   T.data(),
                   work.data() + static_cast<std::size_t>(after) * block);
      }
    std::copy(work.begin(), work.end(), data);
    check_petsc(VecRestoreArray(x, &data), "VecRestoreArray");
  }



  template <int dim>
  double TensorPower<dim>::symbol_over(const double lambda) const
  {
    if (lambda <= 0)
      return 0;
    const double square = tempering * tempering;
    if (square == 0)
      return std::pow(lambda, exponent - 1);
    return std::pow(square, exponent) *
           std::expm1(exponent * std::log1p(lambda / square)) / lambda;
  }



  template <int dim>
  void TensorPower<dim>::scale(const unsigned int part, Vec x) const
  {
    double *data;
    check_petsc(VecGetArray(x, &data), "VecGetArray");
    if (part == dim) // in slabs across the first axis
      {
        const int plane =
          std::accumulate(n.begin() + 1, n.end(), 1, std::multiplies<int>());
        for (int rest = 0; rest < plane; ++rest)
          {
            double sum = 0;
            int    r   = rest;
            for (unsigned int d = 1; d < dim; ++d)
              {
                sum += modes[d].eigenvalues[r % n[d]];
                r /= n[d];
              }
            for (int i = 0; i < n_of_first; ++i)
              data[static_cast<std::size_t>(rest) * n_of_first + i] *=
                symbol_over(sum + modes[0].eigenvalues[first_of_first + i]);
          }
      }
    else
      {
        int size;
        check_petsc(VecGetLocalSize(x, &size), "VecGetLocalSize");
        const int stride = (part == 0       ? 1 :
                            part == dim - 1 ? size / n[part] :
                                              n[0]);
        for (int i = 0; i < size; ++i)
          data[i] *=
            symbol_over(modes[part].eigenvalues[(i / stride) % n[part]]);
      }
    check_petsc(VecRestoreArray(x, &data), "VecRestoreArray");
  }



  template <int dim>
  void TensorPower<dim>::potential(AnyVector         &q,
                                   const AnyVector   &v,
                                   const unsigned int part) const
  {
    const bool         is_isotropic = (laplacian.n_parts() == 1);
    const unsigned int last         = dim - 1;
    const auto         acts         = [&](const unsigned int d) {
      return is_isotropic || d == part;
    };
    scatter(to_slabs, v, across_last, SCATTER_FORWARD);
    for (unsigned int d = 0; d < last; ++d)
      if (acts(d))
        transform(d, modes[d].to_modes, across_last);
    if (!acts(last))
      scale(part, across_last);
    else
      {
        scatter(turn, across_last, across_first, SCATTER_FORWARD);
        transform(last, modes[last].to_modes, across_first);
        scale(is_isotropic ? dim : part, across_first);
        transform(last, modes[last].to_nodes, across_first);
        scatter(turn, across_first, across_last, SCATTER_REVERSE);
      }
    for (unsigned int d = 0; d < last; ++d)
      if (acts(d))
        transform(d, modes[d].to_nodes, across_last);
    scatter(to_slabs, across_last, q, SCATTER_REVERSE);
  }



  template <int dim>
  std::string TensorPower<dim>::description() const
  {
    return "fast diagonalisation of the tensor mesh";
  }



  template class TensorPower<2>;
  template class TensorPower<3>;
} // namespace sgdfp
