// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_MINIMUM_STABILITY_H
#define SGDFP_SOLVERS_MINIMUM_STABILITY_H

#include "solvers/case.h"
#include "solvers/sweep_columns.h"

namespace sgdfp
{
  /// Whether gradient descent with momentum mu stays at a minimum of the loss:
  ///
  ///     eta lambda_max/(2 (1 + mu)),   lambda_max the largest eigenvalue of
  ///
  /// -grad b, b the drift without noise: of the Hessian, in the metric of the
  /// parameters where they are coordinates on a larger network. Below 1 it
  /// does, above 1 it leaves. Of all minima in the box that the search finds
  /// (find_minima()), the flattest counts: beyond its edge there is none to
  /// stay at. Collective.
  /// @throws UserError where the loss cannot be made
  SweepNumber stability_of_minimum(const MPI_Comm communicator,
                                   const Case    &a_case);
} // namespace sgdfp

#endif
