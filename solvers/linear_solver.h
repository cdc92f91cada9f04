// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_LINEAR_SOLVER_H
#define SGDFP_SOLVERS_LINEAR_SOLVER_H

#include "solvers/multigrid.h"

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

    void add_parameters(dealii::ParameterHandler &prm);

    /// Whether a problem of that size is for the direct solver.
    /// @param has_jumps the matrix is the local approximation of a
    /// StableGenerator, which couples nodes along lines only: a quarter of the
    /// factors
    bool use_direct(const unsigned int dimension,
                    const unsigned int n_dofs,
                    const bool         has_jumps = false) const;
  };



  /// Makes a PC apply an ApproximateInverse, and after it incomplete factors
  /// of each rank's block of @p matrix: what is large in a Generator's own
  /// approximation may be local in another.
  /// @param inverse may be exchanged; outlives the PC
  void
  use_approximate_inverse(const PC                                   pc,
                          const std::unique_ptr<ApproximateInverse> &inverse,
                          const Mat                                  matrix);



  /// A PETSc KSP: MUMPS for A - shift M, or flexible GMRES for A with the
  /// preconditioner Multigrid. Every PETSc option applies with the prefix
  /// "sgdfp_" (environment variable PETSC_OPTIONS).
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

    /// The same for a matrix that the caller has put together.
    void factorise(MatrixHandle matrix);

    /// Prepares GMRES for A itself; its left null vector makes the right-hand
    /// side of solve() consistent.
    void prepare_iterative(const Generator &generator);

    /// Prepares GMRES for @p A with the factors of @p approximation as
    /// preconditioner: those of MUMPS, or incomplete ones of each rank's block.
    void precondition(MatrixHandle A,
                      MatrixHandle approximation,
                      const bool   use_direct);

    /// The same with a preconditioner of the Generator's own.
    void precondition(MatrixHandle                        A,
                      std::unique_ptr<ApproximateInverse> inverse);

    /// Ends the iterations at a residual norm below
    /// max(@p relative |b|, @p absolute).
    void set_tolerances(const double relative, const double absolute);

    /// @return number of iterations
    /// @throws SolverFailure if it does not converge
    unsigned int solve(Vector &x, const Vector &b);

    /// The same for vectors that PETSc or SLEPc hand out.
    /// @param transposed solve with the transposed matrix (after factorise())
    unsigned int solve(const Vec x, const Vec b, const bool transposed);

  private:
    void clear();

    void create();

    void make_shell(const Generator &generator);

    /// MUMPS for the preconditioner.
    void use_mumps();

    const MPI_Comm         communicator;
    const SolverParameters parameters;
    Multigrid              multigrid;
    KSP                    ksp        = nullptr;
    Mat                    shell      = nullptr;
    MatNullSpace           null_space = nullptr;
    MatrixHandle           shifted, shifted_operator;

    std::unique_ptr<ApproximateInverse> approximate_inverse;
  };
} // namespace sgdfp

#endif
