// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/kinetic_generator.h"

#include "operators/level_inverse.h"

#include <algorithm>
#include <cmath>

namespace sgdfp
{
  using dealii::types::global_dof_index;

  template <int dim>
  KineticGenerator<dim>::KineticGenerator(const PhaseSpace<dim>    &space,
                                          const Dynamics<dim>      &dynamics,
                                          const KineticScales<dim> &scales)
    : space(space)
    , scales(scales)
    , indices(scales.degree)
    , dynamics(dynamics)
  {}



  template <int dim>
  global_dof_index KineticGenerator<dim>::begin(const unsigned int n,
                                                const unsigned int rank) const
  {
    const auto size = [&](const unsigned int parity) {
      const auto &begin = space.numbers(parity).begin;
      return begin[rank + 1] - begin[rank];
    };
    return rank_begin[rank] + indices.n_even_before(n) * size(0) +
           indices.n_odd_before(n) * size(1);
  }



  template <int dim>
  void KineticGenerator<dim>::prepare()
  {
    const MPI_Comm     communicator = space.discretisation.communicator;
    const unsigned int n_ranks =
      dealii::Utilities::MPI::n_mpi_processes(communicator);
    const unsigned int me =
      dealii::Utilities::MPI::this_mpi_process(communicator);
    rank_begin = {0};
    for (unsigned int rank = 0; rank < n_ranks; ++rank)
      rank_begin.push_back(begin(indices.size(), rank));
    owned = dealii::IndexSet(rank_begin.back());
    owned.add_range(rank_begin[me], rank_begin[me + 1]);
    owned.compress();
    functional = null_vector = ones = the_weights = loss_rates = zero();
    ones                                                       = 1.;
    for (unsigned int n = 0; n < indices.size(); ++n)
      {
        const unsigned int parity  = indices.level(n) % 2;
        const auto        &weights = space.weights(parity);
        const auto         first   = begin(n, me);
        for (std::size_t j = 0; j < weights.size(); ++j)
          {
            the_weights(first + j) = weights[j];
            null_vector(first + j) = (n == 0 ? 1. : 0.);
          }
      }
    the_weights.compress(dealii::VectorOperation::insert);
    null_vector.compress(dealii::VectorOperation::insert);
  }



  template <int dim>
  Vector KineticGenerator<dim>::embed(const Vector &nodal) const
  {
    Vector result = zero();
    gather(nodal, 0, result);
    return result;
  }



  template <int dim>
  Vector KineticGenerator<dim>::embed_at_rest(const Vector &nodal) const
  {
    std::vector<double> h;
    evaluate_hermite(0., indices.degree, h);
    Vector result = zero();

    for (unsigned int n = 0; n < indices.size(); ++n)
      {
        double factor = 1;
        for (const unsigned int n_i : indices[n])
          factor *= h[n_i];
        if (!indices.is_even(n) || factor == 0)
          continue;
        Vector part = nodal;
        part *= factor;
        gather(part, n, result);
      }
    return result;
  }



  template <int dim>
  void KineticGenerator<dim>::gather(const Vector      &all,
                                     const unsigned int n,
                                     Vector            &P) const
  {
    const auto &kept  = space.numbers(indices.level(n) % 2).kept;
    const auto  first = begin(n, rank());
    for (std::size_t j = 0; j < kept.size(); ++j)
      P(first + j) = static_cast<double>(all(kept[j]));
    P.compress(dealii::VectorOperation::insert);
  }



  template <int dim>
  std::vector<Vector> KineticGenerator<dim>::unpack(const Vector &P) const
  {
    std::vector<Vector> result;
    for (unsigned int n = 0; n < indices.size(); ++n)
      result.push_back(spread(P, n));
    return result;
  }



  template <int dim>
  Vector KineticGenerator<dim>::pack(const std::vector<Vector> &by_index) const
  {
    AssertDimension(by_index.size(), indices.size());
    Vector P = zero();
    for (unsigned int n = 0; n < indices.size(); ++n)
      gather(by_index[n], n, P);
    return P;
  }



