// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_RESTRICTION_H
#define SGDFP_OPERATORS_RESTRICTION_H

#include "operators/generator.h"

namespace sgdfp
{
  /// A Generator restricted to some of its coefficients,
  ///
  ///     M_II dP_I/dt = A_II P_I,     P = 0 elsewhere:
  ///
  /// those that are free (hanging nodes follow from others, and their rows
  /// hold a meaningless diagonal, which would be an eigenvalue), and that no
  /// absorbing set kills. Its vectors are shorter, numbered rank by rank.
  ///
  /// What is killed is not forgotten: killing() is the rate at which it takes
  /// mass, so that eigenvalues need no cancellation.
  class Restriction : public Generator
  {
  public:
    /// @param generator assembled; must outlive this object
    /// @param killed 1 at the coefficients that are killed, else 0
    Restriction(const Generator &generator, const Vector &killed);

    void prepare() override;

    /// Takes A, M and the mass functional as the generator has them now.
    void assemble() override;

    const Vector &mass_functional() const override;

    const SparseMatrix &mass_matrix() const override;

    /// Nothing: all coefficients are free.
    void complete(Vector &coefficients) const override;

    /// A^T times it is -killing().
    const Vector &left_null_vector() const override;

    /// All 1
    const Vector &free_coefficients() const override;

    Vector rates() const override;

    Vector error_weights() const override;

    const Vector &weights() const override;

    const std::vector<MatrixHandle> &coarse_interpolations() const override;

    void apply(AnyVector &result, const AnyVector &p) const override;

    void apply_adjoint(AnyVector &result, const AnyVector &f) const override;

    const SparseMatrix &preconditioner_matrix() const override;

    bool is_assembled() const override;

    /// Whether nothing is killed, here or by the generator itself.
    bool conserves_mass() const override;

    Vector zero() const override;

    /// K_j = sum_i A_ij over killed i, per unit t, and what the generator kills
    /// itself: the mass that coefficient j loses is -dm/dt = K . P.
    Vector killing() const override;

    /// f^T A p without cancellation: the diagonal of A, minus the sum of the
    /// rest of its column, is never used,
    ///
    ///     f^T A p = sum_j p_j (sum_{i != j} A_ij (f_i - f_j) - K_j f_j),
    ///
    /// where A is a matrix whose columns sum to -K; else as it is, with its
    /// round-off (is_exact()).
    /// Collective.
    double product(const Vector &f, const Vector &p) const;

    /// Whether product() has no cancellation.
    bool is_exact() const;

    /// From coefficients I to all (0 where killed; hanging nodes 0 too).
    Vector extend(const Vector &restricted) const;

    /// From all coefficients to I.
    Vector restrict_to(const Vector &all) const;

    dealii::types::global_dof_index n() const;

    MPI_Comm communicator() const;

  private:
    /// The values at kept nodes, from one vector to the other.
    void gather(const Vec all, const Vec restricted) const;
    void spread(const Vec restricted, const Vec all) const;

    const Generator                             &parent;
    std::vector<dealii::types::global_dof_index> kept; ///< of this rank
    dealii::IndexSet                             owned;
    bool                                         kills, columns_sum_to_zero;
    Vector                                       functional, ones, loss_rates;
    Vector                                       null_vector;
    Vector                                       the_weights, killed;
    mutable std::vector<MatrixHandle>            interpolations;
    AdoptedMatrix                                forward;
    mutable AdoptedMatrix                        mass;
    mutable bool                                 mass_is_known = false;
    /// For a parent that is no matrix
    mutable Vector parent_in, parent_out;
  };
} // namespace sgdfp

#endif
