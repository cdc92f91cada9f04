// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_BATCH_SHARPNESS_H
#define SGDFP_MODELS_BATCH_SHARPNESS_H

#include "models/loss.h"
#include "models/optimiser.h"

#include <memory>

namespace sgdfp
{
  /// The curvature that SGD feels: that of the loss L_B of a batch along the
  /// gradient g_B of the same batch,
  ///
  ///     S_B(theta) = E[g_B^T H_B g_B]/E[|g_B|^2],
  ///
  /// E over the batches. It settles at 2/eta where the sharpness of the whole
  /// loss stays below. With g_B = g + z, E z = 0,
  ///
  ///     E[g_B^T H_B g_B] = g^T H g + tr(H E zz^T) + 2 g_i E[z_j d_j z_i]
  ///                        + E[z_i z_j d_j z_i],
  ///
  /// polynomials in theta, exact from the moments of the data up to the third
  /// of their monomials; the last term is of order 1/B^2.
  ///
  /// Source: Andreyev and Beneventano, Edge of stochastic stability (2024).
  template <int dim>
  class BatchSharpness
  {
  public:
    /// @return nullptr where the loss has no samples or its gradient is no
    /// polynomial in the parameters that SGD steps in
    static std::shared_ptr<const BatchSharpness>
    make(const Loss<dim> &loss, const OptimiserParameters &optimiser);

    /// S_B, in units of the Hessian; NaN where every gradient vanishes
    double operator()(const dealii::Point<dim> &theta) const;

  private:
    BatchSharpness() = default;

    Polynomial<dim> curvature, square; ///< the two expectations
  };
} // namespace sgdfp

#endif
