// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/krylov.h"

#include <algorithm>
#include <cmath>

namespace sgdfp
{
  namespace
  {
    // Far below what a Rayleigh quotient, second order, needs for 1e-12.
    constexpr double tolerance = 1e-10;
    // An error d moves the n eigenvalues of a Jordan block by d^(1/n).
    constexpr double finest_tolerance = 1e-14;



    /// @return the number of iterations
    int iterate(const EPS      eps,
                const PetscInt n_values,
                const double   tolerance,
                const int      most)
    {
      // This makes it start anew, too.
      check_petsc(EPSSetDimensions(eps, n_values, PETSC_DEFAULT, PETSC_DEFAULT),
                  "EPSSetDimensions");
      check_petsc(EPSSetTolerances(eps, tolerance, most), "EPSSetTolerances");
      check_petsc(EPSSolve(eps), "EPSSolve");
      PetscInt its;
      check_petsc(EPSGetIterationNumber(eps, &its), "EPSGetIterationNumber");
      return its;
    }



    /// Whether two of the eigenvalues, not conjugate, are so close that they
    /// may be those of a Jordan block of three.
    bool has_cluster(const EPS eps)
    {
      const double close = 10 * std::cbrt(tolerance);
      PetscInt     n;
      check_petsc(EPSGetConverged(eps, &n), "EPSGetConverged");
      std::vector<std::complex<double>> values;
      for (PetscInt i = 0; i < n; ++i)
        {
          PetscScalar real, imaginary;
          check_petsc(EPSGetEigenvalue(eps, i, &real, &imaginary),
                      "EPSGetEigenvalue");
          const std::complex<double> value(real, imaginary);
          for (const auto &other : values)
            if (std::abs(value - other) < close * std::abs(value))
              return true;
          values.push_back(value);
        }
      return false;
    }
  } // namespace



  ShiftedKrylov::ShiftedKrylov(const Restriction      &generator,
                               const SolverParameters &parameters,
                               const Vector           *law,
                               const double            shift)
    : shift(shift)
    , generator(generator)
    , inverse(generator, parameters, shift)
    , has_law(law != nullptr)
    , from_right(generator.weights())
    , to_right(generator.zero())
    , from_left(generator.zero())
    , to_left(generator.zero())
    , work(generator.zero())
  {
    check_petsc(MatGetDiagonal(generator.mass_matrix(), work),
                "MatGetDiagonal");
    for (const auto i : work.locally_owned_elements())
      {
        const double W = from_right(i);
        const double g = std::pow(W * static_cast<double>(work(i)), 0.25);
        to_left(i)     = g;
        from_left(i)   = 1 / g;
        to_right(i)    = g / W;
        from_right(i)  = W / g;
      }
    for (Vector *v : {&to_left, &from_left, &to_right, &from_right})
      v->compress(dealii::VectorOperation::insert);
    if (!has_law)
      return;
    removed_right = *law;
    test_right    = generator.mass_functional();
    removed_left  = generator.left_null_vector();
    test_left     = generator.zero();
    generator.mass_matrix().vmult(test_left, *law);
  }



  ShiftedKrylov::~ShiftedKrylov() = default;



  void ShiftedKrylov::apply(const Vec x, const Vec y)
  {
    const Mat     M  = generator.mass_matrix();
    const Vector &in = (adjoint ? from_left : from_right);
    const Vector &to = (adjoint ? to_left : to_right);
    check_petsc(VecPointwiseMult(y, x, in), "VecPointwiseMult");
    check_petsc(adjoint ? MatMultTranspose(M, y, work) : MatMult(M, y, work),
                "MatMult");
    inverse.solve(y, work, adjoint);
    if (has_law)
      {
        PetscScalar part;
        check_petsc(VecDot(y, adjoint ? test_left : test_right, &part),
                    "VecDot");
        check_petsc(VecAXPY(y, -part, adjoint ? removed_left : removed_right),
                    "VecAXPY");
      }
    check_petsc(VecPointwiseMult(y, y, to), "VecPointwiseMult");
  }



