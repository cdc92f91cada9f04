// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_GENERATOR_H
#define SGDFP_OPERATORS_GENERATOR_H

#include "base/petsc.h"

#include <memory>
#include <vector>

namespace sgdfp
{
  /// Some approximation of the inverse of a matrix.
  class ApproximateInverse
  {
  public:
    virtual ~ApproximateInverse() = default;

    /// x = P b; linear, always the same. Collective.
    virtual void apply(const Vec x, const Vec b) = 0;
  };



  /// Any dynamics, discretised:  M dP/dt = A P  for the coefficients P of a
  /// density.
  ///
  /// A is the forward (Fokker-Planck) operator; its transpose acts on
  /// observables (the backward operator). Mass is conserved: the mass of P is
  /// mass_functional() . P, and the columns of A sum to zero.
  ///
  /// Solvers know a Generator only through this class, so that any question
  /// can be asked of any dynamics.
  class Generator
  {
  public:
    virtual ~Generator() = default;

    /// A preconditioner of its own for the balanced equations
    ///
    ///     S = d^-1 (A - s M) W d^-1,   d_i = (W_i M_ii)^{1/2},
    ///
    /// W the weights(); nullptr where there is none
    /// (has_approximate_inverse()).
    /// @param shift s >= 0

    virtual std::unique_ptr<ApproximateInverse>
    approximate_inverse(const double shift) const;

    virtual bool has_approximate_inverse() const
    {
      return false;
    }



    /// Allocates; call after every change of the mesh. Collective.
    virtual void prepare() = 0;

    /// Computes A and the mass functional in the present trial space.
    /// Collective.
    virtual void assemble() = 0;

    /// 1^T M, whose product with the coefficients is the mass of a density.
    virtual const Vector &mass_functional() const = 0;

    /// M, coefficients -> test space. Computed (and kept) on its first use
    /// after assemble(), which must come before the trial space changes: large
    /// problems do without it. Collective.
    virtual const SparseMatrix &mass_matrix() const = 0;

    /// Sets the coefficients that others determine (of hanging nodes). Until
    /// then they take no part: their rows of A p are zero.
    virtual void complete(Vector &coefficients) const = 0;

    /// What A^T sends to zero where conserves_mass(): the function 1, as
    /// observables are coefficients of test functions.
    virtual const Vector &left_null_vector() const = 0;

    /// 1 at the coefficients that complete() leaves alone, else 0;
    /// left_null_vector() unless some coefficients are not those of a density
    /// of parameters.
    virtual const Vector &free_coefficients() const;

    /// Per coefficient j, what A e_j is small against: |A_jj|, or, where that
    /// says nothing, the sum of |A_ij| over i. Divided by M_jj a rate, per unit
    /// t.
    virtual Vector rates() const;

    /// w such that the error e of coefficients has the norm w . |e|: an L1 norm
    /// of densities. |mass_functional()|, unless other coefficients than those
    /// of the density of parameters count too.
    virtual Vector error_weights() const;

    /// K such that the mass changes at the rate -K . P, without cancellation;
    /// 0 where conserves_mass().
    virtual Vector killing() const;

    /// Positive weights w_i such that p_i/w_i is smooth where p is near the
    /// stationary density.
    virtual const Vector &weights() const = 0;

    /// Interpolations of coarser and coarser spaces, each into the one before
    /// it and the first into the coefficients p_i/w_i, for multigrid; at least
    /// one. Rows and columns of hanging nodes are empty. Collective.
    virtual const std::vector<MatrixHandle> &coarse_interpolations() const = 0;

    /// result = A p
    virtual void apply(AnyVector &result, const AnyVector &p) const = 0;

    /// result = A^T f
    virtual void apply_adjoint(AnyVector &result, const AnyVector &f) const = 0;

    /// The assembled matrix that solvers factorise or precondition with: A
    /// itself where A is a sparse matrix, else a local approximation of it.
    virtual const SparseMatrix &preconditioner_matrix() const = 0;

    /// Whether preconditioner_matrix() is A, so that a direct solver applies.
    virtual bool is_assembled() const = 0;

    /// Whether A has to be scaled before it is factorised: the weights span
    /// decades within a cell, in equations that are not those of a diffusion.
    virtual bool needs_balance() const
    {
      return false;
    }

    /// Whether mass is conserved, so that A^T times left_null_vector() is zero.
    /// Where probability is killed it is not.
    virtual bool conserves_mass() const
    {
      return true;
    }

    /// A zero vector of coefficients.
    virtual Vector zero() const = 0;
  };
} // namespace sgdfp

#endif
