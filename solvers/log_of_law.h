// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_LOG_OF_LAW_H
#define SGDFP_SOLVERS_LOG_OF_LAW_H

#include "base/run_log.h"
#include "solvers/case.h"

namespace sgdfp
{
  /// The nodal log (with ghosts) of the stationary law without killing, for
  /// the trial space of a spectrum, found on @p discretisation, which is
  /// refined; nullptr where none is needed (it is known in closed form, or the
  /// space is that of polynomials), or, with Domain/absorbing, where there is
  /// no such law: the log says so.
  /// @throws Refusal where there is no law and nothing absorbs
  template <int dim>
  std::unique_ptr<const Vector>
  find_log_of_law(Discretisation<dim> &discretisation,
                  const Dynamics<dim> &dynamics,
                  const Case          &a_case,
                  RunLog              &log);
} // namespace sgdfp

#endif
