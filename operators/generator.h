// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_GENERATOR_H
#define SGDFP_OPERATORS_GENERATOR_H

#include "base/petsc.h"

namespace sgdfp
{
  /// Any dynamics, discretised:  M dP/dt = A P  for the coefficients P of a
  /// density.
  ///
  /// A is the forward (Fokker-Planck) operator; its transpose acts on
  /// observables (the backward operator). Mass is conserved: the mass of P is
  /// mass_functional() . P, and A^T 1 = 0, the columns of A sum to zero.
  ///
  /// Solvers know a Generator only through this class, so that any question
  /// can be asked of any dynamics.
  class Generator
  {
  public:
    virtual ~Generator() = default;

    /// Allocates; call after every change of the mesh. Collective.
    virtual void prepare() = 0;

    /// Computes M and A in the present trial space. Collective.
    virtual void assemble() = 0;

    /// M, coefficients -> test space
    virtual const SparseMatrix &mass_matrix() const = 0;

    /// result = A p
    virtual void apply(AnyVector &result, const AnyVector &p) const = 0;

    /// result = A^T f
    virtual void apply_adjoint(AnyVector &result, const AnyVector &f) const = 0;

    /// The assembled matrix that solvers factorise or precondition with: A
    /// itself where A is a sparse matrix, else a local approximation of it.
    virtual const SparseMatrix &preconditioner_matrix() const = 0;

    /// Whether preconditioner_matrix() is A, so that a direct solver applies.
    virtual bool is_assembled() const = 0;

    /// A zero vector of coefficients.
    virtual Vector zero() const = 0;
  };
} // namespace sgdfp

#endif
