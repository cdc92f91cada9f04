// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_JUMP_BALANCE_H
#define SGDFP_POSTPROCESS_JUMP_BALANCE_H

#include "base/summary.h"
#include "operators/law.h"

namespace sgdfp
{
  /// Rate density k(x, y) of jumps from x to y, per unit t and volume of y:
  ///
  ///     k = sigma(x)^alpha nu(|x - y|),
  ///     nu(r) = alpha 2^(alpha-1) Gamma((d+alpha)/2)
  ///             / (pi^(d/2) Gamma(1-alpha/2)) r^-(d+alpha),
  ///
  /// the Levy density of the symbol |k|^alpha; with tempering m
  ///
  ///     nu(r) = s/Gamma(1-s) (4 pi)^(-d/2) 2 (2m/r)^(s+d/2) K_{s+d/2}(m r).
  ///
  /// Jumps along the coordinates have d = 1, and only between points on a line.
  ///
  /// @return 0 where there are no such jumps
  template <int dim>
  double jump_rate(const StableNoise<dim>   &noise,
                   const dealii::Point<dim> &x,
                   const dealii::Point<dim> &y);



  /// A pair of points and the flows p(x) k(x, y), p(y) k(y, x) between them.
  template <int dim>
  struct JumpPair
  {
    dealii::Point<dim> from, to;
    double             forward = 0, backward = 0;

    /// |forward - backward| / (forward + backward)
    double asymmetry() const;
  };

  /// Detailed balance of jumps asks for p(x) k(x, y) = p(y) k(y, x) for all
  /// pairs. Writes detailed_balance/pairs and /holds: false where a pair is out
  /// of balance by more than ten times @p density_error, the relative error of
  /// p, else null: pairs can refute balance, not prove it. The certificate and
  /// the entropy production, which are of local noise, are null.
  /// Collective.
  template <int dim>
  void report_jump_balance(
    const Law<dim>                                                       &law,
    const std::vector<std::pair<dealii::Point<dim>, dealii::Point<dim>>> &pairs,
    const double density_error,
    Summary     &summary);
} // namespace sgdfp

#endif
