// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_COEFFICIENT_CHECK_H
#define SGDFP_OPERATORS_COEFFICIENT_CHECK_H

#include "base/errors.h"
#include "meshes/discretisation.h"
#include "models/dynamics.h"

#include <boost/optional.hpp>

namespace sgdfp
{
  /// Throws the complaint of the first rank that has one, on every rank; does
  /// nothing where there is none. Collective.
  void throw_everywhere(const MPI_Comm                     communicator,
                        const boost::optional<EntryError> &complaint);



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
