// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_EXTREME_EIGENVALUES_H
#define SGDFP_OPERATORS_EXTREME_EIGENVALUES_H

#include <deal.II/base/symmetric_tensor.h>

#include <cmath>
#include <utility>

namespace sgdfp
{
  /// The least and the greatest eigenvalue of a symmetric matrix of one or two
  /// rows. Also where they are equal: dealii::eigenvalues() insists on a
  /// discriminant that round-off has not made negative.
  template <int dim>
  std::pair<double, double>
  extreme_eigenvalues(const dealii::SymmetricTensor<2, dim> &matrix)
  {
    static_assert(dim <= 2, "For the matrices of a phase space.");
    if constexpr (dim == 1)
      return {matrix[0][0], matrix[0][0]};
    else
      {
        const double middle = 0.5 * (matrix[0][0] + matrix[1][1]);
        const double radius =
          std::hypot(0.5 * (matrix[0][0] - matrix[1][1]), matrix[0][1]);
        return {middle - radius, middle + radius};
      }
  }
} // namespace sgdfp

#endif
