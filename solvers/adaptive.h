// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_ADAPTIVE_H
#define SGDFP_SOLVERS_ADAPTIVE_H

#include "solvers/error_estimate.h"
#include "solvers/self_consistent.h"

#include <boost/optional.hpp>

namespace sgdfp
{
  /// Probability that may be negative before a law is refused, and before
  /// refinement ends.
  constexpr double trusted_negative_mass = 1e-6;



  /// The stationary law to a tolerance:
  ///
  ///     repeat  SelfConsistentSolver on the mesh, l carried over
  ///             where the indicators eta promise it: estimate_error(), stop if
  ///             both relative errors are below the tolerance
  ///             refine the cells with the largest eta_K (70 % of eta), coarsen
  ///             those with the smallest (2 %)
  ///
  /// l, which is smooth where the density spans decades, is carried to the
  /// next mesh, never the density [numerics.md, 1]. In one dimension l is the
  /// potential and nothing needs to be carried.
  ///
  /// Ends at the tolerance, at the most cells allowed, or where refinement no
  /// longer helps (round-off); the law is reported with its estimate in every
  /// case.
  template <int dim>
  class AdaptiveSolver
  {
  public:
    /// @param discretisation is refined by solve(); prepared
    AdaptiveSolver(Discretisation<dim>            &discretisation,
                   const Dynamics<dim>            &dynamics,
                   const DiscretisationParameters &parameters,
                   const SolverParameters         &solver_parameters,
                   RunLog                         &log);

    /// What happened on one mesh.
    struct Level
    {
      dealii::types::global_cell_index cells;
      dealii::types::global_dof_index  dofs;
      double                           indicator;
      unsigned int                     passes;
      unsigned int                     iterations;
      /// Only where it was computed
      boost::optional<ErrorEstimate> estimate;
    };

    /// @throws Refusal, SolverFailure
    void solve();

    /// The law on the last mesh. Only after solve().
    const Law<dim> &law() const;

    /// Of law(); see ErrorEstimate::is_known().
    const ErrorEstimate &estimate() const;

    const std::vector<Level> &levels() const;

    /// The pass that gave law().
    const typename SelfConsistentSolver<dim>::Pass &accepted() const;

    /// "tolerance", "maximum cells", "round-off", "estimate limit" (the law is
    /// too large to estimate its error), "slow modes" (round-off cannot weigh
    /// the wells), or "no refinement" where none was asked for
    const std::string &stopped_by() const;

  private:
    /// Solves on the present mesh, refining it where that is far too coarse.
    void solve_level();

    /// Whether the estimate is worth its solve.
    bool tolerance_is_near() const;

    void compute_estimate();

    /// Whether this is the last mesh; sets stopped_by().
    bool is_finished();

    /// Whether the last meshes brought nothing, and the error is tiny.
    bool is_round_off();

    /// Flags cells; false where the mesh would have too many.
    bool flag();

    /// Changes the mesh and carries l over.
    void refine();

    Discretisation<dim>           &discretisation;
    const Dynamics<dim>           &dynamics;
    const DiscretisationParameters parameters;
    const SolverParameters         solver_parameters;
    RunLog                        &log;

    std::unique_ptr<SelfConsistentSolver<dim>> solver;
    std::vector<Level>                         history;
    /// l on the present mesh; empty at the start
    std::unique_ptr<Vector> carried;
    /// Relative error over eta, as last estimated
    double      error_per_indicator;
    std::string reason_to_stop;
  };
} // namespace sgdfp

#endif
