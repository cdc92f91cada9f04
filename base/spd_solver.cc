// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/spd_solver.h"

#include "base/errors.h"

#include <petscksp.h>

#include <memory>

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



    /// Sets an option of PETSc unless the user has.
    void default_option(const std::string &name, const std::string &value)
    {
      PetscBool is_set = PETSC_FALSE;
      check(PetscOptionsHasName(nullptr, nullptr, name.c_str(), &is_set),
            "PetscOptionsHasName");
      if (!is_set)
        check(PetscOptionsSetValue(nullptr, name.c_str(), value.c_str()),
              "PetscOptionsSetValue");
    }



    void use_cholesky(KSP ksp)
    {
      PC pc;
      check(KSPSetType(ksp, KSPPREONLY), "KSPSetType");
      check(KSPGetPC(ksp, &pc), "KSPGetPC");
      check(PCSetType(pc, PCCHOLESKY), "PCSetType");
      check(PCFactorSetMatSolverType(pc, MATSOLVERMUMPS),
            "PCFactorSetMatSolverType");
    }



    void use_multigrid(KSP                ksp,
                       const unsigned int n_components,
                       const std::string &prefix)
    {
      constexpr double       tolerance          = 1e-10;
      constexpr unsigned int maximum_iterations = 500;
      PC                     pc;
      check(KSPSetType(ksp, KSPCG), "KSPSetType");
      check(KSPSetNormType(ksp, KSP_NORM_NATURAL), "KSPSetNormType");
      check(KSPSetTolerances(
              ksp, tolerance, PETSC_DEFAULT, PETSC_DEFAULT, maximum_iterations),
            "KSPSetTolerances");
      check(KSPGetPC(ksp, &pc), "KSPGetPC");
      check(PCSetType(pc, PCHYPRE), "PCSetType");
      check(PCHYPRESetType(pc, "boomeramg"), "PCHYPRESetType");
      const std::string amg = "-" + prefix + "pc_hypre_boomeramg_";
      default_option(amg + "coarsen_type", "HMIS");
      default_option(amg + "interp_type", "ext+i");
      default_option(amg + "P_max", "4");
      // Components apart, and fewer strong couplings where every node has many.
      default_option(amg + "strong_threshold",
                     n_components > 1 ? "0.5" : "0.25");
    }
  } // namespace



  unsigned int solve_spd(const SparseMatrix &A,
                         Vector             &x,
                         const Vector       &b,
                         const bool          direct,
                         const unsigned int  n_components,
                         const std::string  &prefix)
  {
    const Mat matrix = A;
    check(MatSetOption(matrix, MAT_SPD, PETSC_TRUE), "MatSetOption");
    if (n_components > 1)
      check(MatSetBlockSize(matrix, n_components), "MatSetBlockSize");

    KSP ksp = nullptr;
    check(KSPCreate(PetscObjectComm(reinterpret_cast<PetscObject>(matrix)),
                    &ksp),
          "KSPCreate");
    const std::unique_ptr<KSP, void (*)(KSP *)> owner(&ksp, [](KSP *solver) {
      KSPDestroy(solver);
    });
    check(KSPSetOptionsPrefix(ksp, prefix.c_str()), "KSPSetOptionsPrefix");
    check(KSPSetOperators(ksp, matrix, matrix), "KSPSetOperators");
    if (direct)
      use_cholesky(ksp);
    else
      use_multigrid(ksp, n_components, prefix);
    check(KSPSetFromOptions(ksp), "KSPSetFromOptions");
    check(KSPSolve(ksp, b, x), "KSPSolve");

    KSPConvergedReason reason;
    PetscInt           iterations;
    check(KSPGetConvergedReason(ksp, &reason), "KSPGetConvergedReason");
    check(KSPGetIterationNumber(ksp, &iterations), "KSPGetIterationNumber");
    if (reason < 0)
      throw SolverFailure("the linear solver stopped after " +
                          std::to_string(iterations) + " iterations (" +
                          KSPConvergedReasons[reason] + ")");
    return iterations;
  }
} // namespace sgdfp
