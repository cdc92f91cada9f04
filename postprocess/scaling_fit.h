// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_SCALING_FIT_H
#define SGDFP_POSTPROCESS_SCALING_FIT_H

#include <vector>

namespace sgdfp
{
  /// How F(x) vanishes as x -> 0+:
  ///
  ///     F = x^lambda [c_0 + c_1 log(1/x) + .. + c_{m-1} log(1/x)^(m-1) + ..],
  ///
  /// lambda the learning coefficient and m its multiplicity, for the volume
  /// V(eps), x = eps, and for Z(n), x = 1/n (Watanabe, Algebraic geometry and
  /// statistical learning theory, 2009, theorem 4.7). All powers of log(1/x)
  /// are fitted, since the lower ones vanish only like 1/log, and a correction
  /// x^(1/2) of the same form and one of x.
  struct ScalingFit
  {
    double       lambda       = 0;
    double       lambda_error = 0; ///< twice what range and corrections do
    unsigned int multiplicity = 1;
    double       residual     = 0; ///< largest, relative
    /// c_0 .. c_{m-1}
    std::vector<double> coefficients;
    /// Whether F has this form to 1e-3, or its errors, at six x or more.
    bool is_resolved = false;

    /// The leading terms.
    double value(const double x) const;
  };

  /// @param x descending, about equidistant in log x
  /// @param F positive, as many
  /// @param error relative errors of F
  /// @param dim number of parameters: lambda <= dim/2, m <= dim
  ScalingFit fit_scaling(const std::vector<double> &x,
                         const std::vector<double> &F,
                         const std::vector<double> &error,
                         const unsigned int         dim);
} // namespace sgdfp

#endif
