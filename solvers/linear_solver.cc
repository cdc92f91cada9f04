// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/linear_solver.h"

#include "base/errors.h"
#include "base/text.h"

namespace sgdfp
{
  namespace
  {
    void check(const PetscErrorCode code, const char *what)
    {
      if (code != 0)
        throw SolverFailure(std::string("PETSc failed in ") + what +
                            " (error " + std::to_string(code) + ").");
    }



    /// y = A x of a Generator, for PETSc.
    PetscErrorCode multiply(Mat matrix, Vec x, Vec y)
    {
      void *context = nullptr;
      MatShellGetContext(matrix, &context);
      const auto     &generator = *static_cast<const Generator *>(context);
      const AnyVector source(x);
      AnyVector       result(y);
      generator.apply(result, source);
      return 0;
    }



    /// ILU(k) in reverse Cuthill-McKee order on the blocks of an additive
    /// Schwarz method that is set up; options of the user come last and win.
    void use_ordered_ilu(PC pc, const int fill_levels)
    {
      PetscBool is_schwarz = PETSC_FALSE;
      check(PetscObjectTypeCompare(reinterpret_cast<PetscObject>(pc),
                                   PCASM,
                                   &is_schwarz),
            "PetscObjectTypeCompare");
      if (!is_schwarz) // the user chose another preconditioner
        return;
      PetscInt n_blocks;
      KSP     *blocks;
      check(PCASMGetSubKSP(pc, &n_blocks, nullptr, &blocks), "PCASMGetSubKSP");
      for (PetscInt i = 0; i < n_blocks; ++i)
        {
          PC block;
          check(KSPGetPC(blocks[i], &block), "KSPGetPC");
          check(PCSetType(block, PCILU), "PCSetType");
          check(PCFactorSetLevels(block, fill_levels), "PCFactorSetLevels");
          check(PCFactorSetMatOrderingType(block, MATORDERINGRCM),
                "PCFactorSetMatOrderingType");
          check(KSPSetFromOptions(blocks[i]), "KSPSetFromOptions");
        }
    }



    PetscErrorCode
    monitor(KSP, PetscInt iteration, PetscReal residual, void *context)
    {
      const auto &report =
        *static_cast<std::function<void(unsigned int, double)> *>(context);
      if (report)
        report(iteration, residual);
      return 0;
    }
  } // namespace



  void SolverParameters::add_parameters(dealii::ParameterHandler &prm)
  {
    namespace Patterns = dealii::Patterns;
    prm.enter_subsection("Solver");
    prm.add_parameter(
      "method",
      method,
      "direct (MUMPS), iterative (GMRES), or auto: direct up to "
      "the limits below",
      Patterns::Selection("auto|direct|iterative"));
    prm.add_parameter("tolerance",
                      tolerance,
                      "Residual |A p| / |diag(A) p| of the iterative solver",
                      Patterns::Double(0, 1));
    prm.add_parameter("maximum iterations",
                      maximum_iterations,
                      "Most iterations of one iterative solve",
                      Patterns::Integer(1));
    prm.add_parameter("direct limit 2d",
                      direct_limit_2d,
                      "Most unknowns for the direct solver in 1-D and 2-D",
                      Patterns::Integer(0));
    prm.add_parameter("direct limit 3d",
                      direct_limit_3d,
                      "Most unknowns for the direct solver in 3-D",
                      Patterns::Integer(0));
    prm.add_parameter("fill levels",
                      fill_levels,
                      "k of the ILU(k) that preconditions GMRES; -1: 2 in 1-D "
                      "and 2-D, 1 in 3-D",
                      Patterns::Integer(-1, 20));
    prm.leave_subsection();
  }



  SolverParameters
  SolverParameters::resolved(const unsigned int dimension) const
  {
    SolverParameters result = *this;
    if (fill_levels < 0)
      result.fill_levels = (dimension == 3 ? 1 : 2);
    return result;
  }



  bool SolverParameters::use_direct(const unsigned int dimension,
                                    const unsigned int n_dofs) const
  {
    if (method != "auto")
      return method == "direct";
    return n_dofs <= (dimension == 3 ? direct_limit_3d : direct_limit_2d);
  }



  LinearSolver::LinearSolver(const MPI_Comm          communicator,
                             const SolverParameters &parameters)
    : communicator(communicator)
    , parameters(parameters)
  {
    check(KSPCreate(communicator, &ksp), "KSPCreate");
    check(KSPSetOptionsPrefix(ksp, "sgdfp_"), "KSPSetOptionsPrefix");
    check(KSPMonitorSet(ksp, &monitor, &on_iteration, nullptr),
          "KSPMonitorSet");
  }



  LinearSolver::~LinearSolver()
  {
    KSPDestroy(&ksp);
    MatDestroy(&shifted);
    MatDestroy(&shell);
    MatNullSpaceDestroy(&ones);
  }



