// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_LINEAR_SOLVER_H
#define SGDFP_SOLVERS_LINEAR_SOLVER_H

#include "base/petsc.h"
#include "operators/generator.h"

#include <deal.II/base/parameter_handler.h>

#include <petscksp.h>

#include <functional>
#include <string>

namespace sgdfp
{
  /// Entries of subsection Solver: how linear systems are solved.
  struct SolverParameters
  {
    std::string  method             = "auto";
    double       tolerance          = 1e-12;
    unsigned int maximum_iterations = 1000;
    unsigned int direct_limit_2d    = 500000;
    unsigned int direct_limit_3d    = 40000;
    int          fill_levels        = -1;

    void add_parameters(dealii::ParameterHandler &prm);

    /// These parameters with what is automatic decided for @p dimension.
    SolverParameters resolved(const unsigned int dimension) const;

    /// Whether a problem of that size is for the direct solver.
    bool use_direct(const unsigned int dimension,
                    const unsigned int n_dofs) const;
  };



  /// A PETSc KSP for systems with (A - shift M): MUMPS, or GMRES with additive
  /// Schwarz and incomplete factorisations ILU(k) of that matrix in reverse
  /// Cuthill-McKee order. Every PETSc option applies with
  /// the prefix "sgdfp_" (environment variable PETSC_OPTIONS).
  class LinearSolver
  {
  public:
    LinearSolver(const MPI_Comm          communicator,
                 const SolverParameters &parameters);
    ~LinearSolver();

    LinearSolver(const LinearSolver &)            = delete;
    LinearSolver &operator=(const LinearSolver &) = delete;

    /// Called with the iteration number and the residual norm.
    std::function<void(unsigned int, double)> on_iteration;

    /// Factorises S = A - shift M; solve() then applies S^-1.
    /// @throws SolverFailure if the factorisation fails
    void factorise(const Generator &generator, const double shift);

    /// Prepares GMRES for A itself, preconditioned by a factorisation of
    /// A - shift M; A^T 1 = 0 makes the right-hand side consistent. Iterates
    /// until the residual is below tolerance * @p scale.
    void prepare_iterative(const Generator &generator,
                           const double     shift,
                           const double     scale);

    /// @return number of iterations
    /// @throws SolverFailure if it does not converge
    unsigned int solve(Vector &x, const Vector &b);

  private:
    void shift_matrix(const Generator &generator, const double shift);

    const MPI_Comm         communicator;
    const SolverParameters parameters;
    KSP                    ksp     = nullptr;
    Mat                    shifted = nullptr;
    Mat                    shell   = nullptr;
    MatNullSpace           ones    = nullptr;
  };
} // namespace sgdfp

#endif
