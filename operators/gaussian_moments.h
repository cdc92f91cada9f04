// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_GAUSSIAN_MOMENTS_H
#define SGDFP_OPERATORS_GAUSSIAN_MOMENTS_H

#include "operators/tensor_basis.h"

#include <deal.II/base/point.h>
#include <deal.II/base/symmetric_tensor.h>

namespace sgdfp
{
  /// Integrals of the functions of a cell against a normal law,
  ///
  ///     e_i = int_K phi_i(x) N(x; m, Sigma) dx,
  ///
  /// in one dimension from the error function, in two by Gauss rules along one
  /// coordinate on panels of the width of the conditional law, exact (1e-11)
  /// along the other: never a rule that a narrow law could fall between.
  template <int dim>
  class GaussianMoments
  {
  public:
    /// Standard deviations beyond which a normal law is taken for 0.
    static constexpr double reach = 7.5;

    explicit GaussianMoments(const unsigned int degree);

    /// The law that is integrated against.
    /// @throws Refusal where Sigma is singular
    void set_law(const dealii::Point<dim>              &mean,
                 const dealii::SymmetricTensor<2, dim> &covariance);

    /// Half the width of the box out of which nothing gets.
    dealii::Tensor<1, dim> half_width() const;

    /// @param moments e_i in the numbering of FE_Q; overwritten
    void integrate(const dealii::Point<dim> &lower,
                   const dealii::Point<dim> &upper,
                   std::vector<double>      &moments);

  private:
    /// e_n of the l_n on [a, a + h] against N(mean, deviation^2)
    void line(const double         a,
              const double         h,
              const double         mean,
              const double         deviation,
              std::vector<double> &moments);

    const TensorBasis<dim>  basis;
    const dealii::QGauss<1> wide_rule, panel_rule;
    /// [q * n + i]: l_i at the points of wide_rule
    std::vector<double>     wide_values;
    dealii::Point<dim>      mean;
    std::array<double, dim> deviation;

    // Two dimensions: outer coordinate, conditional law of the inner one
    unsigned int outer     = 0;
    double       slope     = 0; ///< of the conditional mean
    double       remaining = 0; ///< conditional standard deviation

    std::vector<double> outer_values, inner_moments, derivatives;
  };
} // namespace sgdfp

#endif
