// SPDX-License-Identifier: GPL-3.0-or-later
// The closed current against exact currents, and what it promises whatever the
// law: no sources, no flux through the boundary.
#include "tests/postprocess/closed_current.h"

using namespace sgdfp;

namespace
{
  std::unique_ptr<Problem<2>>
  anchor_a1(const unsigned int refinement,
            const MPI_Comm     communicator = MPI_COMM_WORLD)
  {
    return ornstein_uhlenbeck({{0.2, 0.1}, {0.1, 0.3}},
                              refinement,
                              communicator);
  }



  double anchor_a1_density(const Point<2> &x)
  {
    return normal_density(x, 0.2, 0.05, 0.1);
  }



  /// J = p (D S^-1 - H) theta
  Tensor<1, 2> anchor_a1_current(const Point<2> &x)
  {
    const double p = anchor_a1_density(x) / 7;
    return Point<2>(p * (4 * x[1] - x[0]), p * (x[1] - 2 * x[0]));
  }
} // namespace



TEST(ClosedCurrent, IsAtLeastAsAccurateAsTheDirectCurrentOnAnchorA1)
{
  for (const unsigned int refinement : {3, 4, 5})
    {
      auto                   problem = anchor_a1(refinement);
      const ClosedCurrent<2> closed(problem->solve());
      const Errors           error = errors<2>(closed, anchor_a1_current);
      EXPECT_LT(error.closed, 1.05 * error.direct) << refinement;
      expect_closed<2>(report(closed));
    }
}



TEST(ClosedCurrent, IsAtLeastAsAccurateAsTheDirectCurrentOnAnchorA4)
{
  auto                   problem = rotating_quartic(1., 4);
  const ClosedCurrent<2> closed(problem->solve());
  const Errors           error = errors<2>(closed, [](const Point<2> &x) {
    return Point<2>(-x[1], x[0]) * (x.square() * rotating_quartic_density(x));
  });
  EXPECT_LT(error.closed, 1.05 * error.direct);
  const auto current = report(closed);
  expect_closed<2>(current);
  // J = div(A p) with A = a [[0, 1], [-1, 0]]: Psi = a p, counter-clockwise.
  EXPECT_NEAR(current["strongest_loop"]["flow"].get<double>(),
              std::pow(dealii::numbers::PI, -1.5),
              1e-4);
}



TEST(ClosedCurrent, HasTheStreamFunctionMinusTheDensityOverTwentyOnAnchorA1)
{
  // J = (D S^-1 - H) theta p = div(A p) = A grad p with A = H S - D, which is
  // antisymmetric since H S + S H = 2 D: A = a [[0, 1], [-1, 0]] with
  // a = -.05, and div(A p) = (d_2, -d_1)(a p).
  auto                     problem = anchor_a1(5);
  const ClosedCurrent<2>   closed(problem->solve());
  ClosedCurrent<2>::Values values(closed, dealii::QGauss<2>(3), true);
  double                   worst = 0;
  for (const auto &cell :
       closed.law.discretisation.dof_handler.active_cell_iterators())
    if (cell->is_locally_owned())
      {
        values.reinit(cell);
        for (unsigned int q = 0; q < 9; ++q)
          worst = std::max(worst,
                           std::abs(
                             values.current()[q].potential[0] +
                             0.05 * anchor_a1_density(
                                      values.fe_values().quadrature_point(q))));
      }
  EXPECT_LT(worst, 1e-8);
  const auto   current = report(closed);
  const double p_0     = 1.20309828385084; // anchors.md, A1
  EXPECT_NEAR(current["stream_function_range"].get<double>(), 0.05 * p_0, 1e-8);
  EXPECT_NEAR(current["strongest_loop"]["flow"].get<double>(),
              -0.05 * p_0,
              1e-8);
  for (const auto &coordinate : current["strongest_loop"]["theta"])
    EXPECT_NEAR(coordinate.get<double>(), 0., 1e-6);
  EXPECT_NEAR(current["closed_velocity_curl_max"].get<double>(), -6. / 7, 1e-4);
}



