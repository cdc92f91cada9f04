// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/drift_diffusion.h"
#include "tests/problem.h"

#include <gtest/gtest.h>

namespace sgdfp
{
  namespace
  {
    /// A network on a uniform or locally refined mesh, and its operator with
    /// l = log of the law that was found with l = 0.
    template <int dim>
    struct NetworkOperator
    {
      NetworkOperator(const unsigned int degree,
                      const unsigned int refinement,
                      const bool         has_hanging_nodes = false,
                      const MPI_Comm     communicator      = MPI_COMM_WORLD)
        : problem(scalar_network<dim>(0.4, 0.3, 0.2, communicator))
      {
        problem->use_box(2, refinement);
        problem->discretisation_parameters.degree = degree;
        problem->prepare();
        if (has_hanging_nodes)
          refine_quadrant();
        space = std::make_unique<TrialSpace<dim>>(*problem->discretisation);
        generator =
          std::make_unique<DriftDiffusion<dim>>(*problem->discretisation,
                                                *problem->dynamics,
                                                *space);
        generator->prepare();
        density = problem->discretisation->owned_vector();
        density = 1;
        space->use_polynomials();
        generator->assemble();
        StationarySolver::Report report;
        density      = solve(false, report, 1e-6);
        n_iterations = report.iterations;
        space->use_log_of(density, 0.3);
        generator->assemble();
      }

      void refine_quadrant()
      {
        Discretisation<dim> &d = *problem->discretisation;
        for (const auto &cell : d.mesh->active_cell_iterators())
          if (cell->is_locally_owned())
            {
              bool is_positive = true;
              for (unsigned int i = 0; i < dim; ++i)
                is_positive = is_positive && cell->center()[i] > 0;
              if (is_positive)
                cell->set_refine_flag();
            }
        d.mesh->execute_coarsening_and_refinement();
        d.prepare();
      }

      /// The law, from the density below.
      Vector solve(const bool                direct,
                   StationarySolver::Report &report,
                   const double              reduction = 0) const
      {
        Vector           p = density;
        StationarySolver solver(problem->communicator,
                                problem->solver_parameters,
                                direct);
        report = solver.solve(*generator, p, reduction);
        return p;
      }

      std::unique_ptr<Problem<dim>>        problem;
      std::unique_ptr<TrialSpace<dim>>     space;
      std::unique_ptr<DriftDiffusion<dim>> generator;
      Vector                               density;
      unsigned int n_iterations; ///< with l = 0, from the constant 1
    };



    double relative_distance(const Vector &a, const Vector &b)
    {
      Vector difference = a;
      difference -= b;
      return difference.l1_norm() / b.l1_norm();
    }



    template <int dim>
    void expect_the_law_of_the_direct_solver(const unsigned int degree,
                                             const unsigned int refinement,
                                             const bool has_hanging_nodes)
    {
      const NetworkOperator<dim> network(degree, refinement, has_hanging_nodes);
      StationarySolver::Report   direct, iterative;
      const Vector               a = network.solve(true, direct);
      const Vector               b = network.solve(false, iterative);
      EXPECT_LT(relative_distance(b, a), 1e-9)
        << "dimension " << dim << ", degree " << degree;
      EXPECT_NEAR(iterative.slowest_rate / direct.slowest_rate, 1, 0.5);
      EXPECT_LT(iterative.weight_error, 1e-6);
    }



    /// Iterations of the pass with l = 0 and of the next one.
    template <int dim>
    std::pair<unsigned int, unsigned int>
    iterations(const unsigned int degree, const unsigned int refinement)
    {
      const NetworkOperator<dim> network(degree, refinement);
      StationarySolver::Report   report;
      network.solve(false, report, 1e-8);
      return {network.n_iterations, report.iterations};
    }



