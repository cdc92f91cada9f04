// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/errors.h"
#include "fractional/pole_power.h"
#include "fractional/stable_generator.h"
#include "fractional/tensor_power.h"
#include "meshes/point_value.h"
#include "meshes/region.h"
#include "solvers/balanced_inverse.h"
#include "solvers/spectrum.h"
#include "tests/problem.h"

#include <gtest/gtest.h>

using namespace sgdfp;
using dealii::Point;

namespace
{
  template <int dim>
  std::unique_ptr<Discretisation<dim>> graded_box(const unsigned int refinement,
                                                  const unsigned int degree = 3)
  {
    DomainParameters domain;
    domain.lower.assign(dim, -20.);
    domain.upper.assign(dim, 20.);
    domain.initial_refinement = refinement;
    domain.grading            = 1;
    auto result               = std::make_unique<Discretisation<dim>>(
      MPI_COMM_WORLD, ParameterBox<dim>(domain), degree, /*is_lumped=*/true);
    result->prepare();
    return result;
  }



  /// Without symmetry
  template <int dim>
  Vector bump(const Discretisation<dim> &discretisation,
              const double               shift = 0.3)
  {
    Vector v = discretisation.interpolate([&](const Point<dim> &x) {
      double square = 0, sum = 0;
      for (unsigned int d = 0; d < dim; ++d)
        {
          square += (x[d] - shift) * (x[d] - shift) * (1 + d);
          sum += x[d];
        }
      return std::exp(-square) + 1 / (1 + square) * (1 + 0.1 * std::tanh(sum));
    });
    for (const auto i : discretisation.owned)
      if (discretisation.constraints.is_constrained(i))
        v(i) = 0.;
    v.compress(dealii::VectorOperation::insert);
    return v;
  }



  template <int dim>
  Vector F(const LumpedLaplacian<dim>     &laplacian,
           const FractionalLaplacian<dim> &fractional,
           const Vector                   &v)
  {
    AnyVector q(laplacian.discretisation.owned_vector());
    Vector    result = laplacian.discretisation.owned_vector();
    fractional.potential(q, v, 0);
    laplacian.stiffness().vmult(result, q);
    return result;
  }
} // namespace



namespace
{
  /// Pure jumps of index @p alpha, without drift, that leave the unit ball.
  template <int dim>
  struct Exit
  {
    Exit(const double       alpha,
         const double       outer_radius,
         const unsigned int subdivisions,
         const unsigned int refinement,
         const unsigned int degree,
         const Point<dim>  &centre = Point<dim>(),
         const double       radius = 1)
      : s(alpha / 2)
      , radius(radius)
      , centre(centre)
    {
      Vocabulary vocabulary{{"u", "v", "w"}, {}};
      vocabulary.variables.resize(dim);
      const std::string zero = "0*u";
      NoiseParameters   noise;
      noise.type         = "none";
      noise.stable.alpha = alpha;
      dynamics           = std::make_unique<Dynamics<dim>>(
        std::make_shared<ExpressionLoss<dim>>(
          parse_entry("Loss/Expression/loss", zero, vocabulary),
          zero,
          "0",
          /*weight_decay=*/0.),
        noise,
        OptimiserParameters(),
        vocabulary);
      DomainParameters domain;
      domain.shape     = "ball";
      domain.radius    = radius;
      domain.absorbing = "boundary";
      domain.centre.assign(centre.begin_raw(), centre.end_raw());
      domain.upper              = {centre[0] + outer_radius * radius};
      domain.subdivisions       = subdivisions;
      domain.initial_refinement = refinement;
      domain.check(dim);
      discretisation =
        std::make_unique<Discretisation<dim>>(MPI_COMM_WORLD,
                                              ParameterBox<dim>(domain),
                                              degree,
                                              /*is_lumped=*/true);
      discretisation->prepare();
      generator =
        std::make_unique<StableGenerator<dim>>(*discretisation, *dynamics);
      generator->prepare();
      generator->assemble();
      const Region<dim> outside("Domain/absorbing", "boundary", vocabulary);
      restriction =
        std::make_unique<Restriction>(*generator,
                                      outside.nodes(*discretisation, true));
    }