  void LinearSolver::shift_matrix(const Generator &generator,
                                  const double     shift)
  {
    const Mat A = generator.preconditioner_matrix();
    if (shifted == nullptr)
      check(MatDuplicate(A, MAT_COPY_VALUES, &shifted), "MatDuplicate");
    else
      check(MatCopy(A, shifted, SAME_NONZERO_PATTERN), "MatCopy");
    check(
      MatAXPY(shifted, -shift, generator.mass_matrix(), SAME_NONZERO_PATTERN),
      "MatAXPY");
  }



  void LinearSolver::factorise(const Generator &generator, const double shift)
  {
    shift_matrix(generator, shift);
    check(KSPSetOperators(ksp, shifted, shifted), "KSPSetOperators");
    check(KSPSetType(ksp, KSPPREONLY), "KSPSetType");
    PC pc;
    check(KSPGetPC(ksp, &pc), "KSPGetPC");
    check(PCSetType(pc, PCLU), "PCSetType");
    check(PCFactorSetMatSolverType(pc, MATSOLVERMUMPS),
          "PCFactorSetMatSolverType");
    check(PCFactorSetUpMatSolverType(pc), "PCFactorSetUpMatSolverType");
    Mat factor;
    check(PCFactorGetMatrix(pc, &factor), "PCFactorGetMatrix");
    // Room for the pivoting of a nearly singular matrix, in per cent.
    check(MatMumpsSetIcntl(factor, 14, 60), "MatMumpsSetIcntl");
    check(KSPSetFromOptions(ksp), "KSPSetFromOptions");
    check(KSPSetUp(ksp), "KSPSetUp");
    PCFailedReason reason;
    check(PCGetFailedReason(pc, &reason), "PCGetFailedReason");
    if (reason != PC_NOERROR)
      throw SolverFailure(
        "The direct solver (MUMPS) could not factorise the matrix; most "
        "often it lacks memory. Use fewer cells, more ranks, or "
        "Solver/method = iterative.");
  }



  void LinearSolver::prepare_iterative(const Generator &generator,
                                       const double     shift,
                                       const double     scale)
  {
    shift_matrix(generator, shift);
    if (shell == nullptr)
      {
        PetscInt m, n, M, N;
        check(MatGetLocalSize(shifted, &m, &n), "MatGetLocalSize");
        check(MatGetSize(shifted, &M, &N), "MatGetSize");
        check(MatCreateShell(communicator,
                             m,
                             n,
                             M,
                             N,
                             const_cast<Generator *>(&generator),
                             &shell),
              "MatCreateShell");
        check(MatShellSetOperation(shell,
                                   MATOP_MULT,
                                   reinterpret_cast<void (*)()>(&multiply)),
              "MatShellSetOperation");
        check(MatNullSpaceCreate(communicator, PETSC_TRUE, 0, nullptr, &ones),
              "MatNullSpaceCreate");
        check(MatSetTransposeNullSpace(shell, ones),
              "MatSetTransposeNullSpace");
      }
    check(KSPSetOperators(ksp, shell, shifted), "KSPSetOperators");
    check(KSPSetType(ksp, KSPGMRES), "KSPSetType");
    check(KSPSetPCSide(ksp, PC_RIGHT), "KSPSetPCSide");
    constexpr int restart = 200; // slow modes are lost at every restart
    check(KSPGMRESSetRestart(ksp, restart), "KSPGMRESSetRestart");
    check(KSPSetTolerances(ksp,
                           1e-300, // only the absolute residual counts
                           parameters.tolerance * scale,
                           PETSC_DEFAULT,
                           parameters.maximum_iterations),
          "KSPSetTolerances");
    PC pc;
    check(KSPGetPC(ksp, &pc), "KSPGetPC");
    check(PCSetType(pc, PCASM), "PCSetType");
    check(KSPSetFromOptions(ksp), "KSPSetFromOptions");
    check(KSPSetUp(ksp), "KSPSetUp");
    // The order matters more than the fill: docs/numerics.md.
    check(KSPGetPC(ksp, &pc), "KSPGetPC");
    use_ordered_ilu(pc, parameters.fill_levels);
  }



  unsigned int LinearSolver::solve(Vector &x, const Vector &b)
  {
    check(KSPSolve(ksp, b, x), "KSPSolve");
    KSPConvergedReason reason;
    PetscInt           iterations;
    check(KSPGetConvergedReason(ksp, &reason), "KSPGetConvergedReason");
    check(KSPGetIterationNumber(ksp, &iterations), "KSPGetIterationNumber");
    if (reason < 0)
      throw SolverFailure(
        "The linear solver stopped after " + std::to_string(iterations) +
        " iterations (" + KSPConvergedReasons[reason] +
        ") without reaching a residual |A p|/|diag(A) p| of " +
        to_text(parameters.tolerance) +
        ". Raise Solver/maximum iterations or Solver/fill levels, refine the "
        "mesh, or use Solver/method = direct.");
    return iterations;
  }
} // namespace sgdfp
