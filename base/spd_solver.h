// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_BASE_SPD_SOLVER_H
#define SGDFP_BASE_SPD_SOLVER_H

#include "base/petsc.h"

#include <string>

namespace sgdfp
{
  /// Solves A x = b once, A symmetric and positive definite: Cholesky (MUMPS)
  /// if @p direct, else conjugate gradients with BoomerAMG to a relative
  /// residual of 1e-10 in the norm of the preconditioner. Every PETSc option
  /// applies with @p prefix. Collective.
  /// @param n_components unknowns per node, numbered node by node
  /// @return number of iterations
  /// @throws SolverFailure if it does not converge
  unsigned int solve_spd(const SparseMatrix &A,
                         Vector             &x,
                         const Vector       &b,
                         const bool          direct,
                         const unsigned int  n_components,
                         const std::string  &prefix);
} // namespace sgdfp

#endif