    /// A^T tau = -m, all nodes
    Vector first_passage()
    {
      BalancedInverse solver(*restriction, SolverParameters(), /*shift=*/0.);
      Vector          right_side = restriction->mass_functional();
      right_side *= -1;
      Vector tau = restriction->zero();
      iterations = solver.solve(tau, right_side, /*transposed=*/true);
      return restriction->extend(tau);
    }

    /// K (radius^2 - |x - c|^2)^s [anchors.md, C3]
    double getoor(const Point<dim> &x) const
    {
      const double K =
        std::tgamma(0.5 * dim) /
        (std::pow(4, s) * std::tgamma(1 + s) * std::tgamma(0.5 * dim + s));
      return K *
             std::pow(std::max(0.,
                               radius * radius - (x - centre).norm_square()),
                      s);
    }

    /// Relative, in L2
    double error(const Vector &tau) const
    {
      const Vector exact = discretisation->interpolate(
        [&](const Point<dim> &x) { return getoor(x); });
      Vector difference = tau, M = generator->mass_functional();
      difference.add(-1., exact);
      Vector square = difference, exact_square = exact;
      square.scale(difference);
      exact_square.scale(exact);
      return std::sqrt((M * square) / (M * exact_square));
    }

    const double                          s, radius;
    const Point<dim>                      centre;
    std::unique_ptr<Dynamics<dim>>        dynamics;
    std::unique_ptr<Discretisation<dim>>  discretisation;
    std::unique_ptr<StableGenerator<dim>> generator;
    std::unique_ptr<Restriction>          restriction;
    unsigned int                          iterations = 0;
  };
} // namespace



// Both are the same function of the same matrix.
TEST(PolePower, AgreesWithFastDiagonalisation)
{
  const auto         discretisation = graded_box<2>(3);
  LumpedLaplacian<2> laplacian(*discretisation);
  laplacian.prepare();
  const Vector v = bump(*discretisation);
  for (const double alpha : {0.7, 1.5})
    {
      TensorPower<2> tensor(laplacian,
                            std::make_unique<const Lattice<2>>(*discretisation),
                            alpha / 2,
                            /*tempering=*/0.);
      tensor.prepare();
      const Vector exact = F(laplacian, tensor, v);
      for (const bool use_factors : {true, false})
        {
          // Its own tolerances are both 1e-10.
          PolePower<2> poles(laplacian,
                             alpha / 2,
                             /*tempering=*/0.,
                             1e-10,
                             1e-10,
                             use_factors ? 100000 : 0);
          poles.prepare();
          Vector difference = F(laplacian, poles, v);
          difference.add(-1., exact);
          EXPECT_LT(difference.l2_norm(), 5e-10 * exact.l2_norm())
            << alpha << " " << use_factors;
        }
    }
}



// What is the point of the two forms of a pole.
TEST(PolePower, MassIsConservedHoweverInexactTheSolves)
{
  const auto         discretisation = graded_box<2>(3);
  LumpedLaplacian<2> laplacian(*discretisation);
  laplacian.prepare();
  const Vector v = bump(*discretisation);
  for (const double alpha : {0.7, 1.5})
    {
      PolePower<2> poles(laplacian, alpha / 2, 0., 1e-8, 1e-4, 0);
      PolePower<2> exact(laplacian, alpha / 2, 0., 1e-10, 1e-12, 0);
      poles.prepare();
      exact.prepare();
      Vector       moved = F(laplacian, poles, v);
      const Vector truth = F(laplacian, exact, v);
      EXPECT_LT(std::abs(moved.mean_value()) * moved.size(),
                1e-12 * v.l1_norm());
      moved.add(-1., truth);
      EXPECT_LT(moved.l2_norm(), 1e-3 * truth.l2_norm());
    }
}



