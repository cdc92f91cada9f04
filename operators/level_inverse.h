// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_LEVEL_INVERSE_H
#define SGDFP_OPERATORS_LEVEL_INVERSE_H

#include "operators/kinetic_generator.h"

#include <petscksp.h>

namespace sgdfp
{
  /// A preconditioner of a kinetic equation by Hermite levels: approximately
  ///
  ///     S^-1,   S = d^-1 (A - s M) W d^-1,   d_i = (W_i M_ii)^{1/2}.
  ///
  /// Odd levels are eliminated exactly: what couples them among themselves
  /// (friction, the excess of D) is local to cells and lower triangular in |n|.
  /// What is left of the even ones has on its diagonal an elliptic equation in
  /// parameters for every n,
  ///
  ///     -(gamma |n| + s) M + sum_i s_i^2 ( n_i/(gamma (|n| - 1) + s) X_i
  ///                                + (n_i + 1)/(gamma (|n| + 1) + s) Y_i ),
  ///
  /// X_i = B_i M^-1 A_i and Y_i = A_i M^-1 B_i, B_i and A_i the transport from
  /// below and from above. They are factorised (MUMPS) one by one; block
  /// Gauss-Seidel goes through them, from |n| = 0 to N and back
  /// [numerics.md, 5].
  template <int dim>
  class LevelInverse : public ApproximateInverse
  {
  public:
    /// @param generator assembled; outlives this object
    /// @param shift s >= 0; where it is 0 the level 0 gets a little
    LevelInverse(const KineticGenerator<dim> &generator, const double shift);
    ~LevelInverse() override;

    void apply(const Vec x, const Vec b) override;

  private:
    using Matrices = typename PhaseSpace<dim>::Matrices;

    /// d^-1 B W d^-1 of a block between two parities
    MatrixHandle balanced(const MatrixHandle &block,
                          const unsigned int  row_parity,
                          const unsigned int  column_parity) const;

    void copy_matrices(const std::array<Matrices, 2> &matrices);

    /// The inverse of the odd mass matrix: of its blocks on cells.
    void invert_odd_mass();

    void factorise_levels();

    /// result -= the terms of row n that use says yes to, by column m.
    void subtract(const unsigned int                       n,
                  const std::function<bool(unsigned int)> &use,
                  const PetscScalar                       *x,
                  PetscScalar                             *result) const;

    /// x_n of all n of an odd level, from b and all others.
    void eliminate(const unsigned int level,
                   const PetscScalar *b,
                   PetscScalar       *x) const;

    /// Corrects x_n of all n of an even level by their residuals.
    void
    relax(const unsigned int level, const PetscScalar *b, PetscScalar *x) const;

    /// Of x_n among the coefficients of this rank
    PetscInt begin(const unsigned int n) const;

    /// gamma |n| + s
    PetscScalar damping(const unsigned int n) const;

    const KineticGenerator<dim> &generator;
    const double                 shift;
    std::array<Matrices, 2>      blocks;
    std::array<Vec, 2>           rows, columns;
    MatrixHandle                 odd_mass_inverse;
    std::vector<std::vector<typename KineticGenerator<dim>::Term>> terms;

    std::vector<KSP> levels; ///< by n; nullptr for odd ones
    /// Views of one n, and work
    mutable std::array<Vec, 2> in, out, work;
  };
} // namespace sgdfp

#endif
