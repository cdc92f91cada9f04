// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/linear_solver.h"

#include "base/errors.h"
#include "base/text.h"

namespace sgdfp
{
  namespace
  {
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



    PetscErrorCode
    monitor(KSP, PetscInt iteration, PetscReal residual, void *context)
    {
      const auto &report =
        *static_cast<std::function<void(unsigned int, double)> *>(context);
      if (report)
        report(iteration, residual);
      return 0;
    }



    /// A copy whose diagonal block on each rank has factors. A row with no
    /// diagonal of its own (the density itself under momentum: only transport
    /// acts on it) gets its pivot from the rows around it, and has none where
    /// those belong to other ranks: what it loses is put on its diagonal.
    MatrixHandle with_regular_blocks(const Mat matrix)
    {
      Mat copy;
      check_petsc(MatDuplicate(matrix, MAT_COPY_VALUES, &copy), "MatDuplicate");
      MatrixHandle     result(copy);
      constexpr double little = 1e-3;
      PetscInt         begin, end;
      check_petsc(MatGetOwnershipRange(matrix, &begin, &end),
                  "MatGetOwnershipRange");
      for (PetscInt row = begin; row < end; ++row)
        {
          PetscInt           n;
          const PetscInt    *columns;
          const PetscScalar *values;
          check_petsc(MatGetRow(matrix, row, &n, &columns, &values),
                      "MatGetRow");
          double diagonal = 0, lost = 0;
          for (PetscInt k = 0; k < n; ++k)
            if (columns[k] == row)
              diagonal = values[k];
            else if (columns[k] < begin || columns[k] >= end)
              lost += std::abs(values[k]);
          check_petsc(MatRestoreRow(matrix, row, &n, &columns, &values),
                      "MatRestoreRow");
          if (std::abs(diagonal) < little * lost)
            check_petsc(MatSetValue(copy, row, row, -lost, INSERT_VALUES),
                        "MatSetValue");
        }
      check_petsc(MatAssemblyBegin(copy, MAT_FINAL_ASSEMBLY),
                  "MatAssemblyBegin");
      check_petsc(MatAssemblyEnd(copy, MAT_FINAL_ASSEMBLY), "MatAssemblyEnd");
      return result;
    }
  } // namespace



