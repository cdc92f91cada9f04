// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_TRANSIENT_SPACE_H
#define SGDFP_SOLVERS_TRANSIENT_SPACE_H

#include "base/run_log.h"
#include "fractional/make_generator.h"
#include "meshes/region.h"
#include "operators/restriction.h"
#include "solvers/evolution_space.h"
#include "solvers/linear_solver.h"

namespace sgdfp
{
  /// The space in which a density moves: a mesh that follows it, and trial
  /// functions e^{l - l_i} phi_i with l the log of the stationary law where
  /// there is one (exact for D = T I and in one dimension, else that of
  /// AdaptiveSolver), else l = 0.
  ///
  /// With such an l the equation for u = p e^{-l} has no drift but the
  /// circulating one, p tends to the stationary law of the space, whatever the
  /// mesh, and in the norm int p^2 e^{-l} nothing grows.
  template <int dim>
  class TransientSpace : public EvolutionSpace<dim>
  {
  public:
    /// @param discretisation prepared; its mesh is changed
    /// @param absorbing where probability is killed, or nullptr; cells that its
    /// edge cuts are killed whole
    TransientSpace(Discretisation<dim>            &discretisation,
                   const Dynamics<dim>            &dynamics,
                   const DiscretisationParameters &parameters,
                   const SolverParameters         &solver_parameters,
                   RunLog                         &log,
                   const Region<dim>              *absorbing = nullptr);

    /// Looks for the stationary law, assembles. Collective.
    void find();

    /// The coefficients of the initial law in the present space.
    using Projection = std::function<Vector()>;

    /// Laws that lie ahead of one, to be carried by the same mesh.
    using Preview = std::function<std::vector<Vector>(const Vector &)>;

    /// Refines the mesh until it carries the initial law, and those that lie
    /// ahead, to Discretisation/tolerance. A law that is far wider than the
    /// stationary one, such as a uniform one, is no polynomial times e^l: then
    /// l = 0.
    /// @return the coefficients of the initial law
    Vector start(const Projection &project, const Preview &preview = {});

    /// By interpolation_errors().
    double error_of(const Vector &P) const override;

    /// Refines the mesh where @p P asks for it, coarsens it where that changes
    /// P by no more than a small part of @p allowed (in L1), and carries P,
    /// with its mass.
    bool follow(Vector &P, const double allowed) override;

    /// save() also writes l; load() does instead of find() and start().
    void                save(const std::vector<Vector> &vectors,
                             const std::string         &folder) const override;
    std::vector<Vector> load(const unsigned int n_vectors,
                             const std::string &folder,
                             const std::string &kind,
                             const std::string &why_no_stationary);

    const std::string &kind() const override;

    /// Of nodal coefficients; kills nothing.
    const Generator &generator() const;

    /// generator(), or its restriction to what is not killed, with shorter
    /// vectors.
    const Generator &evolving() const override;

    Vector restrict_to(const Vector &nodal) const override;
    Vector extend(const Vector &P) const override;

    bool is_killed() const override;

    double mass(const Vector &P) const override;

    const TrialSpace<dim> &trial_space() const override;

    const Vector      *stationary() const override;
    const std::string &why_no_stationary() const override;

    double stationary_log_floor() const override;

    Law<dim> law(const Vector &P) const override;

    const Discretisation<dim> &discretisation() const override;

  private:
    /// Sets l (anew on a changed mesh) and assembles.
    /// @param l nodal; only for "carried"
    void set_up(const Vector *l);

    /// Takes l = 0 where that carries the initial law far better.
    void choose_trial_space(const Projection &project);

    void find_stationary();

    /// l at the nodes
    Vector without_ghosts(const TrialSpace<dim> &trial_space) const;

    /// The stationary law in the present trial space.
    void solve_stationary();

    /// Refines the mesh where @p errors are largest, as the case has it.
    /// @return whether it did; not where that would be too many cells
    bool refine_for_start(const dealii::Vector<double> &errors);


    /// Executes the flags of the mesh and carries l and @p densities.
    void change_mesh(const std::vector<Vector *> &densities);

    Discretisation<dim>           &the_discretisation;
    const Dynamics<dim>           &dynamics;
    const DiscretisationParameters parameters;
    const SolverParameters         solver_parameters;
    RunLog                        &log;
    const Region<dim> *const       absorbing;

    TrialSpace<dim>                  l;
    const std::unique_ptr<Generator> the_generator;
    std::unique_ptr<Restriction>     restriction;
    std::string                      kind_of_l = "polynomial";
    std::unique_ptr<Vector>          stationary_law;
    std::string                      reason;
  };
} // namespace sgdfp

#endif
