// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_SELF_CONSISTENT_H
#define SGDFP_SOLVERS_SELF_CONSISTENT_H

#include "base/run_log.h"
#include "fractional/make_generator.h"
#include "operators/law.h"
#include "solvers/stationary.h"

namespace sgdfp
{
  /// L1 error through the slowest mode up to which a law is trusted.
  constexpr double trusted_weight_error = 1e-6;



  /// The stationary law of drift-diffusion dynamics on one mesh with the
  /// self-consistent exponential trial space:
  ///
  ///     pass 0    l = 0, or l = -L/T where D = T I (then Gibbs is exact)
  ///     pass m+1  l = log of the last density, re-assemble, solve
  ///
  /// guarded by the current indicator eta: a pass that makes it grow is undone
  /// and tried once more with a higher floor; the passes end when eta no
  /// longer falls below 0.7 of its last value [numerics.md, 1].
  template <int dim>
  class SelfConsistentSolver
  {
  public:
    SelfConsistentSolver(
      const Discretisation<dim>      &discretisation,
      const Dynamics<dim>            &dynamics,
      const DiscretisationParameters &discretisation_parameters,
      const SolverParameters         &solver_parameters,
      RunLog                         &log);

    struct Pass
    {
      double       indicator;
      double       minimum_density;
      unsigned int iterations;
      double       residual;
      double       slowest_rate; ///< see StationarySolver::Report
      double       weight_error;
      bool         accepted;
    };

    /// @throws Refusal, SolverFailure
    void solve();

    /// The same with the log density @p l of a coarser mesh carried over to
    /// pass 0; where the current indicator is then more than three times
    /// @p coarse_indicator, that of the coarser mesh, l = 0 is tried too and
    /// the better one kept.
    /// @param l nodal values, without ghosts
    void solve(const Vector &l, const double coarse_indicator);

    /// The law found. Only after solve().
    const Law<dim> &law() const;

    const std::vector<Pass> &passes() const;

    /// The pass that gave the law.
    const Pass &accepted() const;

  private:
    /// Allocates, with e^l as start.
    void begin();

    /// Assembles in the present trial space, solves, appends to passes().
    Vector solve_once();

    /// Makes @p solution of the last pass the law.
    void accept(const Vector &solution);

    /// The stationary solve; for l = -L/T the Gibbs density itself where a
    /// solve cannot weigh the wells.
    StationarySolver::Report solve_or_take_gibbs(Vector &solution);

    void improve();

    const Discretisation<dim>     &discretisation;
    const Dynamics<dim>           &dynamics;
    const DiscretisationParameters parameters;
    RunLog                        &log;

    TrialSpace<dim>                 trial_space;
    std::unique_ptr<Generator>      generator;
    StationarySolver                stationary;
    Vector                          density;
    std::unique_ptr<const Law<dim>> best;
    std::vector<Pass>               history;
  };
} // namespace sgdfp

#endif