  PetscErrorCode ShiftedKrylov::apply(Mat shell, Vec x, Vec y)
  {
    void *self;
    MatShellGetContext(shell, &self);
    static_cast<ShiftedKrylov *>(self)->apply(x, y);
    return 0;
  }



  std::vector<ShiftedKrylov::Pair>
  ShiftedKrylov::solve(const unsigned int n_values,
                       const bool         is_adjoint,
                       const bool         all_real)
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
    check_petsc(EPSSetFromOptions(eps), "EPSSetFromOptions");
    constexpr int most = 1000;
    const int     its  = iterate(eps, wanted, tolerance, most);
    n_iterations += its;
    if (!has_cluster(eps))
      return pairs_of(eps, all_real);
    auto rough = pairs_of(eps, all_real);
    // Round-off may keep it from converging: no longer than thrice the first.
    n_iterations += iterate(eps, wanted, finest_tolerance, 3 * its);
    auto fine = pairs_of(eps, all_real);
    return fine.size() < rough.size() ? rough : fine;
  }



  std::vector<ShiftedKrylov::Pair> ShiftedKrylov::pairs_of(const EPS  eps,
                                                           const bool all_real)
  {
    PetscInt n_converged;
    check_petsc(EPSGetConverged(eps, &n_converged), "EPSGetConverged");
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
        pair.value                 = shift + 1. / theta;
        constexpr double round_off = 1e-7;
        if (theta_i == 0)
          pair.value.imag(0);
        else if (pair.value.imag() < 0)
          continue;
        const bool is_split =
          (theta_i != 0 &&
           (all_real || pair.value.imag() < round_off * std::abs(pair.value)));
        if (is_split)
          pair.value.imag(0);
        smooth(theta, pair);
        pair.real.scale(adjoint ? from_left : from_right);
        pair.imaginary.scale(adjoint ? from_left : from_right);
        pairs.push_back(pair);
        if (is_split)
          {
            std::swap(pair.real, pair.imaginary);
            pairs.push_back(pair);
          }
      }
    std::stable_sort(pairs.begin(),
                     pairs.end(),
                     [](const Pair &a, const Pair &b) {
                       return a.value.real() > b.value.real();
                     });
    polish(pairs);
    return pairs;
  }



  void ShiftedKrylov::smooth(const std::complex<double> theta, Pair &pair)
  {
    Vector x = generator.zero(), y = generator.zero();
    apply(pair.real, x);
    if (theta.imag() == 0)
      {
        pair.real = x;
        pair.real /= theta.real();
        return;
      }
    apply(pair.imaginary, y);
    // (x + iy) / theta
    const std::complex<double> factor = 1. / theta;
    pair.real                         = x;
    pair.real *= factor.real();
    pair.real.add(-factor.imag(), y);
    pair.imaginary = y;
    pair.imaginary *= factor.real();
    pair.imaginary.add(factor.imag(), x);
  }



  void ShiftedKrylov::polish(std::vector<Pair> &pairs)
  {
    constexpr double       isolated = 1e-4;
    constexpr unsigned int n_steps  = 3;
    if (pairs.size() < 2 || pairs[0].value.imag() != 0 ||
        !(std::abs(pairs[0].value) < isolated * std::abs(pairs[1].value)))
      return;
    Vector x = pairs[0].real, y = generator.zero();
    x.scale(adjoint ? to_left : to_right);
    for (unsigned int step = 0; step < n_steps; ++step)
      {
        apply(x, y);
        y /= y.l2_norm();
        x = y;
      }
    x.scale(adjoint ? from_left : from_right);
    pairs[0].real = x;
  }



  unsigned int ShiftedKrylov::iterations() const
  {
    return n_iterations;
  }
} // namespace sgdfp
