// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_EXTREME_EIGENVALUES_H
#define SGDFP_MODELS_EXTREME_EIGENVALUES_H

#include <deal.II/base/symmetric_tensor.h>

#include <cmath>
#include <utility>

namespace sgdfp
{
  /// The least and the greatest eigenvalue of a symmetric matrix. Also where
  /// they are equal or their squares overflow: for two rows
  /// dealii::eigenvalues() insists on a discriminant that round-off has not
  /// made negative.
  template <int dim>
  std::pair<double, double>
  extreme_eigenvalues(const dealii::SymmetricTensor<2, dim> &matrix)
  {
    if constexpr (dim == 1)
      return {matrix[0][0], matrix[0][0]};
    else if constexpr (dim == 3)
      {
        const auto values = dealii::eigenvalues(matrix); // descending
        return {values[2], values[0]};
      }
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
