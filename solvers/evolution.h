// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_EVOLUTION_H
#define SGDFP_SOLVERS_EVOLUTION_H

#include "base/run_log.h"
#include "base/summary.h"
#include "solvers/evolution_space.h"
#include "solvers/linear_solver.h"
#include "solvers/time_parameters.h"

#include <nlohmann/json.hpp>

namespace sgdfp
{
  /// A law on its way in an EvolutionSpace, from one moment that is shown to
  /// the next: the frame of every equation in time.
  ///
  /// The mass that an absorbing set takes is missing in its densities.
  template <int dim>
  class Evolution
  {
  public:
    using Json = nlohmann::ordered_json;

    Evolution(EvolutionSpace<dim>    &space,
              const TimeParameters   &parameters,
              const SolverParameters &solver_parameters,
              RunLog                 &log);

    virtual ~Evolution() = default;

    /// Laws at later times, where the mesh of the start must carry them;
    /// none where it follows the density.
    virtual std::vector<Vector> preview(const Vector &P) const;

    /// Begins with nodal coefficients at t = 0. Collective, as all below.
    virtual void start(const Vector &nodal) = 0;

    /// On to the next moment.
    /// @throws SolverFailure
    virtual void advance() = 0;

    virtual double time() const = 0;

    /// Length of the last accepted step
    virtual double last_step() const = 0;

    /// Whether time() is an output time.
    virtual bool is_output_time() const = 0;

    /// Whether the end time is reached.
    virtual bool is_finished() const = 0;

    /// At time(): of the evolving generator, and the density of parameters
    const Vector &coefficients() const;
    const Vector &density() const;

    /// Whether the last step changed the mesh.
    bool mesh_has_changed() const;

    /// What the next moments depend on, for a checkpoint; and back: numbers,
    /// and vectors of the evolving generator, coefficients() first.
    virtual Json                state() const;
    virtual std::vector<Vector> vectors() const;
    virtual void resume(const Json &state, const std::vector<Vector> &vectors);

    /// What summary.json says of the way: "time/..".
    virtual void report(Summary &summary) const;

    unsigned int n_steps = 0, n_rejected = 0, n_meshes = 1,
                 n_factorisations = 0;
    /// Bound of what the steps do to the density, in L1
    double time_error = 0;
    /// Greatest estimated error of the density on its mesh
    double space_error = 0;

  protected:
    /// Sets coefficients() and density().
    void show(const Vector &P);



    EvolutionSpace<dim>      &space;
    const TimeParameters      parameters;
    const SolverParameters    solver_parameters;
    RunLog                   &log;
    const std::vector<double> outputs;
    /// mesh_has_changed(); advance() begins with false
    bool has_moved = false;

  private:
    Vector the_coefficients, nodal;
  };



  /// Steps of ordinary time, steps or contours of the Caputo derivative, as
  /// the case says, or those of a chain.
  /// @param step of a chain in discrete time, 0 for none
  template <int dim>
  std::unique_ptr<Evolution<dim>>
  make_evolution(EvolutionSpace<dim>    &space,
                 const TimeParameters   &parameters,
                 const SolverParameters &solver_parameters,
                 const double            step,
                 RunLog                 &log);
} // namespace sgdfp

#endif
