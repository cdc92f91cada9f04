// SPDX-License-Identifier: GPL-3.0-or-later
#include "fractional/pole_power.h"

#include "base/errors.h"

namespace sgdfp
{
  using dealii::numbers::PI;

  template <int dim>
  PolePower<dim>::PolePower(const LumpedLaplacian<dim> &laplacian,
                            const double                exponent,
                            const double                tempering,
                            const double                power_tolerance,
                            const double                inner_tolerance,
                            const unsigned int          most_factorised)
    : laplacian(laplacian)
    , exponent(exponent)
    , tempering(tempering)
    , power_tolerance(power_tolerance)
    , inner_tolerance(inner_tolerance)
    , most_factorised(most_factorised)
  {}



  template <int dim>
  PolePower<dim>::~PolePower()
  {
    clear();
  }



  template <int dim>
  void PolePower<dim>::clear()
  {
    for (KSP &solver : solvers)
      KSPDestroy(&solver);
    solvers.clear();
  }



  template <int dim>
  double PolePower<dim>::greatest_eigenvalue() const
  {
    // The largest row sum of |M^-1 K|.
    Vector inverse = laplacian.mass();
    for (const auto i : inverse.locally_owned_elements())
      if (static_cast<double>(inverse(i)) > 0)
        inverse(i) = 1 / static_cast<double>(inverse(i));
    inverse.compress(dealii::VectorOperation::insert);
    Mat copy;
    check_petsc(MatDuplicate(laplacian.stiffness(), MAT_COPY_VALUES, &copy),
                "MatDuplicate");
    const MatrixHandle owner(copy);
    check_petsc(MatDiagonalScale(copy, inverse, nullptr), "MatDiagonalScale");
    PetscReal norm;
    check_petsc(MatNorm(copy, NORM_INFINITY, &norm), "MatNorm");
    return norm;
  }



  template <int dim>
  void PolePower<dim>::add_solver(const double pole)
  {
    Mat matrix;
    check_petsc(MatDuplicate(laplacian.stiffness(), MAT_COPY_VALUES, &matrix),
                "MatDuplicate");
    const MatrixHandle owner(matrix); // the solver holds it too
    Vector             shift = laplacian.mass();
    shift *= pole;
    check_petsc(MatDiagonalSet(matrix, shift, ADD_VALUES), "MatDiagonalSet");
    check_petsc(MatSetOption(matrix, MAT_SPD, PETSC_TRUE), "MatSetOption");
    KSP solver;
    check_petsc(KSPCreate(laplacian.discretisation.communicator, &solver),
                "KSPCreate");
    solvers.push_back(solver);
    check_petsc(KSPSetOptionsPrefix(solver, "sgdfp_pole_"),
                "KSPSetOptionsPrefix");
    check_petsc(KSPSetOperators(solver, matrix, matrix), "KSPSetOperators");
    PC pc;
    check_petsc(KSPGetPC(solver, &pc), "KSPGetPC");
    if (is_direct)
      {
        check_petsc(KSPSetType(solver, KSPPREONLY), "KSPSetType");
        check_petsc(PCSetType(pc, PCCHOLESKY), "PCSetType");
        check_petsc(PCFactorSetMatSolverType(pc, MATSOLVERMUMPS),
                    "PCFactorSetMatSolverType");
      }
    else
      {
        check_petsc(KSPSetType(solver, KSPCG), "KSPSetType");
        constexpr int most = 200;
        check_petsc(
          KSPSetTolerances(solver, inner_tolerance, 0., PETSC_DEFAULT, most),
          "KSPSetTolerances");
        check_petsc(PCSetType(pc, PCHYPRE), "PCSetType");
        check_petsc(PCHYPRESetType(pc, "boomeramg"), "PCHYPRESetType");
      }
    check_petsc(KSPSetFromOptions(solver), "KSPSetFromOptions");
    check_petsc(KSPSetUp(solver), "KSPSetUp");
  }



  template <int dim>
  void PolePower<dim>::prepare()
  {
    clear();
    const auto &discretisation = laplacian.discretisation;
    free = centred = right_side = solution = discretisation.owned_vector();
    for (const auto i : discretisation.owned)
      free(i) = (discretisation.constraints.is_constrained(i) ? 0. : 1.);
    free.compress(dealii::VectorOperation::insert);
    volume    = free * laplacian.mass();
    is_direct = (discretisation.dof_handler.n_dofs() <= most_factorised);

    const auto  &box    = discretisation.box;
    const double length = (box.upper() - box.lower()).norm();
    const double square = tempering * tempering;
    the_power =
      std::make_unique<RationalPower>(exponent,
                                      tempering,
                                      PI * PI / (length * length) / 2 + square,
                                      greatest_eigenvalue() + square,
                                      power_tolerance);
    threshold =
      (box.core_length() > 0 ? 1 / (box.core_length() * box.core_length()) :
                               1.);
    for (const auto &term : the_power->terms())
      add_solver(term.pole);
  }



  template <int dim>
  void PolePower<dim>::potential(AnyVector       &q,
                                 const AnyVector &v,
                                 const unsigned int) const
  {
    const SparseMatrix &K = laplacian.stiffness();
    const Vector       &M = laplacian.mass();
    // The constant mode does not jump; next to it the first poles would be its
    // amplifiers. Where M is 0 a node hangs.
    PetscScalar content;
    check_petsc(VecDot(v, M, &content), "VecDot");
    check_petsc(VecCopy(v, centred), "VecCopy");
    check_petsc(VecShift(centred, -content / volume), "VecShift");
    centred.scale(free);

    check_petsc(VecSet(q, 0.), "VecSet");
    for (std::size_t j = 0; j < solvers.size(); ++j)
      {
        const auto &[weight, pole] = the_power->terms()[j];
        const bool is_small        = (pole < threshold);
        if (is_small)
          check_petsc(VecPointwiseMult(right_side, centred, M),
                      "VecPointwiseMult");
        else
          {
            K.vmult(right_side, centred);
            right_side *= 1 / pole;
          }
        check_petsc(KSPSolve(solvers[j], right_side, solution), "KSPSolve");
        KSPConvergedReason reason;
        PetscInt           its;
        check_petsc(KSPGetConvergedReason(solvers[j], &reason),
                    "KSPGetConvergedReason");
        check_petsc(KSPGetIterationNumber(solvers[j], &its),
                    "KSPGetIterationNumber");
        n_iterations += its;
        if (reason < 0)
          throw SolverFailure("A pole of the fractional Laplacian was not "
                              "solved for: " +
                              std::string(KSPConvergedReasons[reason]) +
                              ". Use a mesh whose cells differ less in size.");
        check_petsc(VecAXPY(q, is_small ? weight : -weight, solution),
                    "VecAXPY");
        if (!is_small)
          check_petsc(VecAXPY(q, weight / pole, centred), "VecAXPY");
      }
  }



  template <int dim>
  std::string PolePower<dim>::description() const
  {
    return "rational power of " + std::to_string(the_power->terms().size()) +
           " poles, each by " +
           (is_direct ? "Cholesky factors (MUMPS)" :
                        "conjugate gradients with BoomerAMG");
  }



  template <int dim>
  const RationalPower &PolePower<dim>::power() const
  {
    return *the_power;
  }



  template <int dim>
  unsigned int PolePower<dim>::iterations() const
  {
    return n_iterations;
  }



  template class PolePower<1>;
  template class PolePower<2>;
  template class PolePower<3>;
} // namespace sgdfp
