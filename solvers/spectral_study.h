// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_SPECTRAL_STUDY_H
#define SGDFP_SOLVERS_SPECTRAL_STUDY_H

#include "solvers/metastability.h"
#include "solvers/spectral_sets.h"

namespace sgdfp
{
  /// What one SpectralProblem says.
  template <int dim>
  struct SpectralAnswers
  {
    /// Of the killed process where there is an absorbing set
    Spectrum                      spectrum;
    boost::optional<KilledAnswer> killed;
    boost::optional<Transitions>  transitions;
    RateGap                       gap;
    /// Only where there is more than one
    boost::optional<MetastableSets<dim>> metastable;

    /// Every number that has an error estimate, in one list: eigenvalues,
    /// first passage times at the probes, rate and share of the transitions.
    std::vector<std::complex<double>> figures;
  };



  /// The answers to a tolerance:
  ///
  ///     repeat  solve with elements of degree k and k + 1 and the same l;
  ///             the differences are the estimated errors, the answers of
  ///             degree k + 1 those reported
  ///             stop if all relative errors are below the tolerance
  ///             refine where degree k misses most (add_surplus()), l carried
  ///
  /// Where the edge of a set cuts cells, all numbers are monotone in the set:
  /// they are computed with the cut cells in it and outside of it, and the mean
  /// is reported with half of the difference added to its error; cut cells are
  /// refined while that dominates. In one dimension the mesh is fitted to the
  /// edges (fit_mesh()) and nothing is cut.
  template <int dim>
  class SpectralStudy
  {
  public:
    /// @param discretisation is refined; prepared, and fitted to the sets
    SpectralStudy(Discretisation<dim>     &discretisation,
                  const Dynamics<dim>     &dynamics,
                  const Case              &a_case,
                  const SpectralSets<dim> &sets,
                  RunLog                  &log);

    /// @param l nodal log of the law on the present mesh (with ghosts), or
    /// nullptr for l = 0; not used where the law is known
    /// @throws Refusal, EntryError, SolverFailure
    void solve(const Vector *l);

    const SpectralAnswers<dim> &answers() const;

    /// Absolute errors of answers().figures; NaN where one is not known
    const std::vector<double> &errors() const;

    /// L1 difference of the quasi-stationary laws of degree k and k + 1
    double law_error() const;

    /// Of degree k + 1
    SpectralProblem<dim> &problem();

    struct Level
    {
      dealii::types::global_cell_index cells;
      dealii::types::global_dof_index  dofs;
      double                           error; ///< the largest relative one
    };

    const std::vector<Level> &levels() const;

    /// "tolerance", "maximum cells", "direct limit", "round-off",
    /// "no refinement"
    const std::string &stopped_by() const;

    /// The number of eigenvalues among answers().figures
    std::size_t n_values() const;

    /// Estimated errors of the exit rates of the basins
    const std::vector<double> &basin_errors() const;

  private:
    /// Refines cells that the edges of sets cut until every set has a cell
    void resolve_sets();

    void choose_trial_space(const Vector *l);

    void solve_level();

    SpectralAnswers<dim> answer(SpectralProblem<dim> &problem,
                                const bool            with_cut) const;

    double largest_relative(const std::vector<double> &errors) const;

    bool is_finished();

    bool flag();

    void refine();

    void find_metastable_sets();

    Discretisation<dim>     &discretisation;
    const Dynamics<dim>     &dynamics;
    const Case              &a_case;
    const SpectralSets<dim> &sets;
    RunLog                  &log;

    std::unique_ptr<TrialSpace<dim>>      trial, rich_trial;
    std::unique_ptr<Discretisation<dim>>  rich;
    std::unique_ptr<SpectralProblem<dim>> the_problem, coarse_problem;
    SpectralAnswers<dim>                  the_answers, coarse_answers;
    std::vector<double> the_errors, brackets, basin_deviations;
    double              deviation_of_law = 0;
    std::vector<Level>  history;
    std::string         reason_to_stop;
  };
} // namespace sgdfp

#endif
