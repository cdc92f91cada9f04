// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/time_stepper.h"

#include <limits>

namespace sgdfp
{
  /// What PETSc calls back.
  struct TimeStepper::Callbacks
  {
    /// F = M dP/dt - A P
    static PetscErrorCode
    residual(TS, PetscReal, Vec P, Vec dP_dt, Vec F, void *context)
    {
      auto           &self = *static_cast<TimeStepper *>(context);
      const AnyVector p(P);
      AnyVector       f(F);
      self.generator->apply(self.scratch, p);
      PetscErrorCode ierr = MatMult(self.generator->mass_matrix(), dP_dt, F);
      if (ierr != 0)
        return ierr;
      return VecAXPY(F, -1., self.scratch);
    }



    /// y = (s M - A) x
    static PetscErrorCode multiply(Mat shell, Vec x, Vec y)
    {
      void *context;
      MatShellGetContext(shell, &context);
      auto           &self = *static_cast<TimeStepper *>(context);
      const AnyVector source(x);
      self.generator->apply(self.scratch, source);
      PetscErrorCode ierr = MatMult(self.generator->mass_matrix(), x, y);
      if (ierr == 0)
        ierr = VecAXPBY(y, -1., self.shift, self.scratch);
      return ierr;
    }



    /// s M - A; left alone, with its factors, while s stays.
    static PetscErrorCode jacobian(TS,
                                   PetscReal,
                                   Vec,
                                   Vec,
                                   const PetscReal s,
                                   Mat,
                                   Mat   J,
                                   void *context)
    {
      auto &self = *static_cast<TimeStepper *>(context);
      // 2^m h is exact, but s is computed from it.
      constexpr double round_off = 1e-12;
      if (std::abs(s - self.shift) <= round_off * s)
        return 0;
      self.shift = s;
      ++self.n_factorisations;
      PetscErrorCode ierr =
        MatCopy(self.generator->mass_matrix(), J, SAME_NONZERO_PATTERN);
      if (ierr == 0)
        ierr = MatScale(J, s);
      if (ierr == 0)
        ierr = MatAXPY(J,
                       -1.,
                       self.generator->preconditioner_matrix(),
                       SAME_NONZERO_PATTERN);
      return ierr;
    }
  };



  TimeStepper::TimeStepper(const MPI_Comm communicator, const bool use_direct)
    : communicator(communicator)
    , use_direct(use_direct)
  {}



  TimeStepper::~TimeStepper()
  {
    clear();
  }



  void TimeStepper::clear()
  {
    TSDestroy(&ts);
    jacobian.reset();
    shell.reset();
    shift = 0;
  }