TEST(PolePower, WorksOnHangingNodes)
{
  const auto discretisation = graded_box<2>(3);
  for (const auto &cell : discretisation->mesh->active_cell_iterators())
    if (cell->is_locally_owned() && cell->center()[0] > 0 &&
        cell->center()[1] > -0.5 && cell->center().norm() < 2)
      cell->set_refine_flag();
  discretisation->mesh->execute_coarsening_and_refinement();
  discretisation->prepare();
  ASSERT_GT(dealii::Utilities::MPI::sum(
              discretisation->constraints.n_constraints(), MPI_COMM_WORLD),
            0u);
  ASSERT_FALSE(Lattice<2>(*discretisation).exists);
  LumpedLaplacian<2> laplacian(*discretisation);
  laplacian.prepare();
  const Vector v = bump(*discretisation), w = bump(*discretisation, -0.7);
  for (const unsigned int most_factorised : {100000u, 0u})
    {
      PolePower<2> poles(laplacian, 0.5, 0., 1e-10, 1e-11, most_factorised);
      poles.prepare();
      const Vector Fv = F(laplacian, poles, v), Fw = F(laplacian, poles, w);
      EXPECT_LT(std::abs(Fv.mean_value()) * Fv.size(), 1e-12 * v.l1_norm());
      EXPECT_NEAR(w * Fv, v * Fw, 1e-9 * std::abs(v * Fv));
      EXPECT_GT(v * Fv, 0);
      // The square root twice is K.
      Vector once = Fv, twice = laplacian.discretisation.owned_vector();
      for (const auto i : discretisation->owned)
        if (!discretisation->constraints.is_constrained(i))
          once(i) = static_cast<double>(Fv(i)) /
                    static_cast<double>(laplacian.mass()(i));
        else
          once(i) = 0.;
      once.compress(dealii::VectorOperation::insert);
      twice    = F(laplacian, poles, once);
      Vector K = twice;
      laplacian.stiffness().vmult(K, v);
      twice.add(-1., K);
      EXPECT_LT(twice.l2_norm(), 1e-8 * K.l2_norm());
    }
}



namespace
{
  /// Volume of the mesh and of the cells within the radius
  template <int dim>
  std::pair<double, double> volumes(const Discretisation<dim> &discretisation)
  {
    double                all = 0, inside = 0;
    dealii::FEValues<dim> fe_values(discretisation.mapping,
                                    discretisation.element,
                                    dealii::QGauss<dim>(6),
                                    dealii::update_JxW_values);
    const auto           &balls = discretisation.box.balls();
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          fe_values.reinit(cell);
          double volume = 0;
          for (unsigned int q = 0; q < fe_values.n_quadrature_points; ++q)
            volume += fe_values.JxW(q);
          all += volume;
          // The centre of a thin cell outside may be within the radius.
          double least = balls.outer_radius;
          for (const unsigned int v : cell->vertex_indices())
            least = std::min(least, cell->vertex(v).distance(balls.centre));
          if (least < (1 - 1e-10) * balls.radius)
            inside += volume;
        }
    return {dealii::Utilities::MPI::sum(all, MPI_COMM_WORLD),
            dealii::Utilities::MPI::sum(inside, MPI_COMM_WORLD)};
  }



  template <int dim>
  void check_volumes(const double unit_ball, const double tolerance)
  {
    DomainParameters domain;
    domain.shape     = "ball";
    domain.absorbing = "boundary";
    domain.radius    = 0.5;
    domain.centre    = {0.25, -1, 2};
    domain.centre.resize(dim);
    domain.upper              = {domain.centre[0] + 10};
    domain.initial_refinement = 1;
    domain.check(dim);
    Discretisation<dim> discretisation(MPI_COMM_WORLD,
                                       ParameterBox<dim>(domain),
                                       3,
                                       /*is_lumped=*/true);
    discretisation.prepare();
    const auto [all, inside] = volumes(discretisation);
    EXPECT_NEAR(all / (unit_ball * std::pow(10, dim)), 1, tolerance);
    EXPECT_NEAR(inside / (unit_ball * std::pow(0.5, dim)), 1, tolerance);

    // Halving its cells keeps them on the spheres.
    for (const auto &cell : discretisation.mesh->active_cell_iterators())
      if (dim == 1 || cell->is_locally_owned())
        cell->set_refine_flag();
    discretisation.mesh->execute_coarsening_and_refinement();
    discretisation.prepare();
    const auto [fine_all, fine_inside] = volumes(discretisation);
    EXPECT_NEAR(fine_all / (unit_ball * std::pow(10, dim)), 1, 0.1 * tolerance);
    EXPECT_NEAR(fine_inside / (unit_ball * std::pow(0.5, dim)),
                1,
                0.1 * tolerance);
  }
} // namespace