    template <int dim>
    void expect_as_many_iterations(const unsigned int degree,
                                   const unsigned int coarse,
                                   const unsigned int fine)
    {
      constexpr unsigned int margin   = 6;
      const auto             expected = iterations<dim>(degree, coarse);
      const auto             found    = iterations<dim>(degree, fine);
      EXPECT_LE(found.first, expected.first + margin)
        << "l = 0, dimension " << dim << ", degree " << degree;
      EXPECT_LE(found.second, expected.second + margin)
        << "l = log p, dimension " << dim << ", degree " << degree;
    }
  } // namespace



  TEST(Multigrid, FindsTheLawOfTheDirectSolverForEveryDegree)
  {
    for (const unsigned int degree : {1, 2, 3})
      {
        expect_the_law_of_the_direct_solver<1>(degree, 5, false);
        expect_the_law_of_the_direct_solver<2>(degree, 4, false);
        expect_the_law_of_the_direct_solver<3>(degree, 2, false);
      }
  }



  TEST(Multigrid, FindsTheLawOfTheDirectSolverWithHangingNodes)
  {
    for (const unsigned int degree : {1, 2, 3})
      {
        expect_the_law_of_the_direct_solver<2>(degree, 4, true);
        expect_the_law_of_the_direct_solver<3>(degree, 2, true);
      }
  }



  TEST(Multigrid, NeedsHardlyMoreIterationsOnAFinerMesh)
  {
    for (const unsigned int degree : {1, 2, 3})
      expect_as_many_iterations<2>(degree, 5, 6);
    expect_as_many_iterations<3>(2, 2, 3);
  }



  TEST(Multigrid, LawDoesNotDependOnTheNumberOfRanks)
  {
    StationarySolver::Report report;
    const NetworkOperator<2> all(3, 4, true);
    const NetworkOperator<2> alone(3, 4, true, MPI_COMM_SELF);
    const Vector             p = all.solve(false, report);
    const Vector             q = alone.solve(false, report);
    EXPECT_NEAR(p.linfty_norm() / q.linfty_norm(), 1, 1e-10);
    EXPECT_NEAR(p.l2_norm() / q.l2_norm(), 1, 1e-10);
  }



  TEST(Multigrid, AMassFunctionalAndALeftNullVectorBelongToHangingNodesToo)
  {
    const NetworkOperator<3> network(2, 2, true);
    const auto              &generator = *network.generator;
    Vector                   columns   = generator.zero();
    generator.apply_adjoint(columns, generator.left_null_vector());
    double largest = 0;
    MatNorm(generator.preconditioner_matrix(), NORM_INFINITY, &largest);
    EXPECT_LT(columns.linfty_norm() / largest, 1e-15);

    // 1^T M p through the matrix and through the functional
    Vector Mp = generator.zero();
    generator.mass_matrix().vmult(Mp, network.density);
    EXPECT_NEAR((generator.left_null_vector() * Mp) /
                  (generator.mass_functional() * network.density),
                1,
                1e-12);
  }



  // The mirror images of a minimum weigh alike: whatever the start gives them,
  // means that are odd under a change of two signs vanish.
  TEST(Multigrid, WeighsTheMinimaAlikeFromEveryStart)
  {
    NetworkOperator<3>       network(2, 3);
    const Discretisation<3> &d = *network.problem->discretisation;
    using Point                = dealii::Point<3>;
    const std::function<double(const Point &)> starts[] = {
      [](const Point &) { return 1.; },
      [](const Point &x) { return std::exp(3 * x[0] + 2 * x[1] - x[2]); }};
    const std::function<double(const Point &)> odd[] = {
      [](const Point &x) { return x[0]; },
      [](const Point &x) { return x[2]; },
      [](const Point &x) { return x[0] * x[1]; }};
    // l is only as symmetric as the law it comes from, solved to 1e-6.
    constexpr double small = 1e-7;
    for (const auto &start : starts)
      {
        network.density = d.interpolate(start);
        StationarySolver::Report report;
        const Vector             p = network.solve(false, report);
        for (const auto &f : odd)
          {
            Vector values = d.interpolate(f);
            values.scale(network.generator->mass_functional());
            EXPECT_NEAR(values * p, 0, small);
          }
      }
  }
} // namespace sgdfp
