// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/multigrid.h"

#include "base/local_matrix.h"

#include <string>
#include <utility>
#include <vector>

namespace sgdfp
{
  namespace
  {
    /// Sets options of PETSc that have no function call, unless the user set
    /// them.
    void set_defaults(
      PC                                                      pc,
      const std::vector<std::pair<std::string, std::string>> &options)
    {
      const char *prefix;
      check_petsc(PCGetOptionsPrefix(pc, &prefix), "PCGetOptionsPrefix");
      for (const auto &[name, value] : options)
        {
          const std::string full = "-" + std::string(prefix) + name;
          PetscBool         is_set;
          check_petsc(
            PetscOptionsHasName(nullptr, nullptr, full.c_str(), &is_set),
            "PetscOptionsHasName");
          if (!is_set)
            check_petsc(PetscOptionsSetValue(nullptr,
                                             full.c_str(),
                                             value.c_str()),
                        "PetscOptionsSetValue");
        }
    }



    /// R^T A P
    MatrixHandle galerkin(Mat R, Mat A, Mat P)
    {
      // PETSc multiplies what is of one type.
      if (is_sequential(A) != is_sequential(P))
        for (Mat *factor : {&R, &A, &P})
          *factor = diagonal_part(*factor);
      Mat product;
      check_petsc(MatMatMult(A, P, MAT_INITIAL_MATRIX, PETSC_DEFAULT, &product),
                  "MatMatMult");
      const MatrixHandle image(product);
      check_petsc(MatTransposeMatMult(R,
                                      image.get(),
                                      MAT_INITIAL_MATRIX,
                                      PETSC_DEFAULT,
                                      &product),
                  "MatTransposeMatMult");
      return MatrixHandle(product);
    }



    /// Subtracts shift * mass from the diagonal, and 1 where there is no mass:
    /// at hanging nodes, whose rows are empty.
    void
    shift_diagonal(const Mat matrix, const Vector &mass, const double shift)
    {
      Vector diagonal = mass;
      for (const auto i : mass.locally_owned_elements())
        {
          const double m = mass(i);
          diagonal(i)    = (m > 0 ? -shift * m : -1.);
        }
      diagonal.compress(dealii::VectorOperation::insert);
      Mat difference;
      check_petsc(MatCreateAIJ(mass.get_mpi_communicator(),
                               mass.locally_owned_size(),
                               mass.locally_owned_size(),
                               PETSC_DETERMINE,
                               PETSC_DETERMINE,
                               1,
                               nullptr,
                               0,
                               nullptr,
                               &difference),
                  "MatCreateAIJ");
      const MatrixHandle owner(difference);
      check_petsc(MatDiagonalSet(difference, diagonal, INSERT_VALUES),
                  "MatDiagonalSet");
      check_petsc(MatAXPY(matrix, 1., difference, DIFFERENT_NONZERO_PATTERN),
                  "MatAXPY");
    }



    /// P^T v
    Vector restricted(const Mat P, const Vector &v)
    {
      PetscInt n, N;
      check_petsc(MatGetLocalSize(P, nullptr, &n), "MatGetLocalSize");
      check_petsc(MatGetSize(P, nullptr, &N), "MatGetSize");
      Vector result(v.get_mpi_communicator(), N, n);
      check_petsc(MatMultTranspose(P, v, result), "MatMultTranspose");
      return result;
    }



    /// A as one rank sees it where there is only one: PETSc factorises
    /// incompletely only what is sequential. Else A.
    Mat factorisable(const Mat A)
    {
      const MPI_Comm communicator =
        PetscObjectComm(reinterpret_cast<PetscObject>(A));
      if (dealii::Utilities::MPI::n_mpi_processes(communicator) > 1)
        return A;
      return diagonal_part(A);
    }



    /// Steps of GMRES with an incomplete factorisation ILU(0) of each rank's
    /// block. Steps without GMRES may diverge where the residual drift
    /// dominates; Gauss-Seidel takes twice the iterations (docs/numerics.md).
    void use_incomplete_factors(KSP                smoother,
                                const Mat          A,
                                const unsigned int n_steps)
    {
      PC pc;
      check_petsc(KSPSetOperators(smoother, A, factorisable(A)),
                  "KSPSetOperators");
      check_petsc(KSPSetType(smoother, KSPGMRES), "KSPSetType");
      check_petsc(KSPSetTolerances(smoother,
                                   PETSC_DEFAULT,
                                   PETSC_DEFAULT,
                                   PETSC_DEFAULT,
                                   n_steps),
                  "KSPSetTolerances");
      check_petsc(
        KSPSetConvergenceTest(smoother, KSPConvergedSkip, nullptr, nullptr),
        "KSPSetConvergenceTest");
      check_petsc(KSPGetPC(smoother, &pc), "KSPGetPC");
      check_petsc(PCSetType(pc, PCBJACOBI), "PCSetType");
      set_defaults(pc, {{"sub_pc_factor_shift_type", "nonzero"}});
    }



