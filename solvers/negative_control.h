// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_NEGATIVE_CONTROL_H
#define SGDFP_SOLVERS_NEGATIVE_CONTROL_H

#include "postprocess/reference.h"
#include "solvers/self_consistent.h"

namespace sgdfp
{
  /// The noise floor of a current: a problem with the same mesh and the same D
  /// whose law is known to carry none,
  ///
  ///     b - (1-a) div D = D grad log q,   q = exp(-L/T*)/Z,
  ///
  /// solved as the problem itself is, from l = 0, never from q
  /// (Dynamics::equilibrium_at).
  ///
  /// An adaptive mesh is made for the law p and may be too coarse where only q
  /// has mass. It is then refined there, never coarsened, until no cell spans
  /// more than a few units of the exponent L/T*, and where the current of the
  /// control is inaccurate, until its density, whose error is known without
  /// any estimate, is good to one in a thousand.
  struct NegativeControl
  {
    /// int |J_h|, per unit t: all of it is error
    double current = 0;
    /// int |p_h - q|
    double density_error = 0;
    /// Of the mesh it was solved on
    dealii::types::global_cell_index cells = 0;
  };



  /// Collective.
  /// @param discretisation of the law; its mesh may be refined, after which
  ///   laws on it are void
  /// @param reference q
  /// @throws Refusal where no mesh that is allowed resolves q, SolverFailure
  template <int dim>
  NegativeControl
  run_negative_control(Discretisation<dim>            &discretisation,
                       const Dynamics<dim>            &dynamics,
                       const GibbsDensity<dim>        &reference,
                       const DiscretisationParameters &parameters,
                       const SolverParameters         &solver_parameters,
                       RunLog                         &log);
} // namespace sgdfp

#endif
