// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_EVOLUTION_H
#define SGDFP_SOLVERS_EVOLUTION_H

#include "base/summary.h"
#include "solvers/time_parameters.h"
#include "solvers/transient_space.h"

#include <nlohmann/json.hpp>

namespace sgdfp
{
  /// A law on its way in a TransientSpace, from one moment that is shown to the
  /// next: the frame of every equation in time.
  ///
  /// Densities are nodal coefficients of the space; the mass that an absorbing
  /// set takes is missing in them.
  template <int dim>
  class Evolution
  {
  public:
    using Json = nlohmann::ordered_json;

    Evolution(TransientSpace<dim>    &space,
              const TimeParameters   &parameters,
              const SolverParameters &solver_parameters,
              RunLog                 &log);

    virtual ~Evolution() = default;

    /// Laws at later times, where the mesh of the start must carry them;
    /// none where it follows the density.
    virtual std::vector<Vector> preview(const Vector &P) const;

    /// Begins with coefficients @p P at t = 0. Collective, as all below.
    virtual void start(const Vector &P) = 0;

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

    /// At time()
    const Vector &density() const;

    /// Whether the last step changed the mesh.
    bool mesh_has_changed() const;

    /// What the next moments depend on, for a checkpoint; and back: numbers,
    /// and nodal vectors, the density first.
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
    /// Sets density().
    /// @param P coefficients of the evolving generator
    void show(const Vector &P);



    TransientSpace<dim>      &space;
    const TimeParameters      parameters;
    const SolverParameters    solver_parameters;
    RunLog                   &log;
    const std::vector<double> outputs;
    /// mesh_has_changed(); advance() begins with false
    bool has_moved = false;

  private:
    Vector nodal;
  };



  /// Steps of ordinary time, steps or contours of the Caputo derivative, as
  /// the case says.
  template <int dim>
  std::unique_ptr<Evolution<dim>>
  make_evolution(TransientSpace<dim>    &space,
                 const TimeParameters   &parameters,
                 const SolverParameters &solver_parameters,
                 RunLog                 &log);
} // namespace sgdfp

#endif
