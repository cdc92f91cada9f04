// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/closed_current.h"
#include "tests/problem.h"

#include <gtest/gtest.h>

using namespace sgdfp;

TEST(ClosedCurrent, Scratch)
{
  auto problem = ornstein_uhlenbeck({{0.2, 0.1}, {0.1, 0.3}}, 4);
  const auto &law = problem->solve();
  ClosedCurrent<2> closed(law);
  std::cout << closed.why_missing() << closed.n_iterations() << std::endl;
  ClosedCurrent<2>::Values values(closed, law.discretisation.quadrature, true, dealii::update_JxW_values);
  double direct = 0, err = 0, div = 0, psi = 0;
  for (const auto &cell : law.discretisation.dof_handler.active_cell_iterators())
    if (cell->is_locally_owned())
      {
        values.reinit(cell);
        for (unsigned int q = 0; q < values.law().size(); ++q)
          {
            const auto x = values.fe_values().quadrature_point(q);
            const auto flux = law.dynamics.flux(x, MatrixFieldDerivatives::all);
            const double p = normal_density(x, .2, .05, .1);
            dealii::Tensor<1, 2> J;
            J[0] = p * (4 * x[1] - x[0]) / 7;
            J[1] = p * (x[1] - 2 * x[0]) / 7;
            const double w = values.fe_values().JxW(q);
            direct += (values.law()[q].current(flux) - J).norm() * w;
            err += (values.current()[q].current - J).norm() * w;
            psi += std::abs(values.current()[q].potential[0] + .05 * p) * w;
            div = std::max(div, std::abs(trace(values.current()[q].gradient)));
          }
      }
  std::cout << direct << " " << err << " " << div << " " << psi << std::endl;
}
