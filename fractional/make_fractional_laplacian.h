// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_FRACTIONAL_MAKE_FRACTIONAL_LAPLACIAN_H
#define SGDFP_FRACTIONAL_MAKE_FRACTIONAL_LAPLACIAN_H

#include "fractional/fractional_laplacian.h"

#include <memory>

namespace sgdfp
{
  /// The FractionalLaplacian for the present mesh: banded poles in one
  /// dimension, fast diagonalisation on tensor meshes of boxes, multigrid poles
  /// on all others.
  /// @param exponent s
  /// @param tempering m
  /// @throws EntryError for jumps along the coordinates on a mesh that is no
  /// tensor product
  template <int dim>
  std::unique_ptr<FractionalLaplacian<dim>>
  make_fractional_laplacian(const LumpedLaplacian<dim> &laplacian,
                            const double                exponent,
                            const double                tempering);
} // namespace sgdfp

#endif
