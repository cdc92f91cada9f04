// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_FRACTIONAL_FRACTIONAL_LAPLACIAN_H
#define SGDFP_FRACTIONAL_FRACTIONAL_LAPLACIAN_H

#include "fractional/lumped_laplacian.h"

namespace sgdfp
{
  /// The generator of stable jumps, a function of the lumped Laplacian
  /// G = M^-1 K without flux through the boundary,
  ///
  ///     F v = M g(G) v = K q,   q = g(G)/G v,   g(z) = (z + m^2)^s - m^(2s),
  ///
  /// s = alpha/2, m the tempering; g(0) = 0, and on the constant mode q = 0.
  /// -F moves mass and conserves it to round-off, however inexact q is: the
  /// columns of K sum to zero. -grad q is the nonlocal flux. Jumps along the
  /// coordinates have such a q for every part K_d of K.
  template <int dim>
  class FractionalLaplacian
  {
  public:
    virtual ~FractionalLaplacian() = default;

    /// Allocates; call after every change of the mesh, after
    /// LumpedLaplacian::prepare(). Collective.
    virtual void prepare() = 0;

    /// q of @p v (nodal values without ghosts; those at hanging nodes do not
    /// matter, and are 0 in q). Linear and symmetric with M. Collective.
    /// @param part of LumpedLaplacian
    virtual void potential(AnyVector         &q,
                           const AnyVector   &v,
                           const unsigned int part) const = 0;

    /// How it is computed, for the screen.
    virtual std::string description() const = 0;
  };
} // namespace sgdfp

#endif
