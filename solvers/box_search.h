// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_BOX_SEARCH_H
#define SGDFP_SOLVERS_BOX_SEARCH_H

#include "base/run_log.h"
#include "meshes/discretisation.h"
#include "models/dynamics.h"
#include "solvers/box_proposal.h"
#include "solvers/linear_solver.h"

namespace sgdfp
{
  /// Looks for a box that holds the stationary law, or for the reason why none
  /// does.
  ///
  /// The box of @p start grows, side by side where probability lies within 1 %
  /// of it, by rough solves (adaptive, degree 2): until that probability is
  /// below a tenth of trusted_boundary_mass. A box is taken as it was solved
  /// on, so that a run in it will be accepted.
  ///
  /// With m the mass at the boundary of a box of half-width R, a tail with
  /// marginal density R^-a has d ln m/d ln R = 1 - a; it is normalisable for
  /// a > 1. No law is concluded where m does not fall like a power although the
  /// box has become several times as wide, and the least loss on its boundary
  /// does not rise: a valley of minima, or a descent, that leaves every box. At
  /// a = 1, as in the valley u v = 1 under constant noise, m falls like
  /// 1/ln R, which is told from a power by the growth of the inverse of the
  /// exponent.
  ///
  /// Collective.
  template <int dim>
  BoxProposal find_box(const MPI_Comm                  communicator,
                       const Dynamics<dim>            &dynamics,
                       const DomainParameters         &start,
                       const DiscretisationParameters &parameters,
                       const SolverParameters         &solver_parameters,
                       RunLog                         &log);
} // namespace sgdfp

#endif
