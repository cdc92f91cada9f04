// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_TRUST_H
#define SGDFP_SOLVERS_TRUST_H

#include "solvers/box_proposal.h"

#include <boost/optional.hpp>

namespace sgdfp
{
  /// Change of the mass under a finer quadrature rule before a law is refused:
  /// a peak that the rule misses changes it by far more.
  constexpr double trusted_quadrature = 1e-4;

  /// Estimated L1 error of the density beyond which the estimates themselves
  /// are no longer known to be right (docs/numerics.md, effectivity).
  constexpr double trusted_density_error = 1e-2;



  /// What decides whether a law can be trusted.
  struct Evidence
  {
    double negative_mass    = 0;
    double boundary_mass    = 0;
    double quadrature_error = 0;
    double density_error    = 0; ///< estimated; NaN where it is not known
    double slowest_rate     = 0; ///< per unit t
    double weight_error     = 0; ///< StationarySolver::Report
    double tolerance        = 0; ///< Discretisation/tolerance
    /// "maximum cells", .. (AdaptiveSolver)
    std::string stopped_by;

    /// Whether the law is cut off by the box. See find_box().
    bool is_cut_off() const;

    /// Why the law is refused otherwise; empty where it is trusted.
    boost::optional<Refusal> refusal() const;
  };
} // namespace sgdfp

#endif
