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
                            const double                inner_tolerance)
    : laplacian(laplacian)
    , exponent(exponent)
    , tempering(tempering)
    , power_tolerance(power_tolerance)
    , inner_tolerance(inner_tolerance)
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
  void PolePower<dim>::prepare()
  {
    clear();
    const auto         &discretisation = laplacian.discretisation;
    const SparseMatrix &K              = laplacian.stiffness();
    const Vector       &M              = laplacian.mass();
    centred = right_side = solution = discretisation.owned_vector();
    volume                          = M * [&]() {
      Vector ones = M;
      ones        = 1;
      return ones;
    }();

    // Gershgorin: a row of K has at most (2k + 1) dim entries of the size of
    // the diagonal.
    double greatest = 0;
    for (const auto i : discretisation.owned)
      if (!discretisation.constraints.is_constrained(i))
        greatest =
          std::max(greatest, K.diag_element(i) / static_cast<double>(M(i)));
    greatest =
      (2 * discretisation.element.degree + 1) * dim *
      dealii::Utilities::MPI::max(greatest, discretisation.communicator);
    const auto  &box    = discretisation.box;
    const double length = (box.upper() - box.lower()).norm();
    const double square = tempering * tempering;
    the_power =
      std::make_unique<RationalPower>(exponent,
                                      tempering,
                                      PI * PI / (length * length) / 2 + square,
                                      greatest + square,
                                      power_tolerance);
    threshold =
      (box.core_length() > 0 ? 1 / (box.core_length() * box.core_length()) :
                               1.);

    for (const auto &term : the_power->terms())
      {
        Mat matrix;
        check_petsc(MatDuplicate(K, MAT_COPY_VALUES, &matrix), "MatDuplicate");
        Vector shift = M;
        shift *= term.pole;
        check_petsc(MatDiagonalSet(matrix, shift, ADD_VALUES),
                    "MatDiagonalSet");
        KSP solver;
        check_petsc(KSPCreate(discretisation.communicator, &solver),
                    "KSPCreate");
        solvers.push_back(solver);
        check_petsc(KSPSetOptionsPrefix(solver, "sgdfp_pole_"),
                    "KSPSetOptionsPrefix");
        check_petsc(KSPSetOperators(solver, matrix, matrix), "KSPSetOperators");
        MatDestroy(&matrix); // the solver holds it
        check_petsc(KSPSetType(solver, KSPCG), "KSPSetType");
        constexpr int most = 200;
        check_petsc(
          KSPSetTolerances(solver, inner_tolerance, 0., PETSC_DEFAULT, most),
          "KSPSetTolerances");
        PC pc;
        check_petsc(KSPGetPC(solver, &pc), "KSPGetPC");
        check_petsc(PCSetType(pc, PCHYPRE), "PCSetType");
        check_petsc(PCHYPRESetType(pc, "boomeramg"), "PCHYPRESetType");
        check_petsc(KSPSetFromOptions(solver), "KSPSetFromOptions");
        check_petsc(KSPSetUp(solver), "KSPSetUp");
      }
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
    check_petsc(VecPointwiseMult(right_side, v, M), "VecPointwiseMult");
    const double mean = right_side.mean_value() * right_side.size() / volume;
    centred           = 0;
    for (const auto i : laplacian.discretisation.owned)
      if (!laplacian.discretisation.constraints.is_constrained(i))
        centred(i) = static_cast<double>(v(i)) - mean;
    centred.compress(dealii::VectorOperation::insert);

    check_petsc(VecSet(q, 0.), "VecSet");
    for (std::size_t j = 0; j < solvers.size(); ++j)
      {
        const auto &[weight, pole] = the_power->terms()[j];
        const bool is_small        = (pole < threshold);
        if (is_small)
          {
            right_side = centred;
            right_side.scale(M);
          }
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
           " poles, each by conjugate gradients with BoomerAMG";
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