TEST(ClosedCurrent, ClosesOnMeshesWithHangingNodes)
{
  auto                   problem = anchor_a1(4);
  const ClosedCurrent<2> closed(solve_on_refined_mesh(*problem));
  EXPECT_GT(closed.law.discretisation.constraints.n_constraints() +
              dealii::Utilities::MPI::n_mpi_processes(MPI_COMM_WORLD),
            1u);
  expect_closed<2>(report(closed));
  const Errors error = errors<2>(closed, anchor_a1_current);
  EXPECT_LT(error.closed, 1.05 * error.direct);
}



TEST(ClosedCurrent, DoesNotDependOnTheNumberOfRanks)
{
  auto       together = anchor_a1(4);
  auto       alone    = anchor_a1(4, MPI_COMM_SELF);
  const auto a = report(ClosedCurrent<2>(solve_on_refined_mesh(*together)));
  const auto b = report(ClosedCurrent<2>(solve_on_refined_mesh(*alone)));
  for (const char *key : {"stream_function_range", "closed_l1"})
    EXPECT_NEAR(a[key].get<double>(),
                b[key].get<double>(),
                1e-9 * b[key].get<double>())
      << key;
  EXPECT_NEAR(a["strongest_loop"]["flow"].get<double>(),
              b["strongest_loop"]["flow"].get<double>(),
              1e-10);
}



TEST(ClosedCurrent, IsNothingAtEquilibrium)
{
  auto problem               = anchor_a1(4);
  problem->noise.type        = "isotropic";
  problem->noise.temperature = 0.1;
  const auto current         = report(ClosedCurrent<2>(problem->solve()));
  EXPECT_LT(current["closed_l1"].get<double>(), 1e-14);
  EXPECT_EQ(current["stream_function_range"].get<double>(), 0);
  EXPECT_TRUE(current["strongest_loop"].is_null());
  for (const char *key : {"closed_divergence", "closed_boundary_flux"})
    EXPECT_LT(current[key].get<double>(), 1e-10) << key;
}



TEST(ClosedCurrent, NeitherUnderNorOverflowsWhereTheDensityIsTenToTheMinus290)
{
  auto problem = anchor_a1(6);
  problem->use_box(7.6, 6);
  problem->prepare();
  const auto  &discretisation = *problem->discretisation;
  const Vector P              = discretisation.interpolate(anchor_a1_density);
  EXPECT_LT(minimum(P), 1e-280);
  TrialSpace<2> trial_space(discretisation);
  trial_space.use_log_of(P, /*floor_factor=*/0.);
  const Law<2> law(discretisation, *problem->dynamics, trial_space, P);
  const ClosedCurrent<2> closed(law);
  ASSERT_EQ(closed.why_missing(), "");
  expect_closed<2>(report(closed));
  // The solve has an absolute error in e^{-l/2} J*.
  ClosedCurrent<2>::Values values(closed, dealii::QMidpoint<2>(), true);
  double                   worst = 0;
  for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
    if (cell->is_locally_owned() && cell->center().norm() < 7)
      {
        values.reinit(cell);
        const Point<2> theta = values.fe_values().quadrature_point(0);
        const auto     exact = anchor_a1_current(theta);
        worst                = std::max(worst,
                         (values.current()[0].current - exact).norm() /
                           std::sqrt(anchor_a1_density(theta)));
      }
  EXPECT_LT(worst, 1e-10);
}



TEST(ClosedCurrent, VanishesInOneDimension)
{
  auto                          problem = std::make_unique<Problem<1>>();
  dealii::SymmetricTensor<2, 1> H;
  H[0][0]       = 1;
  problem->loss = std::make_shared<QuadraticLoss<1>>(H, Tensor<1, 1>(), 0.);
  problem->noise.type      = "constant";
  problem->noise.diffusion = {{0.1}};
  problem->use_box(3, 4);
  const auto current = report(ClosedCurrent<1>(problem->solve()));
  EXPECT_EQ(current["closed_l1"].get<double>(), 0);
  EXPECT_TRUE(current["strongest_loop"].is_null());
  EXPECT_TRUE(current["stream_function_range"].is_null());
}