  void SolverParameters::add_parameters(dealii::ParameterHandler &prm)
  {
    namespace Patterns = dealii::Patterns;
    prm.enter_subsection("Solver");
    prm.add_parameter(
      "method",
      method,
      "direct (MUMPS), iterative (multigrid), or auto: direct up to "
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
    prm.add_parameter(
      "direct limit 2d",
      direct_limit_2d,
      "Most unknowns for the direct solver in 1-D and 2-D; four times as "
      "many under jumps, whose matrices are sparser",
      Patterns::Integer(0));
    prm.add_parameter("direct limit 3d",
                      direct_limit_3d,
                      "Most unknowns for the direct solver in 3-D",
                      Patterns::Integer(0));
    prm.leave_subsection();
  }



  bool SolverParameters::use_direct(const unsigned int dimension,
                                    const unsigned int n_dofs,
                                    const bool         has_jumps) const
  {
    if (method != "auto")
      return method == "direct";
    if (dimension == 3)
      return n_dofs <= direct_limit_3d;
    const double saving = (has_jumps ? 4 : 1);
    return n_dofs <= saving * direct_limit_2d;
  }



  LinearSolver::LinearSolver(const MPI_Comm          communicator,
                             const SolverParameters &parameters)
    : communicator(communicator)
    , parameters(parameters)
  {}



  LinearSolver::~LinearSolver()
  {
    clear();
  }



  void LinearSolver::clear()
  {
    KSPDestroy(&ksp);
    MatDestroy(&shell);
    MatNullSpaceDestroy(&null_space);
    shifted.reset();
    shifted_operator.reset();
  }



  void LinearSolver::create()
  {
    clear();
    check_petsc(KSPCreate(communicator, &ksp), "KSPCreate");
    check_petsc(KSPSetOptionsPrefix(ksp, "sgdfp_"), "KSPSetOptionsPrefix");
    check_petsc(KSPMonitorSet(ksp, &monitor, &on_iteration, nullptr),
                "KSPMonitorSet");
  }



  void LinearSolver::factorise(const Generator &generator, const double shift)
  {
    Mat copy;
    check_petsc(MatDuplicate(generator.preconditioner_matrix(),
                             MAT_COPY_VALUES,
                             &copy),
                "MatDuplicate");
    MatrixHandle owner(copy);
    check_petsc(
      MatAXPY(copy, -shift, generator.mass_matrix(), SAME_NONZERO_PATTERN),
      "MatAXPY");
    factorise(std::move(owner));
  }



  void LinearSolver::factorise(MatrixHandle matrix)
  {
    create();
    shifted = std::move(matrix);
    check_petsc(KSPSetOperators(ksp, shifted.get(), shifted.get()),
                "KSPSetOperators");
    check_petsc(KSPSetType(ksp, KSPPREONLY), "KSPSetType");
    use_mumps();
  }



  namespace
  {
    /// Not the flexible variant, which has no transposed solve.
    void use_gmres(const KSP ksp)
    {
      check_petsc(KSPSetType(ksp, KSPGMRES), "KSPSetType");
      constexpr int restart = 100;
      check_petsc(KSPGMRESSetRestart(ksp, restart), "KSPGMRESSetRestart");
      check_petsc(KSPSetPCSide(ksp, PC_RIGHT), "KSPSetPCSide");
    }
  } // namespace



  void LinearSolver::precondition(MatrixHandle A,
                                  MatrixHandle approximation,
                                  const bool   use_direct)
  {
    create();
    shifted          = std::move(approximation);
    shifted_operator = std::move(A);
    check_petsc(KSPSetOperators(ksp, shifted_operator.get(), shifted.get()),
                "KSPSetOperators");
    use_gmres(ksp);
    set_tolerances(parameters.tolerance, 0);
    if (use_direct)
      {
        use_mumps();
        return;
      }
    PC pc;
    check_petsc(KSPGetPC(ksp, &pc), "KSPGetPC");
    check_petsc(PCSetType(pc, PCASM), "PCSetType");
    check_petsc(PCSetFromOptions(pc), "PCSetFromOptions");
    check_petsc(KSPSetFromOptions(ksp), "KSPSetFromOptions");
    check_petsc(KSPSetUp(ksp), "KSPSetUp");
    PetscInt n_blocks;
    KSP     *blocks;
    check_petsc(PCASMGetSubKSP(pc, &n_blocks, nullptr, &blocks),
                "PCASMGetSubKSP");
    for (PetscInt block = 0; block < n_blocks; ++block)
      {
        PC factors;
        check_petsc(KSPGetPC(blocks[block], &factors), "KSPGetPC");
        check_petsc(PCSetType(factors, PCILU), "PCSetType");
        check_petsc(PCFactorSetLevels(factors, 1), "PCFactorSetLevels");
      }
  }



  void
  use_approximate_inverse(const PC                                   pc,
                          const std::unique_ptr<ApproximateInverse> &inverse,
                          const Mat                                  matrix)
  {
    check_petsc(PCSetType(pc, PCCOMPOSITE), "PCSetType");
    check_petsc(PCCompositeSetType(pc, PC_COMPOSITE_MULTIPLICATIVE),
                "PCCompositeSetType");
    check_petsc(PCCompositeAddPCType(pc, PCSHELL), "PCCompositeAddPCType");
    check_petsc(PCCompositeAddPCType(pc, PCBJACOBI), "PCCompositeAddPCType");
    PC own, local;
    check_petsc(PCCompositeGetPC(pc, 0, &own), "PCCompositeGetPC");
    check_petsc(PCCompositeGetPC(pc, 1, &local), "PCCompositeGetPC");
    check_petsc(PCShellSetContext(
                  own,
                  const_cast<std::unique_ptr<ApproximateInverse> *>(&inverse)),
                "PCShellSetContext");
    check_petsc(PCShellSetApply(
                  own,
                  [](PC shell, Vec b, Vec x) {
                    void          *context;
                    PetscErrorCode ierr = PCShellGetContext(shell, &context);
                    if (ierr == 0)
                      (*static_cast<std::unique_ptr<ApproximateInverse> *>(
                         context))
                        ->apply(x, b);
                    return ierr;
                  }),
                "PCShellSetApply");
    const MatrixHandle regular = with_regular_blocks(matrix);
    check_petsc(PCSetOperators(local, regular.get(), regular.get()),
                "PCSetOperators");
    check_petsc(PCSetUp(local), "PCSetUp");
    PetscInt n_blocks;
    KSP     *blocks;
    check_petsc(PCBJacobiGetSubKSP(local, &n_blocks, nullptr, &blocks),
                "PCBJacobiGetSubKSP");
    for (PetscInt block = 0; block < n_blocks; ++block)
      {
        PC factors;
        check_petsc(KSPGetPC(blocks[block], &factors), "KSPGetPC");
        check_petsc(PCSetType(factors, PCILU), "PCSetType");
        // What belongs to one place stands together.
        check_petsc(PCFactorSetMatOrderingType(factors, MATORDERINGRCM),
                    "PCFactorSetMatOrderingType");
      }
  }



  void LinearSolver::precondition(MatrixHandle                        A,
                                  std::unique_ptr<ApproximateInverse> inverse)
  {
    create();
    shifted_operator    = std::move(A);
    approximate_inverse = std::move(inverse);
    check_petsc(KSPSetOperators(ksp,
                                shifted_operator.get(),
                                shifted_operator.get()),
                "KSPSetOperators");
    use_gmres(ksp);
    set_tolerances(parameters.tolerance, 0);
    PC pc;
    check_petsc(KSPGetPC(ksp, &pc), "KSPGetPC");
    use_approximate_inverse(pc, approximate_inverse, shifted_operator.get());
    check_petsc(KSPSetFromOptions(ksp), "KSPSetFromOptions");
    check_petsc(KSPSetUp(ksp), "KSPSetUp");
  }



  void LinearSolver::use_mumps()
  {
    PC pc;
    check_petsc(KSPGetPC(ksp, &pc), "KSPGetPC");
    check_petsc(PCSetType(pc, PCLU), "PCSetType");
    check_petsc(PCFactorSetMatSolverType(pc, MATSOLVERMUMPS),
                "PCFactorSetMatSolverType");
    check_petsc(PCFactorSetUpMatSolverType(pc), "PCFactorSetUpMatSolverType");
    Mat factor;
    check_petsc(PCFactorGetMatrix(pc, &factor), "PCFactorGetMatrix");
    // Room for the pivoting of a nearly singular matrix, in per cent.
    check_petsc(MatMumpsSetIcntl(factor, 14, 60), "MatMumpsSetIcntl");
    check_petsc(KSPSetFromOptions(ksp), "KSPSetFromOptions");
    check_petsc(KSPSetUp(ksp), "KSPSetUp");
    PCFailedReason reason;
    check_petsc(PCGetFailedReason(pc, &reason), "PCGetFailedReason");
    if (reason != PC_NOERROR)
      throw SolverFailure(
        "The direct solver (MUMPS) could not factorise the matrix; most "
        "often it lacks memory. Use fewer cells, more ranks, or "
        "Solver/method = iterative.");
  }



  void LinearSolver::make_shell(const Generator &generator)
  {
    const Mat A = generator.preconditioner_matrix();
    PetscInt  m, n, M, N;
    check_petsc(MatGetLocalSize(A, &m, &n), "MatGetLocalSize");
    check_petsc(MatGetSize(A, &M, &N), "MatGetSize");
    check_petsc(
      MatCreateShell(
        communicator, m, n, M, N, const_cast<Generator *>(&generator), &shell),
      "MatCreateShell");
    check_petsc(MatShellSetOperation(shell,
                                     MATOP_MULT,
                                     reinterpret_cast<void (*)()>(&multiply)),
                "MatShellSetOperation");
    Vector left = generator.left_null_vector();
    left /= left.l2_norm();
    Vec vector = left;
    check_petsc(
      MatNullSpaceCreate(communicator, PETSC_FALSE, 1, &vector, &null_space),
      "MatNullSpaceCreate");
    check_petsc(MatSetTransposeNullSpace(shell, null_space),
                "MatSetTransposeNullSpace");
  }



  void LinearSolver::prepare_iterative(const Generator &generator)
  {
    create();
    make_shell(generator);
    check_petsc(KSPSetOperators(ksp, shell, generator.preconditioner_matrix()),
                "KSPSetOperators");
    check_petsc(KSPSetType(ksp, KSPFGMRES), "KSPSetType");
    // Two vectors a step: the memory of 30 steps is a third of that of A in
    // 3-D.
    constexpr int restart = 30;
    check_petsc(KSPGMRESSetRestart(ksp, restart), "KSPGMRESSetRestart");
    PC pc;
    check_petsc(KSPGetPC(ksp, &pc), "KSPGetPC");
    multigrid.set_up(pc, generator);
    check_petsc(KSPSetFromOptions(ksp), "KSPSetFromOptions");
    check_petsc(KSPSetUp(ksp), "KSPSetUp");
  }



  void LinearSolver::set_tolerances(const double relative,
                                    const double absolute)
  {
    check_petsc(KSPSetTolerances(ksp,
                                 relative,
                                 absolute,
                                 PETSC_DEFAULT,
                                 parameters.maximum_iterations),
                "KSPSetTolerances");
  }



  unsigned int LinearSolver::solve(Vector &x, const Vector &b)
  {
    return solve(static_cast<Vec>(x),
                 static_cast<Vec>(b),
                 /*transposed=*/false);
  }



  unsigned int
  LinearSolver::solve(const Vec x, const Vec b, const bool transposed)
  {
    check_petsc(transposed ? KSPSolveTranspose(ksp, b, x) : KSPSolve(ksp, b, x),
                "KSPSolve");
    KSPConvergedReason reason;
    PetscInt           iterations;
    check_petsc(KSPGetConvergedReason(ksp, &reason), "KSPGetConvergedReason");
    check_petsc(KSPGetIterationNumber(ksp, &iterations),
                "KSPGetIterationNumber");
    if (reason < 0)
      throw SolverFailure(
        "The linear solver stopped after " + std::to_string(iterations) +
        " iterations (" + KSPConvergedReasons[reason] +
        ") without reaching a residual |A p|/|diag(A) p| of " +
        to_text(parameters.tolerance) +
        ". Raise Solver/maximum iterations, refine the "
        "mesh, or use Solver/method = direct.");
    return iterations;
  }
} // namespace sgdfp
