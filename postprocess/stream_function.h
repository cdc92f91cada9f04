// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_STREAM_FUNCTION_H
#define SGDFP_POSTPROCESS_STREAM_FUNCTION_H

#include "postprocess/closed_current.h"
#include "postprocess/peak.h"

namespace sgdfp
{
  /// The greatest value of @p sign * Psi: the middle of a loop of the closed
  /// current in 2-D. Newton's method for J* = 0 goes from the best node to the
  /// stationary point in the cells around it. Value 0 where there is none.
  /// Collective.
  template <int dim>
  Peak<dim> stream_function_peak(const ClosedCurrent<dim> &closed,
                                 const double              sign);
} // namespace sgdfp

#endif
