// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_CLOSED_CURRENT_STATISTICS_H
#define SGDFP_POSTPROCESS_CLOSED_CURRENT_STATISTICS_H

#include "base/summary.h"
#include "postprocess/closed_current.h"

namespace sgdfp
{
  /// The numbers of a closed current J*, in section current of the summary:
  ///
  ///     closed_l1 = int |J*|,   closed_difference = int |J* - J_h|,
  ///     closed_curl_l2 = (int |curl J*|^2)^(1/2),
  ///     closed_velocity_curl_max: curl of J*/p, see CurrentStatistics,
  ///     closed_divergence: the greatest |div J*| h in cells of diameter h and
  ///         jump of J*.n between cells, in units of max |J*|,
  ///     closed_boundary_flux: the greatest |J*.n| at the boundary, likewise,
  ///     stream_function_range = max Psi - min Psi (2-D): the probability that
  ///         goes round per unit t,
  ///     strongest_loop {flow, theta}: in 2-D the extremum of Psi of largest
  ///         modulus, positive where the current turns counter-clockwise
  ///         around it; in 3-D {flow: null, theta, curl, axis}, the place where
  ///         |curl J*| is greatest and the direction of curl J*, about which
  ///         the current turns right-handed.
  ///
  /// Where all of J_h is round-off there is no loop: null. Its size is judged
  /// by what cancels in it, 1/2 int (|(b - (1-a) div D) p| + |D grad p|).
  /// In 1-D the closed current is 0.
  ///
  /// Collective; every rank fills its copy of @p summary alike.
  template <int dim>
  void report_closed_current(const ClosedCurrent<dim> &closed,
                             Summary                  &summary);
} // namespace sgdfp

#endif
