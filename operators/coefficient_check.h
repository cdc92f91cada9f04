// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_COEFFICIENT_CHECK_H
#define SGDFP_OPERATORS_COEFFICIENT_CHECK_H

#include "meshes/discretisation.h"
#include "models/dynamics.h"

namespace sgdfp
{
  /// Looks at loss, drift and diffusion at every quadrature point of the mesh
  /// before anything is solved. Collective.
  /// @param also a further check of a point, such as that of a prior
  /// @throws UserError on every rank: that of the first point where
  /// Dynamics::check_at() or @p also complains
  template <int dim>
  void check_coefficients(
    const Discretisation<dim>                             &discretisation,
    const Dynamics<dim>                                   &dynamics,
    const std::function<void(const dealii::Point<dim> &)> &also = {});
} // namespace sgdfp

#endif
