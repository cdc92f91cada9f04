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
      auto &self = *static_cast<TimeStepper *>(context);
      self.generator->apply(self.scratch, AnyVector(self.unscaled(P)));
      PetscErrorCode ierr =
        MatMult(self.generator->mass_matrix(), self.unscaled(dP_dt), F);
      if (ierr == 0)
        ierr = VecAXPY(F, -1., self.scratch);
      if (ierr == 0 && self.balance)
        ierr = VecPointwiseMult(F, F, self.balance->rows);
      return ierr;
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
      if (ierr == 0 && self.balance)
        ierr = MatDiagonalScale(J, self.balance->rows, self.balance->columns);
      if (ierr == 0 && self.has_own_inverse)
        self.own_inverse = self.generator->approximate_inverse(s);

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



  Vec TimeStepper::unscaled(const Vec q) const
  {
    if (!balance)
      return q;
    check_petsc(VecPointwiseMult(unscaled_copy, q, balance->columns),
                "VecPointwiseMult");
    return unscaled_copy;
  }



  void TimeStepper::clear()
  {
    TSDestroy(&ts);
    balance.reset();
    own_inverse.reset();

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
    // Without, pivots are chosen for their place in the landscape.
    if (generator->needs_balance() && generator->is_assembled())
      {
        balance = std::make_unique<Balance>(*generator);
        masses.scale(balance->columns);
        balanced = unscaled_copy = generator->zero();
      }

    Mat copy;
    check_petsc(MatDuplicate(generator->mass_matrix(),
                             MAT_DO_NOT_COPY_VALUES,
                             &copy),
                "MatDuplicate");
    jacobian.reset(copy);
    has_own_inverse = !use_direct && generator->has_approximate_inverse();
    Mat A           = copy;
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
        if (has_own_inverse)
          {
            use_approximate_inverse(pc, own_inverse, copy);
            check_petsc(KSPSetPCSide(ksp, PC_RIGHT), "KSPSetPCSide");
            constexpr int restart = 100;
            check_petsc(KSPGMRESSetRestart(ksp, restart), "KSPGMRESSetRestart");
          }
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
    if (balance)
      check_petsc(VecPointwiseDivide(balanced, P, balance->columns),
                  "VecPointwiseDivide");
    Vector &q = (balance ? balanced : P);
    check_petsc(TSSetSolution(ts, q), "TSSetSolution");
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
    embedded -= q;
    check_petsc(VecAbs(embedded), "VecAbs");
    if (balance)
      check_petsc(VecPointwiseMult(P, balanced, balance->columns),
                  "VecPointwiseMult");
    // Round-off of the solves changes the mass by next to nothing.
    if (generator->conserves_mass())
      P *= mass / (generator->mass_functional() * P);
    return embedded * masses;
  }
} // namespace sgdfp
