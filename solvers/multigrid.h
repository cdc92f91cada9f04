// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_MULTIGRID_H
#define SGDFP_SOLVERS_MULTIGRID_H

#include "operators/generator.h"

#include <petscksp.h>

namespace sgdfp
{
  /// The preconditioner of a stationary solve: multigrid on the coefficients
  /// and the Generator's coarse spaces (continuous functions of lower degrees).
  ///
  /// Finest level: GMRES with incomplete factors ILU(0), local to a rank, of
  /// the assembled matrix A. Coarse levels: with I the
  /// interpolation and W the weights (p = W I u for coarse u), the Galerkin
  /// operators I^T A W I, whose left and right null vectors are nearly
  /// constant: what algebraic multigrid (hypre BoomerAMG) is made for. It
  /// solves the coarsest, shifted by its lumped mass to be regular; MUMPS does
  /// where that is small.
  class Multigrid
  {
  public:
    /// Prepares @p pc, whose operators are A, for the present values of
    /// @p generator. Options of the user are not yet applied.
    void set_up(PC pc, const Generator &generator);

  private:
    /// Computes the coarse operators.
    void project(const Generator &generator);

    /// W I of the finest level
    MatrixHandle prolongation;
    /// From the finest to the coarsest
    std::vector<MatrixHandle> operators;
  };
} // namespace sgdfp

#endif
