// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_ADAPTIVE_QUADRATURE_H
#define SGDFP_POSTPROCESS_ADAPTIVE_QUADRATURE_H

#include <functional>
#include <vector>

namespace sgdfp
{
  /// Values of all components of an integrand at several points at once:
  /// values[i n + c] = f_c(x_i), n components.
  using VectorIntegrand = std::function<void(const std::vector<double> &x,
                                             std::vector<double> &values)>;


  struct VectorIntegral
  {
    std::vector<double> value; ///< [c]
    std::vector<double> error; ///< [c], estimated, absolute
    bool                has_converged = false;
  };

  /// What int f_c dx has to satisfy, for every component. The values of an
  /// integrand come as zeros.
  struct QuadratureTolerance
  {
    std::vector<double> relative;
    std::vector<double> absolute;           ///< an error below is none
    unsigned int        most_pieces = 4000; ///< then it ends, not converged
    /// Pieces that are halved at once: their points are asked for together.
    unsigned int batch = 1;
  };

  /// int f_c(x) dx from the first to the last of @p breakpoints, by
  /// Gauss-Kronrod rules (7, 15) on pieces of which those with the largest
  /// error, of whatever component, are halved. Components whose scales form a
  /// sequence (exp(-n K) for n = 1, 4, 16, ..) find each other's peaks: the
  /// piece that resolves one of them shows the next.
  ///
  /// Source: Piessens, de Doncker-Kapenga, Ueberhuber, Kahaner, QUADPACK
  /// (1983), whose error estimate this is, for many components.
  VectorIntegral integrate(const VectorIntegrand     &f,
                           const std::vector<double> &breakpoints,
                           const QuadratureTolerance &tolerance);
} // namespace sgdfp

#endif