TEST(BallMesh, IsFittedToBothSpheres)
{
  check_volumes<1>(2, 1e-10);
  check_volumes<2>(dealii::numbers::PI, 1e-5);
  check_volumes<3>(4 * dealii::numbers::PI / 3, 1e-4);
}



// Getoor's exit time, and the first exit rate of Kwasnicki and others
// [anchors.md, C3].
TEST(Exit, FromAnInterval)
{
  for (const auto &[alpha, exact] : {std::make_pair(0.5, 0.9701654187),
                                     std::make_pair(1., 1.157773883699),
                                     std::make_pair(1.5, 1.59750354565)})
    {
      Exit<1>      exit(alpha, 1000, 1, 3, 3);
      const Vector tau = exit.first_passage();
      EXPECT_LT(exit.error(tau), 2e-4) << alpha;
      const Spectrum spectrum =
        SpectrumSolver(SolverParameters())
          .solve(*exit.restriction, 2, nullptr, /*is_reversible=*/true);
      EXPECT_NEAR(-spectrum.values[0].real() / exact, 1, 5e-5) << alpha;
    }
}



// radius^alpha times the time of the unit ball, wherever the centre is.
TEST(Exit, FromAnIntervalElsewhere)
{
  Exit<1>      exit(1.2, 1000, 1, 3, 3, Point<1>(-3.), 0.25);
  const Vector tau = exit.first_passage();
  EXPECT_LT(exit.error(tau), 2e-4);
  EXPECT_NEAR(value_at(*exit.discretisation, tau, Point<1>(-3.)) /
                exit.getoor(Point<1>(-3.)),
              1,
              2e-4);
}



// The exact rates are those of the Galerkin method with the Jacobi polynomials
// (1 - r^2)^s P_n^{(s, 0)}(2 r^2 - 1), of which the fractional Laplacian is
// known, to the digits shown.
TEST(Exit, FromADisc)
{
  for (const auto &[alpha, exact] :
       {std::make_pair(1., 2.006119033), std::make_pair(1.5, 3.275937536)})
    {
      Exit<2>      exit(alpha, 100, 1, 1, 2);
      const Vector tau = exit.first_passage();
      EXPECT_LT(exit.error(tau), 1e-2) << alpha;
      EXPECT_NEAR(value_at(*exit.discretisation, tau, Point<2>()) /
                    exit.getoor(Point<2>()),
                  1,
                  2e-3)
        << alpha;
      const Spectrum spectrum =
        SpectrumSolver(SolverParameters())
          .solve(*exit.restriction, 1, nullptr, /*is_reversible=*/true);
      EXPECT_NEAR(-spectrum.values[0].real() / exact, 1, 2e-3) << alpha;
    }
}



TEST(Exit, FromABall)
{
  Exit<3>      exit(1., 20, 1, 0, 3);
  const Vector tau = exit.first_passage();
  EXPECT_LT(exit.error(tau), 2e-2);
  EXPECT_NEAR(value_at(*exit.discretisation, tau, Point<3>()) /
                exit.getoor(Point<3>()),
              1,
              1e-2);
}



TEST(BallMesh, RefusesWhatCannotWork)
{
  const auto message =
    [](const std::function<void(DomainParameters &)> &spoil) {
      DomainParameters domain;
      domain.shape     = "ball";
      domain.absorbing = "boundary";
      domain.upper     = {100};
      spoil(domain);
      try
        {
          domain.check(2);
        }
      catch (const EntryError &error)
        {
          return std::string(error.what());
        }
      return std::string();
    };
  EXPECT_EQ(message([](DomainParameters &) {}), "");
  EXPECT_NE(message([](DomainParameters &d) { d.extent = "auto"; }), "");
  EXPECT_NE(message([](DomainParameters &d) { d.grading = 1; }), "");
  EXPECT_NE(message([](DomainParameters &d) { d.absorbing = ""; }), "");
  EXPECT_NE(message([](DomainParameters &d) { d.radius = 0; }), "");
  EXPECT_NE(message([](DomainParameters &d) { d.upper = {1.2}; }), "");
  EXPECT_NE(message([](DomainParameters &d) { d.centre = {1}; }), "");
}
