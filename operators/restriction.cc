// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/restriction.h"

#include "base/errors.h"
#include "base/local_matrix.h"

namespace sgdfp
{
  namespace
  {
    /// A set of global indices of this rank for PETSc.
    class Indices
    {
    public:
      Indices(const MPI_Comm                                      communicator,
              const std::vector<dealii::types::global_dof_index> &list)
      {
        const std::vector<PetscInt> copy(list.begin(), list.end());
        check_petsc(ISCreateGeneral(communicator,
                                    copy.size(),
                                    copy.data(),
                                    PETSC_COPY_VALUES,
                                    &set),
                    "ISCreateGeneral");
      }

      ~Indices()
      {
        ISDestroy(&set);
      }

      Indices(const Indices &)            = delete;
      Indices &operator=(const Indices &) = delete;

      IS set = nullptr;
    };



    Mat submatrix(const Mat matrix, const Indices &rows, const Indices &columns)
    {
      Mat result;
      check_petsc(MatCreateSubMatrix(
                    matrix, rows.set, columns.set, MAT_INITIAL_MATRIX, &result),
                  "MatCreateSubMatrix");
      return result;
    }
  } // namespace



  Restriction::Restriction(const Generator &generator, const Vector &killed)
    : parent(generator)
    , killed(killed)
  {
    prepare();
    assemble();
  }



  void Restriction::prepare()
  {
    using dealii::types::global_dof_index;
    const Vector &free  = parent.free_coefficients();
    const auto    range = free.local_range();
    kept.clear();
    double any_killed = 0;
    for (auto i = range.first; i < range.second; ++i)
      {
        const bool is_killed = (static_cast<double>(killed(i)) > 0.5);
        const bool is_free   = (static_cast<double>(free(i)) > 0.5);
        any_killed += (is_killed && is_free);
        if (is_free && !is_killed)
          kept.push_back(i);
      }
    const MPI_Comm communicator = free.get_mpi_communicator();
    kills = (dealii::Utilities::MPI::max(any_killed, communicator) > 0);

    const global_dof_index n_local = kept.size();
    global_dof_index       begin   = 0;
    MPI_Exscan(
      &n_local, &begin, 1, DEAL_II_DOF_INDEX_MPI_TYPE, MPI_SUM, communicator);
    if (dealii::Utilities::MPI::this_mpi_process(communicator) == 0)
      begin = 0; // which MPI_Exscan leaves alone
    owned =
      dealii::IndexSet(dealii::Utilities::MPI::sum(n_local, communicator));
    owned.add_range(begin, begin + n_local);
    owned.compress();
  }



  void Restriction::assemble()
  {
    const MPI_Comm communicator = killed.get_mpi_communicator();
    const Indices  indices(communicator, kept);
    forward.adopt(submatrix(parent.preconditioner_matrix(), indices, indices));
    mass_is_known = false;
    interpolations.clear();
    ones        = zero();
    ones        = 1.;
    functional  = restrict_to(parent.mass_functional());
    the_weights = restrict_to(parent.weights());

    if (!parent.is_assembled())
      parent_in = parent_out = parent.zero();

    null_vector         = restrict_to(parent.left_null_vector());
    columns_sum_to_zero = (minimum(null_vector) > 0.5);

    Vector lost = parent.left_null_vector(), rates = parent.zero();
    lost.scale(killed);
    parent.apply_adjoint(rates, lost);
    rates.add(1., parent.killing());
    loss_rates = restrict_to(rates);
  }



  Vector Restriction::zero() const
  {
    return Vector(owned, parent.free_coefficients().get_mpi_communicator());
  }



  Vector Restriction::restrict_to(const Vector &all) const
  {
    Vector result = zero();
    gather(all, result);
    return result;
  }



  Vector Restriction::extend(const Vector &restricted) const
  {
    Vector result = parent.zero();
    spread(restricted, result);
    return result;
  }



  void Restriction::gather(const Vec all, const Vec restricted) const
  {
    const auto         first = parent.free_coefficients().local_range().first;
    const PetscScalar *from;
    PetscScalar       *to;
    check_petsc(VecGetArrayRead(all, &from), "VecGetArrayRead");
    check_petsc(VecGetArray(restricted, &to), "VecGetArray");
    for (std::size_t i = 0; i < kept.size(); ++i)
      to[i] = from[kept[i] - first];
    check_petsc(VecRestoreArray(restricted, &to), "VecRestoreArray");
    check_petsc(VecRestoreArrayRead(all, &from), "VecRestoreArrayRead");
  }



  void Restriction::spread(const Vec restricted, const Vec all) const
  {
    const auto         first = parent.free_coefficients().local_range().first;
    const PetscScalar *from;
    PetscScalar       *to;
    check_petsc(VecGetArrayRead(restricted, &from), "VecGetArrayRead");
    check_petsc(VecGetArray(all, &to), "VecGetArray");
    for (std::size_t i = 0; i < kept.size(); ++i)
      to[kept[i] - first] = from[i];
    check_petsc(VecRestoreArray(all, &to), "VecRestoreArray");
    check_petsc(VecRestoreArrayRead(restricted, &from), "VecRestoreArrayRead");
  }



