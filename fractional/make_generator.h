// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_FRACTIONAL_MAKE_GENERATOR_H
#define SGDFP_FRACTIONAL_MAKE_GENERATOR_H

#include "operators/generator.h"
#include "operators/trial_space.h"

#include <memory>

namespace sgdfp
{
  /// The Generator of a Dynamics, whatever its noise: StableGenerator where
  /// there are jumps, TransferOperator in discrete time, else DriftDiffusion.
  /// @param trial_space l = 0 unless Dynamics::is_local()
  template <int dim>
  std::unique_ptr<Generator>
  make_generator(const Discretisation<dim> &discretisation,
                 const Dynamics<dim>       &dynamics,
                 const TrialSpace<dim>     &trial_space);



  /// A density with the tail of jumps, without normalisation, as a start for
  /// iterations: (1 + |theta|^2/w^2)^{-(dim + alpha)/2}, w the core length of
  /// the box.
  template <int dim>
  Vector heavy_tailed_start(const Discretisation<dim> &discretisation,
                            const double               alpha);
} // namespace sgdfp

#endif