    /// Steps of GMRES with a V-cycle of BoomerAMG each, to @p reduction.
    void use_boomeramg(KSP solver, const Mat A, const double reduction)
    {
      constexpr int most = 30;
      PC            pc;
      check_petsc(KSPSetOperators(solver, A, A), "KSPSetOperators");
      check_petsc(KSPSetType(solver, KSPFGMRES), "KSPSetType");
      check_petsc(
        KSPSetTolerances(solver, reduction, 1e-300, PETSC_DEFAULT, most),
        "KSPSetTolerances");
      check_petsc(KSPGetPC(solver, &pc), "KSPGetPC");
      check_petsc(PCSetType(pc, PCHYPRE), "PCSetType");
      check_petsc(PCHYPRESetType(pc, "boomeramg"), "PCHYPRESetType");
      set_defaults(pc,
                   {{"pc_hypre_boomeramg_coarsen_type", "HMIS"},
                    {"pc_hypre_boomeramg_interp_type", "ext+i"},
                    {"pc_hypre_boomeramg_P_max", "4"},
                    {"pc_hypre_boomeramg_strong_threshold", "0.5"},
                    {"pc_hypre_boomeramg_relax_type_all",
                     "symmetric-SOR/Jacobi"}});
    }



    void use_mumps(KSP solver, const Mat A)
    {
      PC pc;
      check_petsc(KSPSetOperators(solver, A, A), "KSPSetOperators");
      check_petsc(KSPSetType(solver, KSPPREONLY), "KSPSetType");
      check_petsc(KSPGetPC(solver, &pc), "KSPGetPC");
      check_petsc(PCSetType(pc, PCLU), "PCSetType");
      check_petsc(PCFactorSetMatSolverType(pc, MATSOLVERMUMPS),
                  "PCFactorSetMatSolverType");
    }
  } // namespace



  void Multigrid::project(const Generator &generator)
  {
    const auto &interpolations = generator.coarse_interpolations();
    // In 1/t. Anything from .01 to 1 does as well.
    constexpr double shift = 0.1;

    operators.clear();
    Mat copy;
    check_petsc(MatDuplicate(interpolations[0].get(), MAT_COPY_VALUES, &copy),
                "MatDuplicate");
    prolongation.reset(copy);
    check_petsc(MatDiagonalScale(copy, generator.weights(), nullptr),
                "MatDiagonalScale");

    // Trial functions may have a negative mass where the weights vary much.
    Vector mass = generator.mass_functional();
    check_petsc(VecAbs(mass), "VecAbs");
    Mat fine = generator.preconditioner_matrix();
    for (unsigned int i = 0; i < interpolations.size(); ++i)
      {
        const Mat  R           = interpolations[i].get();
        const Mat  P           = (i == 0 ? prolongation.get() : R);
        const bool is_coarsest = (i + 1 == interpolations.size());
        operators.push_back(galerkin(R, fine, P));
        mass = restricted(P, mass);
        shift_diagonal(operators.back().get(), mass, is_coarsest ? shift : 0.);
        fine = operators.back().get();
      }
  }



  void Multigrid::set_up(PC pc, const Generator &generator)
  {
    project(generator);
    const auto &interpolations = generator.coarse_interpolations();
    const int   n              = interpolations.size();

    check_petsc(PCSetType(pc, PCMG), "PCSetType");
    check_petsc(PCMGSetLevels(pc, n + 1, nullptr), "PCMGSetLevels");
    // Steps between the finest and the coarsest level cost little.
    constexpr unsigned int n_steps = 3, n_cheap_steps = 8;
    // PETSc counts from the coarsest level.
    for (int i = 0; i < n; ++i)
      {
        const Mat R = interpolations[i].get();
        const Mat P = (i == 0 ? prolongation.get() : R);
        const Mat A =
          (i == 0 ? static_cast<Mat>(generator.preconditioner_matrix()) :
                    operators[i - 1].get());
        KSP smoother;
        check_petsc(PCMGSetInterpolation(pc, n - i, P), "PCMGSetInterpolation");
        check_petsc(PCMGSetRestriction(pc, n - i, R), "PCMGSetRestriction");
        check_petsc(PCMGGetSmoother(pc, n - i, &smoother), "PCMGGetSmoother");
        use_incomplete_factors(smoother, A, i == 0 ? n_steps : n_cheap_steps);
      }
    KSP coarse_solver;
    check_petsc(PCMGGetCoarseSolve(pc, &coarse_solver), "PCMGGetCoarseSolve");
    // Exact where that costs next to nothing: a mesh so coarse that drift
    // dominates in its cells is not for algebraic multigrid.
    constexpr PetscInt small = 10000;
    // Next to finer levels a good solve costs little.
    constexpr double exact = 1e-2, rough = 0.1;
    PetscInt         size     = 0;
    const Mat        coarsest = operators.back().get();
    check_petsc(MatGetSize(coarsest, &size, nullptr), "MatGetSize");
    if (size <= small)
      use_mumps(coarse_solver, coarsest);
    else
      use_boomeramg(coarse_solver, coarsest, n > 1 ? exact : rough);
  }
} // namespace sgdfp
