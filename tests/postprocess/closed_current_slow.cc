// SPDX-License-Identifier: GPL-3.0-or-later
// The closed current of laws that need a fine mesh.
#include "tests/postprocess/closed_current.h"

using namespace sgdfp;

TEST(ClosedCurrent, GoesRoundARingWhateverTheDensityInItsMiddle)
{
  // p = exp(-(r^2 - 1)^2/T)/Z turning with angular velocity 1: every point goes
  // round once in 2 pi, so that 1/(2 pi) goes round per unit t, and Psi is
  // constant where p falls to e^(-1/T).
  for (const double temperature : {0.1, 0.04})
    {
      auto problem           = std::make_unique<Problem<2>>();
      problem->vocabulary    = {{"u", "v"}, {}};
      const std::string ring = "(u^2+v^2-1)^2";
      problem->loss          = std::make_shared<ExpressionLoss<2>>(
        parse_entry("Loss/Expression/loss", ring, problem->vocabulary),
        ring,
        "0",
        /*weight_decay=*/0.);
      problem->optimiser.additional_drift = "-v, u";
      problem->noise.type                 = "isotropic";
      problem->noise.temperature          = temperature;
      problem->use_box(2., temperature > 0.05 ? 5 : 6);
      const ClosedCurrent<2> closed(problem->solve());
      const auto             current = report(closed);
      expect_closed<2>(current);
      EXPECT_NEAR(current["strongest_loop"]["flow"].get<double>(),
                  0.5 / dealii::numbers::PI,
                  1e-3)
        << temperature;
      double Z = 0;
      closed.law.for_each_point([&](const auto &sample) {
        Z += std::exp(-problem->loss->value(sample.theta) / temperature) *
             sample.weight;
      });
      Z                  = dealii::Utilities::MPI::sum(Z, MPI_COMM_WORLD);
      const Errors error = errors<2>(closed, [&](const Point<2> &x) {
        return Point<2>(-x[1], x[0]) *
               (std::exp(-problem->loss->value(x) / temperature) / Z);
      });
      EXPECT_LT(error.closed, 1.05 * error.direct) << temperature;
    }
}



TEST(ClosedCurrent, IsAtLeastAsAccurateAsTheDirectCurrentOnTheTwoLayerNetwork)
{
  if (dealii::Utilities::MPI::this_mpi_process(MPI_COMM_WORLD) != 0)
    return; // every cell of the coarse mesh is needed with its children
  const auto network = [](const unsigned int refinement,
                          const unsigned int degree) {
    auto problem = scalar_network<2>(0.05, 0.05, 0.025, MPI_COMM_SELF);
    problem->discretisation_parameters.degree = degree;
    problem->use_box(5, refinement);
    return problem;
  };
  auto                      coarse = network(5, 3), fine = network(6, 4);
  const ClosedCurrent<2>    closed(coarse->solve());
  const Law<2>             &exact = fine->solve();
  std::vector<Law<2>::Cell> coarse_cells(1024);
  const auto                number = [](const Point<2> &x) {
    const unsigned int i = (x[0] + 5) * 3.2, j = (x[1] + 5) * 3.2;
    return i + 32 * j;
  };
  for (const auto &cell :
       coarse->discretisation->dof_handler.active_cell_iterators())
    coarse_cells[number(cell->center())] = cell;

  // A quarter of a coarse cell at a time.
  const dealii::QGauss<2>  rule(7);
  std::vector<LocalLaw<2>> values;
  Errors                   error{0, 0};
  std::vector<Point<2>>    points(rule.size());
  for (const auto &cell :
       fine->discretisation->dof_handler.active_cell_iterators())
    {
      const auto parent = coarse_cells[number(cell->center())];
      for (unsigned int q = 0; q < rule.size(); ++q)
        points[q] = coarse->discretisation->box.unit_point(
          *parent,
          fine->discretisation->mapping.transform_unit_to_real_cell(
            cell, rule.point(q)));
      ClosedCurrent<2>::Values at(closed, dealii::Quadrature<2>(points), false);
      at.reinit(parent);
      exact.evaluate(cell, rule.get_points(), values);
      for (unsigned int q = 0; q < rule.size(); ++q)
        {
          const auto flux =
            coarse->dynamics->flux(at.fe_values().quadrature_point(q),
                                   MatrixFieldDerivatives::divergence);
          const auto   J   = values[q].current(flux);
          const double JxW = rule.weight(q) * cell->measure();
          error.direct += (at.law()[q].current(flux) - J).norm() * JxW;
          error.closed += (at.current()[q].current - J).norm() * JxW;
        }
    }
  EXPECT_LT(error.closed, 1.05 * error.direct);
  EXPECT_GT(error.direct, 0);
}
