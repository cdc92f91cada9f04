// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_KINETIC_SPACE_H
#define SGDFP_SOLVERS_KINETIC_SPACE_H

#include "solvers/evolution_space.h"
#include "solvers/kinetic_system.h"
#include "solvers/linear_solver.h"

namespace sgdfp
{
  /// Phase space as the space of a law in time: what evolves are the
  /// coefficients c_n of a KineticGenerator, on a mesh that stays; what is
  /// shown is the density of parameters, c_0.
  template <int dim>
  class KineticSpace : public EvolutionSpace<dim>
  {
  public:
    /// @param system may be a reference that somebody else owns
    /// @param starts_at_rest whether restrict_to() gives delta(v), else a
    /// Maxwellian
    /// @param error of densities on this mesh with this Hermite degree, in L1
    KineticSpace(std::shared_ptr<const KineticSystem<dim>> system,
                 const SolverParameters                   &solver_parameters,
                 const bool                                starts_at_rest,
                 const double                              error = 0);

    /// Solves for the stationary law, where there is one.
    void find_stationary();

    /// The nodal coefficients of a law at t = 0.
    /// @param moments of it on a mesh (initial_moments())
    /// @param tolerance of the part that is lost in trimmed cells
    /// @throws Refusal where more of it is
    using Moments = std::function<Vector(const Discretisation<dim> &)>;
    Vector start(const Moments &moments, const double tolerance) const;

    const std::string     &kind() const override;
    const Generator       &evolving() const override;
    Vector                 restrict_to(const Vector &nodal) const override;
    Vector                 extend(const Vector &P) const override;
    bool                   is_killed() const override;
    double                 mass(const Vector &nodal) const override;
    const TrialSpace<dim> &trial_space() const override;
    const Vector          *stationary() const override;
    const std::string     &why_no_stationary() const override;
    double                 stationary_log_floor() const override;
    Law<dim>               law(const Vector &nodal) const override;
    bool is_inside(const typename Law<dim>::Cell &cell) const override;
    const Discretisation<dim> &discretisation() const override;

    /// What the constructor was given.
    double error_of(const Vector &nodal) const override;

    void save(const std::vector<Vector> &vectors,
              const std::string         &folder) const override;

    /// The other way round: mesh and functions first, on any number of ranks,
    /// then, in a space on that mesh, the coefficients.
    static std::vector<Vector> read(Discretisation<dim> &discretisation,
                                    const unsigned int   hermite_degree,
                                    const unsigned int   n_vectors,
                                    const std::string   &folder);
    std::vector<Vector>        restore(const std::vector<Vector> &functions,
                                       const std::string         &why_no_stationary);


    /// mean_v_i, variance_v_i of each parameter (numbers), kinetic_energy =
    /// 1/2 E|v|^2
    std::vector<std::string> further_columns() const override;
    std::vector<double>      further_values(const Vector &P) const override;

    /// Also "kinetic/..".
    void report_current(const Vector &P, Summary &summary) const override;

    void write_fields(const Vector                               &P,
                      const typename EvolutionSpace<dim>::Output &output,
                      ParaviewSeries &series) const override;

  private:
    Vector given_survival_in_phase_space(const Vector &P) const;

    const std::shared_ptr<const KineticSystem<dim>> system;
    const SolverParameters                          solver_parameters;
    const bool                                      starts_at_rest;
    const double                                    error;
    std::unique_ptr<Vector>                         stationary_law;
    std::string                                     reason;
    /// int v_i f and int v_i^2 f as functionals
    std::array<Vector, dim> mean_velocity, second_moment;
  };
} // namespace sgdfp

#endif