  const SparseMatrix &Restriction::mass_matrix() const
  {
    if (!mass_is_known)
      {
        const Indices indices(ones.get_mpi_communicator(), kept);
        mass.adopt(submatrix(parent.mass_matrix(), indices, indices));
        mass_is_known = true;
      }
    return mass;
  }



  const std::vector<MatrixHandle> &Restriction::coarse_interpolations() const
  {
    if (!interpolations.empty())
      return interpolations;
    // Coarse functions stay as they are, their values at killed nodes are cut
    // off.
    const auto    &all          = parent.coarse_interpolations();
    const MPI_Comm communicator = ones.get_mpi_communicator();
    for (const auto &matrix : all)
      {
        PetscInt begin, end;
        check_petsc(MatGetOwnershipRangeColumn(matrix.get(), &begin, &end),
                    "MatGetOwnershipRangeColumn");
        if (interpolations.empty())
          {
            std::vector<dealii::types::global_dof_index> columns;
            for (PetscInt j = begin; j < end; ++j)
              columns.push_back(j);
            interpolations.emplace_back(
              submatrix(matrix.get(),
                        Indices(communicator, kept),
                        Indices(communicator, columns)));
          }
        else
          {
            check_petsc(PetscObjectReference(
                          reinterpret_cast<PetscObject>(matrix.get())),
                        "PetscObjectReference");
            interpolations.emplace_back(matrix.get());
          }
      }
    return interpolations;
  }



  double Restriction::product(const Vector &f, const Vector &p) const
  {
    if (!is_exact())
      {
        Vector image = zero();
        apply(image, p);
        return f * image;
      }
    dealii::IndexSet relevant(owned.size());
    for (const PetscInt column : ghost_columns(forward))
      relevant.add_index(column);
    relevant.compress();
    const MPI_Comm communicator = ones.get_mpi_communicator();
    Vector         f_ghosted(owned, relevant, communicator);
    Vector         p_ghosted(owned, relevant, communicator);
    f_ghosted = f;
    p_ghosted = p;

    const auto     begin = f.local_range().first;
    const PetscInt rows  = f.locally_owned_size();
    double         sum   = 0;
    for (PetscInt i = 0; i < rows; ++i)
      {
        PetscInt           n;
        const PetscInt    *columns;
        const PetscScalar *values;
        const PetscInt     row = begin + i;
        check_petsc(MatGetRow(forward, row, &n, &columns, &values),
                    "MatGetRow");
        const double f_i = f_ghosted(row);
        double       of_row =
          -static_cast<double>(loss_rates(row)) * f_i * p_ghosted(row);
        for (PetscInt k = 0; k < n; ++k)
          if (columns[k] != row)
            of_row += values[k] * static_cast<double>(p_ghosted(columns[k])) *
                      (f_i - static_cast<double>(f_ghosted(columns[k])));
        sum += of_row;
        check_petsc(MatRestoreRow(forward, row, &n, &columns, &values),
                    "MatRestoreRow");
      }
    return dealii::Utilities::MPI::sum(sum, communicator);
  }



  const Vector &Restriction::mass_functional() const
  {
    return functional;
  }



  void Restriction::complete(Vector &) const
  {}



  const Vector &Restriction::left_null_vector() const
  {
    return null_vector;
  }



  const Vector &Restriction::free_coefficients() const
  {
    return ones;
  }



  Vector Restriction::rates() const
  {
    return restrict_to(parent.rates());
  }



  Vector Restriction::error_weights() const
  {
    return restrict_to(parent.error_weights());
  }



  bool Restriction::is_exact() const
  {
    return parent.is_assembled() && columns_sum_to_zero;
  }



  const Vector &Restriction::weights() const
  {
    return the_weights;
  }



  void Restriction::apply(AnyVector &result, const AnyVector &p) const
  {
    if (parent.is_assembled())
      {
        forward.vmult(result, p);
        return;
      }
    spread(p, parent_in);
    parent.apply(parent_out, parent_in);
    gather(parent_out, result);
  }



  void Restriction::apply_adjoint(AnyVector &result, const AnyVector &f) const
  {
    if (parent.is_assembled())
      {
        forward.Tvmult(result, f);
        return;
      }
    spread(f, parent_in);
    parent.apply_adjoint(parent_out, parent_in);
    gather(parent_out, result);
  }



  const SparseMatrix &Restriction::preconditioner_matrix() const
  {
    return forward;
  }



  bool Restriction::is_assembled() const
  {
    return parent.is_assembled();
  }



  bool Restriction::conserves_mass() const
  {
    return !kills && parent.conserves_mass();
  }



  Vector Restriction::killing() const
  {
    return loss_rates;
  }



  dealii::types::global_dof_index Restriction::n() const
  {
    return owned.size();
  }



  MPI_Comm Restriction::communicator() const
  {
    return ones.get_mpi_communicator();
  }
} // namespace sgdfp
