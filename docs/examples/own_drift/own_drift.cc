// SPDX-License-Identifier: GPL-3.0-or-later
// A drift of one's own: the spiral b = -theta + a J theta, J a quarter turn,
// with D = T I. Its law is Gibbs, N(0, T I), and carries the current a J theta
// p: int |J| = a sqrt(pi T/2).
#include "models/quadratic_loss.h"
#include "postprocess/current_statistics.h"
#include "solvers/adaptive.h"

#include <cmath>
#include <iostream>

using namespace sgdfp;
constexpr double a = 2, T = 0.1;

struct Spiral : public QuadraticLoss<2>
{
  Spiral()
    : QuadraticLoss<2>(dealii::unit_symmetric_tensor<2>(), {}, 0.)
  {}
  dealii::Tensor<1, 2> velocity(const dealii::Point<2> &theta) const override
  {
    return dealii::Tensor<1, 2>(
      {-theta[0] - a * theta[1], -theta[1] + a * theta[0]});
  }
  dealii::Tensor<2, 2>
  velocity_gradient(const dealii::Point<2> &) const override
  {
    // [l][i] = d_l b_i
    return dealii::Tensor<2, 2>({{-1, a}, {-a, -1}});
  }
  bool is_gradient_flow() const override
  {
    return false;
  }
};

int main(int argc, char **argv)
{
  const dealii::Utilities::MPI::MPI_InitFinalize mpi(argc, argv, 1);
  NoiseParameters                                noise;
  noise.type        = "isotropic";
  noise.temperature = T;
  DomainParameters         domain; // the box [-3, 3]^2
  const Dynamics<2>        dynamics(std::make_shared<Spiral>(), noise, {}, {});
  DiscretisationParameters parameters;
  Discretisation<2>        mesh(MPI_COMM_WORLD, ParameterBox<2>(domain), 3);
  mesh.prepare();
  RunLog            log(MPI_COMM_WORLD, /*quiet=*/true);
  AdaptiveSolver<2> solver(mesh, dynamics, parameters, {}, log);
  solver.solve();
  Summary              summary;
  CurrentStatistics<2> current(solver.law());
  run_postprocessors<2>(solver.law(), {&current}, summary);
  if (dealii::Utilities::MPI::this_mpi_process(MPI_COMM_WORLD) == 0)
    std::cout << "int |J| = " << current.l1 << " +- "
              << solver.estimate().current << ", exact "
              << a * std::sqrt(M_PI * T / 2) << std::endl;
  return std::abs(current.l1 / (a * std::sqrt(M_PI * T / 2)) - 1) < 1e-3 ? 0 :
                                                                           1;
}
