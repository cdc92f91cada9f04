// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_FRACTIONAL_MITTAG_LEFFLER_H
#define SGDFP_FRACTIONAL_MITTAG_LEFFLER_H

namespace sgdfp
{
  /// The Mittag-Leffler function on the negative axis,
  ///
  ///     E_b(-x) = sum_k (-x)^k / Gamma(b k + 1),   x >= 0,  0 < b <= 1,
  ///
  /// the relaxation of a mode: u(t) = E_b(-lambda t^b) solves the equation
  /// d_t^b u = -lambda u, u(0) = 1, with the Caputo derivative. E_1(-x) =
  /// e^{-x}; for b < 1 it decays like x^-1/Gamma(1 - b).
  ///
  /// The inverse Laplace transform of z^{b-1}/(z^b + x), by 14 nodes of
  /// hyperbola(): absolute error below 1e-13, relative one below 1e-12 where
  /// b <= .9 (near b = 1 the value may be far below the sums it is made of).
  ///
  /// @throws dealii::ExcMessage outside of that range of x and b
  double mittag_leffler(const double b, const double x);
} // namespace sgdfp

#endif
