// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_INDICATORS_H
#define SGDFP_OPERATORS_INDICATORS_H

#include "operators/law.h"

#include <deal.II/lac/vector.h>

namespace sgdfp
{
  /// How far the current of a law is from being divergence-free:
  ///
  ///     eta_K = (h_K/k) ( int_K |div J_h| + 1/2 int_dK |[J_h.n]| ),
  ///
  /// [J.n] the jump across a face, 2 J.n on the boundary of the box where no
  /// current may pass. In units of a current integral, int |J| [numerics.md,
  /// 1]. Collective.
  ///
  /// @return eta_K by active cell index (0 on cells of other ranks)
  template <int dim>
  dealii::Vector<double> current_indicators(const Law<dim> &law);

  /// Sum of the indicators over all ranks.
  template <int dim>
  double total(const Discretisation<dim>    &discretisation,
               const dealii::Vector<double> &indicators);
} // namespace sgdfp

#endif
