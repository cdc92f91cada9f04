// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/krylov.h"

#include <slepceps.h>

#include <algorithm>

namespace sgdfp
{
  ShiftedKrylov::ShiftedKrylov(const Restriction      &generator,
                               const SolverParameters &parameters,
                               const Vector           *law,
                               const double            shift)
    : shift(shift)
    , generator(generator)
    , inverse(generator, parameters, shift)
    , has_law(law != nullptr)
    , weights(generator.weights())
    , inverse_weights(generator.weights())
    , work(generator.zero())
  {
    check_petsc(VecReciprocal(inverse_weights), "VecReciprocal");
    if (!has_law)
      return;
    removed_right = *law;
    removed_right.scale(inverse_weights);
    test_right = generator.mass_functional();
    test_right.scale(weights);
    removed_left = generator.left_null_vector();
    test_left    = generator.zero();
    generator.mass_matrix().vmult(test_left, *law);
  }



  ShiftedKrylov::~ShiftedKrylov() = default;



  void ShiftedKrylov::apply(const Vec x, const Vec y)
  {
    const Mat M = generator.mass_matrix();
    if (adjoint)
      {
        check_petsc(MatMultTranspose(M, x, work), "MatMultTranspose");
        inverse.solve(y, work, /*transposed=*/true);
      }
    else
      {
        check_petsc(VecPointwiseMult(y, x, weights), "VecPointwiseMult");
        check_petsc(MatMult(M, y, work), "MatMult");
        inverse.solve(y, work, /*transposed=*/false);
        check_petsc(VecPointwiseMult(y, y, inverse_weights),
                    "VecPointwiseMult");
      }
    if (!has_law)
      return;
    PetscScalar part;
    check_petsc(VecDot(y, adjoint ? test_left : test_right, &part), "VecDot");
    check_petsc(VecAXPY(y, -part, adjoint ? removed_left : removed_right),
                "VecAXPY");
  }



  PetscErrorCode ShiftedKrylov::apply(Mat shell, Vec x, Vec y)
  {
    void *self;
    MatShellGetContext(shell, &self);
    static_cast<ShiftedKrylov *>(self)->apply(x, y);
    return 0;
  }



  std::vector<ShiftedKrylov::Pair>
  ShiftedKrylov::solve(const unsigned int n_values, const bool is_adjoint)
  {
    adjoint                     = is_adjoint;
    const MPI_Comm communicator = generator.communicator();
    const PetscInt n            = generator.n();
    const PetscInt n_local      = work.locally_owned_size();

    Mat shell;
    check_petsc(
      MatCreateShell(communicator, n_local, n_local, n, n, this, &shell),
      "MatCreateShell");
    const MatrixHandle shell_owner(shell);
    PetscErrorCode (*const function)(Mat, Vec, Vec) = &ShiftedKrylov::apply;
    check_petsc(MatShellSetOperation(shell,
                                     MATOP_MULT,
                                     reinterpret_cast<void (*)()>(function)),
                "MatShellSetOperation");

    EPS eps;
    check_petsc(EPSCreate(communicator, &eps), "EPSCreate");
    const std::unique_ptr<std::remove_pointer_t<EPS>, void (*)(EPS)> owner(
      eps, [](EPS e) { EPSDestroy(&e); });
    check_petsc(EPSSetOptionsPrefix(eps, "sgdfp_"), "EPSSetOptionsPrefix");
    check_petsc(EPSSetOperators(eps, shell, nullptr), "EPSSetOperators");
    check_petsc(EPSSetProblemType(eps, EPS_NHEP), "EPSSetProblemType");
    check_petsc(EPSSetType(eps, EPSKRYLOVSCHUR), "EPSSetType");
    check_petsc(EPSSetWhichEigenpairs(eps, EPS_LARGEST_MAGNITUDE),
                "EPSSetWhichEigenpairs");
    const PetscInt wanted = std::min<PetscInt>(n_values, n - (has_law ? 1 : 0));
    check_petsc(EPSSetDimensions(eps, wanted, PETSC_DEFAULT, PETSC_DEFAULT),
                "EPSSetDimensions");
    // Far below what a Rayleigh quotient, second order, needs for 1e-12.
    constexpr double tolerance = 1e-11;
    constexpr int    most      = 1000;
    check_petsc(EPSSetTolerances(eps, tolerance, most), "EPSSetTolerances");
    check_petsc(EPSSetFromOptions(eps), "EPSSetFromOptions");
    check_petsc(EPSSolve(eps), "EPSSolve");

    PetscInt n_converged, its;
    check_petsc(EPSGetConverged(eps, &n_converged), "EPSGetConverged");
    check_petsc(EPSGetIterationNumber(eps, &its), "EPSGetIterationNumber");
    n_iterations += its;
    std::vector<Pair> pairs;
    for (PetscInt i = 0; i < n_converged; ++i)
      {
        PetscScalar theta_r, theta_i;
        Pair        pair;
        pair.real      = generator.zero();
        pair.imaginary = generator.zero();
        check_petsc(EPSGetEigenpair(
                      eps, i, &theta_r, &theta_i, pair.real, pair.imaginary),
                    "EPSGetEigenpair");
        const std::complex<double> theta(theta_r, theta_i);
        // The part that was removed has the eigenvalue 0 here.
        if (std::abs(theta) == 0)
          continue;
        pair.value = shift + 1. / theta;
        if (theta_i == 0)
          pair.value.imag(0);
        else if (pair.value.imag() < 0)
          continue;
        if (!adjoint)
          {
            pair.real.scale(weights);
            pair.imaginary.scale(weights);
          }
        pairs.push_back(std::move(pair));
      }
    std::stable_sort(pairs.begin(),
                     pairs.end(),
                     [](const Pair &a, const Pair &b) {
                       return a.value.real() > b.value.real();
                     });
    return pairs;
  }



  unsigned int ShiftedKrylov::iterations() const
  {
    return n_iterations;
  }
} // namespace sgdfp
