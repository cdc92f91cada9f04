// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_SURPLUS_H
#define SGDFP_SOLVERS_SURPLUS_H

#include "operators/trial_space.h"

#include <deal.II/lac/vector.h>

namespace sgdfp
{
  /// What degree k misses of a function f of degree k + 1, by cell, relative to
  /// all of it, in the energy that rates are made of:
  ///
  ///     eta_K = int_K e^l tr(D) |grad(f - I_k f)|^2 / int e^l tr(D) |grad f|^2
  ///
  /// The error of an eigenvalue is a product of such errors of its left and its
  /// right function (over the weights e^l); cells are refined by it. Adds to
  /// @p indicators (by active cell, 0 on cells of other ranks); constants add
  /// nothing. Collective.
  ///
  /// @param discretisation of degree k + 1
  /// @param trial_space its l
  /// @param function nodal values, without ghosts
  template <int dim>
  void add_surplus(const Discretisation<dim> &discretisation,
                   const TrialSpace<dim>     &trial_space,
                   const Dynamics<dim>       &dynamics,
                   const Vector              &function,
                   dealii::Vector<double>    &indicators);
} // namespace sgdfp

#endif
