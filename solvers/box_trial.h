// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_BOX_TRIAL_H
#define SGDFP_SOLVERS_BOX_TRIAL_H

#include "base/run_log.h"
#include "meshes/discretisation.h"
#include "operators/law.h"
#include "solvers/linear_solver.h"

#include <array>

namespace sgdfp
{
  /// The law of a box, roughly.
  template <int dim>
  struct BoxTrial
  {
    explicit BoxTrial(const DomainParameters &domain)
      : domain(domain)
    {}

    DomainParameters domain;
    /// Mass within 1 % of each side that can be crossed (lower, upper of the
    /// first parameter, ..), and of all of them
    std::array<double, 2 * dim> side_mass;
    double                      mass = 1;
    /// Mass within 10 %: what tells how the tail falls, less roughly
    double outer_mass = 1;
    /// The largest growth of a width
    double growth        = 1;
    double negative_mass = 0, quadrature_error = 0;
    /// Why there is no law of this box, or ""
    std::string failure;

    /// Whether the rough mesh sees the law.
    bool is_resolved() const
    {
      constexpr double trusted = 3e-3;
      return failure.empty() && negative_mass < trusted &&
             quadrature_error < trusted;
    }
  };



  /// Solves for the law of boxes roughly: adaptive meshes of degree 2 and a few
  /// thousand cells. Collective.
  template <int dim>
  class BoxTrialSolver
  {
  public:
    /// @param start growth is counted from here
    BoxTrialSolver(const MPI_Comm                  communicator,
                   const Dynamics<dim>            &dynamics,
                   const DomainParameters         &start,
                   const DiscretisationParameters &parameters,
                   const SolverParameters         &solver_parameters);

    /// What goes wrong is BoxTrial::failure.
    BoxTrial<dim> solve(const DomainParameters &domain) const;

  private:
    void solve_on(const unsigned int refinement, BoxTrial<dim> &trial) const;

    void read(const Law<dim> &law, BoxTrial<dim> &trial) const;

    const MPI_Comm           communicator;
    const Dynamics<dim>     &dynamics;
    const DomainParameters   start;
    DiscretisationParameters parameters;
    const SolverParameters   solver_parameters;
  };
} // namespace sgdfp

#endif
