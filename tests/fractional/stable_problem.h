// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_TESTS_FRACTIONAL_STABLE_PROBLEM_H
#define SGDFP_TESTS_FRACTIONAL_STABLE_PROBLEM_H

#include "tests/problem.h"

namespace sgdfp
{
  /// d theta = -grad U dt + dZ, symbol |k|^alpha, U an expression in x, y, z;
  /// graded box +-R with core length 1, degree 4.
  template <int dim>
  std::unique_ptr<Problem<dim>> stable_problem(const std::string &potential,
                                               const double       alpha,
                                               const double       R,
                                               const unsigned int n_cells)
  {
    auto problem                  = std::make_unique<Problem<dim>>();
    problem->vocabulary.variables = {"x", "y", "z"};
    problem->vocabulary.variables.resize(dim);
    problem->loss = std::make_shared<ExpressionLoss<dim>>(
      parse_entry("Loss/Expression/loss", potential, problem->vocabulary),
      potential,
      "",
      /*weight_decay=*/0.);
    problem->noise.type         = "none";
    problem->noise.stable.alpha = alpha;
    problem->use_box(R, 0);
    problem->domain.grading      = 1;
    problem->domain.subdivisions = n_cells;
    while (problem->domain.subdivisions % 2 == 0)
      {
        problem->domain.subdivisions /= 2;
        ++problem->domain.initial_refinement;
      }
    problem->discretisation_parameters.degree      = 4;
    problem->discretisation_parameters.trial_space = "polynomial";
    return problem;
  }



  /// int_0^inf cos(k x) exp(-psi(k)) dk / pi: the density of an even
  /// characteristic exponent psi, by the trapezoidal rule with n points in
  /// u, k ~ u^4, which the kink of psi at 0 does not spoil.
  inline double fourier_density(const double                               x,
                                const std::function<double(const double)> &psi,
                                const unsigned int n = 400000)
  {
    double end = 1;
    while (psi(end) < 42)
      end *= 1.2;
    double sum = 0;
    for (unsigned int i = 1; i < n; ++i)
      {
        const double u = static_cast<double>(i) / n;
        const double k = end * u * u * u * u;
        sum += std::cos(k * x) * std::exp(-psi(k)) * 4 * end * u * u * u;
      }
    return sum / n / dealii::numbers::PI;
  }
} // namespace sgdfp

#endif
