// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MESHES_POINT_VALUE_H
#define SGDFP_MESHES_POINT_VALUE_H

#include "meshes/discretisation.h"

namespace sgdfp
{
  /// Value at @p theta of the Q_k function with the nodal values @p nodal; on a
  /// face the mean over the cells that meet there. Collective.
  /// @param nodal without ghosts
  /// @param theta in the box
  template <int dim>
  double value_at(const Discretisation<dim> &discretisation,
                  const Vector              &nodal,
                  const dealii::Point<dim>  &theta);
} // namespace sgdfp

#endif