  template <int dim>
  Vector KineticGenerator<dim>::spread(const Vector      &P,
                                       const unsigned int n) const
  {
    const unsigned int parity = indices.level(n) % 2;
    Vector             u      = space.discretisation.owned_vector();
    if (parity == 1)
      u = Vector(space.odd_handler.locally_owned_dofs(),
                 space.discretisation.communicator);
    const auto &kept  = space.numbers(parity).kept;
    const auto  first = begin(n, rank());
    for (std::size_t j = 0; j < kept.size(); ++j)
      u(kept[j]) = static_cast<double>(P(first + j));
    u.compress(dealii::VectorOperation::insert);
    return u;
  }



  template <int dim>
  Vector KineticGenerator<dim>::nodal_function(const Vector &F) const
  {
    Vector u = spread(F, 0);
    space.discretisation.constraints.distribute(u);
    return u;
  }



  template <int dim>
  Vector KineticGenerator<dim>::nodal(const Vector      &P,
                                      const unsigned int n) const
  {
    Vector       u       = spread(P, n);
    const Vector inverse = space.trial_space.inverse_weights();
    u.scale(inverse);
    space.discretisation.constraints.distribute(u);
    check_petsc(VecPointwiseDivide(u, u, inverse), "VecPointwiseDivide");
    return u;
  }



  template <int dim>
  Vector KineticGenerator<dim>::discontinuous(const Vector      &P,
                                              const unsigned int n) const
  {
    Vector      result = spread(P, n);
    const auto &kept   = space.numbers(1).kept;
    const auto &W      = space.weights(1);
    for (std::size_t j = 0; j < kept.size(); ++j)
      result(kept[j]) = static_cast<double>(result(kept[j])) / W[j];

    result.compress(dealii::VectorOperation::insert);
    return result;
  }



  template <int dim>
  std::unique_ptr<ApproximateInverse>
  KineticGenerator<dim>::approximate_inverse(const double shift) const
  {
    return std::make_unique<LevelInverse<dim>>(*this, shift);
  }



  template <int dim>
  bool KineticGenerator<dim>::has_approximate_inverse() const
  {
    return true;
  }



  template <int dim>
  const typename KineticGenerator<dim>::ParameterMatrices &
  KineticGenerator<dim>::parameter_matrices() const
  {
    return matrices;
  }



  template <int dim>
  global_dof_index KineticGenerator<dim>::place(const unsigned int n) const
  {
    return begin(n, rank()) - rank_begin[rank()];
  }



  template <int dim>
  unsigned int KineticGenerator<dim>::rank() const
  {
    return dealii::Utilities::MPI::this_mpi_process(
      space.discretisation.communicator);
  }



  template <int dim>
  const Vector &KineticGenerator<dim>::mass_functional() const
  {
    return functional;
  }



  template <int dim>
  void KineticGenerator<dim>::complete(Vector &) const
  {}



  template <int dim>
  const Vector &KineticGenerator<dim>::left_null_vector() const
  {
    return null_vector;
  }



  template <int dim>
  const Vector &KineticGenerator<dim>::free_coefficients() const
  {
    return ones;
  }



  template <int dim>
  Vector KineticGenerator<dim>::error_weights() const
  {
    return integrals;
  }



  template <int dim>
  Vector KineticGenerator<dim>::killing() const
  {
    return loss_rates;
  }



  template <int dim>
  const Vector &KineticGenerator<dim>::weights() const
  {
    return the_weights;
  }



  template <int dim>
  const std::vector<MatrixHandle> &
  KineticGenerator<dim>::coarse_interpolations() const
  {
    return no_interpolations;
  }



  template <int dim>
  void KineticGenerator<dim>::apply(AnyVector &result, const AnyVector &p) const
  {
    forward.vmult(result, p);
  }



  template <int dim>
  void KineticGenerator<dim>::apply_adjoint(AnyVector       &result,
                                            const AnyVector &f) const
  {
    forward.Tvmult(result, f);
  }



  template <int dim>
  const SparseMatrix &KineticGenerator<dim>::preconditioner_matrix() const
  {
    return forward;
  }



  template <int dim>
  bool KineticGenerator<dim>::is_assembled() const
  {
    return true;
  }



  template <int dim>
  bool KineticGenerator<dim>::needs_balance() const
  {
    return true;
  }



  template <int dim>
  bool KineticGenerator<dim>::conserves_mass() const
  {
    return !space.is_killed();
  }



  template <int dim>
  Vector KineticGenerator<dim>::zero() const
  {
    return Vector(owned, space.discretisation.communicator);
  }



  template class KineticGenerator<1>;
  template class KineticGenerator<2>;
} // namespace sgdfp
