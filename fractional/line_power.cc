// SPDX-License-Identifier: GPL-3.0-or-later
#include "fractional/line_power.h"

#include "base/errors.h"
#include "fractional/lapack.h"

#include <cmath>
#include <numeric>

namespace sgdfp
{
  namespace
  {
    // Next to round-off: poles are cheap on a line.
    constexpr double tolerance = 1e-13;



    /// K of an axis, lower triangle in banded storage [k + 1][n]: column j of
    /// row i - j.
    std::vector<double> banded_stiffness(const Axis &axis)
    {
      const unsigned int  k = axis.degree, n_rows = k + 1;
      std::vector<double> K(n_rows * axis.n(), 0.);
      const std::size_t   n_points = axis.factor.size() / n_rows;
      for (std::size_t row = 0; row < n_points; ++row)
        {
          const double      *b     = &axis.factor[row * n_rows];
          const unsigned int first = (row / n_rows) * k;
          for (unsigned int j = 0; j <= k; ++j)
            for (unsigned int i = j; i <= k; ++i)
              K[(first + j) * n_rows + (i - j)] += b[i] * b[j];
        }
      return K;
    }
  } // namespace



  LinePower::LinePower(const LumpedLaplacian<1> &laplacian,
                       const double              exponent,
                       const double              tempering)
    : laplacian(laplacian)
    , exponent(exponent)
    , tempering(tempering)
  {}



  void LinePower::prepare()
  {
    const auto &discretisation  = laplacian.discretisation;
    lattice                     = std::make_unique<Lattice<1>>(discretisation);
    const Axis  &axis           = lattice->axes.front();
    const double square         = tempering * tempering;
    power                       = std::make_unique<RationalPower>(exponent,
                                            tempering,
                                            axis.least_eigenvalue + square,
                                            axis.greatest_eigenvalue + square,
                                            tolerance);
    const std::vector<double> K = banded_stiffness(axis);
    const unsigned int        rank =
      dealii::Utilities::MPI::this_mpi_process(discretisation.communicator);
    const unsigned int n_ranks =
      dealii::Utilities::MPI::n_mpi_processes(discretisation.communicator);
    factors.clear();
    const int k = axis.degree, n = axis.n(), n_rows = k + 1;
    for (std::size_t j = rank; j < power->terms().size(); j += n_ranks)
      {
        std::vector<double> S = K;
        for (int i = 0; i < n; ++i)
          S[i * n_rows] += power->terms()[j].pole * axis.mass[i];
        int info = 0;
        dpbtrf_("L", &n, &k, S.data(), &n_rows, &info);
        if (info != 0)
          throw SolverFailure("The Cholesky factors of the fractional "
                              "Laplacian do not exist: cells differ too much "
                              "in size. Use a smaller box or fewer cells.");
        factors.emplace_back(power->terms()[j].weight, std::move(S));
      }
  }



  void LinePower::potential(AnyVector       &q,
                            const AnyVector &v,
                            const unsigned int) const
  {
    const auto         &discretisation = laplacian.discretisation;
    const Axis         &axis           = lattice->axes.front();
    const int           n = axis.n(), k = axis.degree, n_rows = k + 1, one = 1;
    std::vector<double> line(n, 0.);
    {
      std::size_t i = 0;
      for (const auto dof : discretisation.owned)
        line[lattice->position[i++][0]] = static_cast<double>(v(dof));
    }
    dealii::Utilities::MPI::sum(line, discretisation.communicator, line);

    // The constant mode does not jump; next to it the first poles would be
    // its amplifiers.
    const double length =
      std::accumulate(axis.mass.begin(), axis.mass.end(), 0.);
    const double mean =
      std::inner_product(line.begin(), line.end(), axis.mass.begin(), 0.) /
      length;
    std::vector<double> sum(n, 0.), x(n);
    for (const auto &[weight, factor] : factors)
      {
        for (int i = 0; i < n; ++i)
          x[i] = axis.mass[i] * (line[i] - mean);
        int info = 0;
        dpbtrs_("L", &n, &k, &one, factor.data(), &n_rows, x.data(), &n, &info);
        for (int i = 0; i < n; ++i)
          sum[i] += weight * x[i];
      }
    dealii::Utilities::MPI::sum(sum, discretisation.communicator, sum);
    std::size_t i = 0;
    for (const auto dof : discretisation.owned)
      q(dof) = sum[lattice->position[i++][0]];
    q.compress(dealii::VectorOperation::insert);
  }



  std::string LinePower::description() const
  {
    return "rational power of " + std::to_string(power->terms().size()) +
           " poles, each a banded Cholesky solve";
  }
} // namespace sgdfp
