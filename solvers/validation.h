// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_VALIDATION_H
#define SGDFP_SOLVERS_VALIDATION_H

#include "base/run_log.h"
#include "meshes/discretisation.h"
#include "models/dynamics.h"

namespace sgdfp
{
  /// What `--validate` can say about the physics of a case without solving
  /// anything, from the coefficients at the quadrature points:
  ///  - where the loss is lowest, and its sharpness there against 2/(learning
  ///    rate), beyond which gradient descent does not stay;
  ///  - the range of D, and whether it is singular;
  ///  - sides of the box through which the drift b - (1-a) div D points out.
  /// Collective.
  template <int dim>
  void report_physics(const Discretisation<dim> &discretisation,
                      const Dynamics<dim>       &dynamics,
                      const double               learning_rate,
                      RunLog                    &log);
} // namespace sgdfp

#endif