  void TimeStepper::prepare(const Generator &a_generator)
  {
    clear();
    generator = &a_generator;
    embedded  = generator->zero();
    scratch   = generator->zero();
    masses    = generator->error_weights();
    Mat copy;
    check_petsc(MatDuplicate(generator->mass_matrix(),
                             MAT_DO_NOT_COPY_VALUES,
                             &copy),
                "MatDuplicate");
    jacobian.reset(copy);
    Mat A = copy;
    if (!generator->is_assembled())
      {
        const PetscInt n = masses.size(), n_local = masses.locally_owned_size();
        check_petsc(
          MatCreateShell(communicator, n_local, n_local, n, n, this, &A),
          "MatCreateShell");
        shell.reset(A);
        check_petsc(MatShellSetOperation(A,
                                         MATOP_MULT,
                                         reinterpret_cast<void (*)()>(
                                           &Callbacks::multiply)),
                    "MatShellSetOperation");
      }

    check_petsc(TSCreate(communicator, &ts), "TSCreate");
    check_petsc(TSSetProblemType(ts, TS_LINEAR), "TSSetProblemType");
    check_petsc(TSSetOptionsPrefix(ts, "sgdfp_time_"), "TSSetOptionsPrefix");
    check_petsc(TSSetIFunction(ts, nullptr, &Callbacks::residual, this),
                "TSSetIFunction");
    check_petsc(TSSetIJacobian(ts, A, copy, &Callbacks::jacobian, this),
                "TSSetIJacobian");
    check_petsc(TSSetType(ts, TSROSW), "TSSetType");
    check_petsc(TSRosWSetType(ts, TSROSW4L), "TSRosWSetType");
    // The length of steps is ours: it stays, for the sake of the factors.
    TSAdapt adapt;
    check_petsc(TSGetAdapt(ts, &adapt), "TSGetAdapt");
    check_petsc(TSAdaptSetType(adapt, TSADAPTNONE), "TSAdaptSetType");
    constexpr PetscInt never = 1 << 30;
    check_petsc(TSSetMaxSteps(ts, never), "TSSetMaxSteps");
    check_petsc(TSSetMaxTime(ts, PETSC_MAX_REAL), "TSSetMaxTime");
    check_petsc(TSSetErrorIfStepFails(ts, PETSC_FALSE),
                "TSSetErrorIfStepFails");

    SNES snes;
    KSP  ksp;
    PC   pc;
    check_petsc(TSGetSNES(ts, &snes), "TSGetSNES");
    check_petsc(SNESSetType(snes, SNESKSPONLY), "SNESSetType");
    check_petsc(SNESGetKSP(snes, &ksp), "SNESGetKSP");
    check_petsc(KSPGetPC(ksp, &pc), "KSPGetPC");
    if (use_direct && generator->is_assembled())
      {
        check_petsc(KSPSetType(ksp, KSPPREONLY), "KSPSetType");
        check_petsc(PCSetType(pc, PCLU), "PCSetType");
        check_petsc(PCFactorSetMatSolverType(pc, MATSOLVERMUMPS),
                    "PCFactorSetMatSolverType");
      }
    else
      {
        constexpr double relative = 1e-12;
        constexpr int    most     = 1000;
        check_petsc(KSPSetType(ksp, KSPGMRES), "KSPSetType");
        check_petsc(
          KSPSetTolerances(ksp, relative, PETSC_DEFAULT, PETSC_DEFAULT, most),
          "KSPSetTolerances");
        check_petsc(PCSetType(pc, PCBJACOBI), "PCSetType");
        if (!generator->is_assembled())
          {
            // The residual is then a mass per node, whatever the size of its
            // cells.
            check_petsc(KSPSetPCSide(ksp, PC_RIGHT), "KSPSetPCSide");
            constexpr int restart = 60;
            check_petsc(KSPGMRESSetRestart(ksp, restart), "KSPGMRESSetRestart");
            if (use_direct)
              {
                check_petsc(PCSetType(pc, PCLU), "PCSetType");
                check_petsc(PCFactorSetMatSolverType(pc, MATSOLVERMUMPS),
                            "PCFactorSetMatSolverType");
              }
          }
      }
    check_petsc(TSSetFromOptions(ts), "TSSetFromOptions");
  }



  double TimeStepper::step(Vector &P, const double length)
  {
    const double mass = generator->mass_functional() * P;
    check_petsc(TSSetSolution(ts, P), "TSSetSolution");
    check_petsc(TSSetTime(ts, 0.), "TSSetTime");
    check_petsc(TSSetStepNumber(ts, 0), "TSSetStepNumber");
    check_petsc(TSSetTimeStep(ts, length), "TSSetTimeStep");
    check_petsc(TSRestartStep(ts), "TSRestartStep");
    check_petsc(TSSetConvergedReason(ts, TS_CONVERGED_ITERATING),
                "TSSetConvergedReason");
    check_petsc(TSStep(ts), "TSStep");
    TSConvergedReason reason;
    check_petsc(TSGetConvergedReason(ts, &reason), "TSGetConvergedReason");
    SNES               snes;
    KSP                ksp;
    KSPConvergedReason linear;
    check_petsc(TSGetSNES(ts, &snes), "TSGetSNES");
    check_petsc(SNESGetKSP(snes, &ksp), "SNESGetKSP");
    check_petsc(KSPGetConvergedReason(ksp, &linear), "KSPGetConvergedReason");
    if (reason < 0 || linear < 0)
      return std::numeric_limits<double>::infinity();
    constexpr PetscInt order_of_embedded = 3;
    check_petsc(TSEvaluateStep(ts, order_of_embedded, embedded, nullptr),
                "TSEvaluateStep");
    embedded -= P;
    check_petsc(VecAbs(embedded), "VecAbs");
    // Round-off of the solves changes the mass by next to nothing.
    if (generator->conserves_mass())
      P *= mass / (generator->mass_functional() * P);
    return embedded * masses;
  }
} // namespace sgdfp
