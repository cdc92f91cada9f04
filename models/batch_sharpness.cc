// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/batch_sharpness.h"

#include <cmath>
#include <limits>

namespace sgdfp
{
  template <int dim>
  std::shared_ptr<const BatchSharpness<dim>>
  BatchSharpness<dim>::make(const Loss<dim>           &loss,
                            const OptimiserParameters &optimiser)
  {
    const auto g    = loss.descent_polynomials();
    const auto skew = loss.curvature_skewness();
    if (!loss.has_samples() || g.empty() || !skew ||
        (loss.mobility() - dealii::unit_symmetric_tensor<dim>()).norm() > 1e-14)
      return nullptr;
    const double B      = optimiser.batch_size;
    const double second = optimiser.sampling_factor(loss.n_samples()) / B;
    const double third =
      optimiser.third_sampling_factor(loss.n_samples()) / (B * B);
    Polynomial<dim> curvature = *skew * third, square;
    for (unsigned int i = 0; i < dim; ++i)
      {
        square = square + g[i] * g[i];
        for (unsigned int j = 0; j < dim; ++j)
          curvature = curvature + g[i] * g[i].derivative(j) * g[j];
      }
    for (const auto &z : loss.noise_polynomials())
      for (unsigned int i = 0; i < dim; ++i)
        {
          square = square + z[i] * z[i] * second;
          for (unsigned int j = 0; j < dim; ++j)
            curvature = curvature + (g[i].derivative(j) * z[i] * z[j] +
                                     g[i] * z[i].derivative(j) * z[j] * 2.) *
                                      second;
        }
    const std::shared_ptr<BatchSharpness> result(new BatchSharpness);
    result->curvature = curvature;
    result->square    = square;
    return result;
  }



  template <int dim>
  double BatchSharpness<dim>::operator()(const dealii::Point<dim> &theta) const
  {
    const double E = square(theta);
    return E > 0 ? curvature(theta) / E :
                   std::numeric_limits<double>::quiet_NaN();
  }



  template class BatchSharpness<1>;
  template class BatchSharpness<2>;
  template class BatchSharpness<3>;
} // namespace sgdfp
