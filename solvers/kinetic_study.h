// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_KINETIC_STUDY_H
#define SGDFP_SOLVERS_KINETIC_STUDY_H

#include "base/run_log.h"
#include "solvers/kinetic_system.h"
#include "solvers/linear_solver.h"

#include <complex>

namespace sgdfp
{
  /// What a question finds on one KineticSystem.
  struct KineticAnswer
  {
    /// Coefficients of densities, laws or eigenfunctions, each with the number
    /// that tells it from the others: two answers are compared one by one
    std::vector<Vector>               densities;
    std::vector<std::complex<double>> labels;
    /// Numbers that have an error each
    std::vector<std::complex<double>> figures;
    /// The first figures are eigenvalues, whose order two meshes may see
    /// differently: each is compared with the nearest of these of the other
    /// answer
    std::size_t                       n_eigenvalues = 0;
    std::vector<std::complex<double>> eigenvalues;
    /// |c_N|/|c_0| of the first density
    double tail = 0;
    /// Solver: rate of the slowest relaxation, error of the weights of wells
    double       slowest_rate = 0, weight_error = 0, residual = 0;
    unsigned int iterations = 0;
  };



  /// Answers of a kinetic equation to a tolerance:
  ///
  ///     repeat  solve with elements of degree k and k + 1 and Hermite degree
  ///             N, and with k and N - 2; the differences estimate the errors
  ///             of mesh and velocities, the answers of k + 1 are reported
  ///             refine the cells that miss most, until the first is below
  ///             half of the tolerance, then raise N by 2, until the second and
  ///             |c_N|/|c_0| are; the mesh once more where it has to be

  ///
  /// Where the edge of an absorbing set cuts cells, the change from taking them
  /// out of the set is added to the error, and they are refined.
  ///
  /// The error of velocities is the last change times r/(1 - r), r its ratio to
  /// the one before where that is known and above 1/2.
  template <int dim>
  class KineticStudy
  {
  public:
    using Question = std::function<KineticAnswer(const KineticSystem<dim> &)>;

    /// What the error of the answers is.
    enum class Goal
    {
      density, ///< L1 errors of the first density and of its mean velocity
      laws,    ///< the largest of those of all densities
      figures  ///< the largest relative error of a figure
    };

    /// @param discretisation is refined; prepared
    /// @param absorbing or nullptr; cells that its edge cuts belong to it
    KineticStudy(Discretisation<dim>            &discretisation,
                 const Dynamics<dim>            &dynamics,
                 const KineticChoice<dim>       &choice,
                 const DiscretisationParameters &parameters,
                 const SolverParameters         &solver_parameters,
                 const Region<dim>              *absorbing,
                 RunLog                         &log);

    /// @throws Refusal, SolverFailure
    void solve(const Question &ask, const Goal goal);

    /// Of the last and finest solve.
    const KineticSystem<dim> &system() const;
    const KineticAnswer      &answer() const;

    /// Estimated errors of system()'s answers.
    struct Errors
    {
      /// L1 of the first density of parameters, and of int |<v> p| over its
      /// scale int |s| p
      double density = 0, flux = 0;
      /// Absolute, of the figures
      std::vector<double> figures;
    };

    Errors errors() const;

    struct Level
    {
      dealii::types::global_cell_index cells;
      dealii::types::global_dof_index  dofs; ///< of the finest solve
      unsigned int                     degree;
      /// Relative ones, by the goal; bracket: that of cut cells
      double mesh_error, velocity_error, bracket;

      double tail;
      double seconds;
    };

    const std::vector<Level> &levels() const;

    /// "tolerance", "maximum cells", "maximum hermite degree", "direct limit",
    /// "round-off", "no refinement"
    const std::string &stopped_by() const;

    void report(Summary &summary) const;

  private:
    struct Solved
    {
      std::unique_ptr<KineticSystem<dim>> system;
      KineticAnswer                       answer;
    };

    std::unique_ptr<Solved> solve_one(const Discretisation<dim> &mesh,
                                      const unsigned int         degree,
                                      const bool                 with_cut);

    /// Differences of two answers on the present mesh, and, by cell, those of
    /// all densities of parameters.
    Errors difference(const Solved           &fine,
                      const Solved           &coarse,
                      dealii::Vector<double> *by_cell) const;

    double relative(const Errors &errors, const KineticAnswer &answer) const;

    /// All solves that the present mesh and degree still need.
    void solve_level();

    /// Raises N or refines; false at the end, with the reason.
    bool advance();

    /// Whether N can be raised, or the mesh refined (flags its cells); says why
    /// not.
    bool can_raise();
    bool can_refine();

    bool tail_matters() const;

    /// Whether the last refinements brought nothing.
    bool is_round_off() const;


    /// Whether the error of velocities, or |c_N|/|c_0|, asks for a larger N.
    bool velocities_matter(const double error, const double tail) const;

    void estimate_velocity_error();

    Discretisation<dim>           &discretisation;
    const Dynamics<dim>           &dynamics;
    const KineticChoice<dim>       choice;
    const DiscretisationParameters parameters;
    const SolverParameters         solver_parameters;
    const Region<dim> *const       absorbing;
    RunLog                        &log;
    Question                       ask;
    Goal                           goal = Goal::density;

    unsigned int                         degree;
    std::unique_ptr<Discretisation<dim>> rich;
    std::unique_ptr<Solved>              finest, coarse, lower, without_cut;
    Errors                               mesh_errors, velocity_errors, bracket;
    /// Of the last degree on this mesh; < 0 where unknown
    double last_change   = -1;
    bool   is_mesh_known = false;

    dealii::Vector<double> by_cell;
    std::vector<Level>     history;
    std::string            reason_to_stop;
  };
} // namespace sgdfp

#endif
