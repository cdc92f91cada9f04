// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_TRANSIENT_H
#define SGDFP_SOLVERS_TRANSIENT_H

#include "solvers/time_stepper.h"
#include "solvers/transient_space.h"

#include <nlohmann/json.hpp>

namespace sgdfp
{
  /// Entries of subsection Time that say how far and how well.
  struct TimeParameters
  {
    double              end_time            = 10;
    double              tolerance           = 1e-3;
    std::vector<double> output_times        = {};
    unsigned int        number_of_outputs   = 10;
    double              checkpoint_interval = 600;
    std::string         run;

    void add_parameters(dealii::ParameterHandler &prm);

    /// @throws EntryError
    void check() const;

    /// Increasing, ending with the end time: the output times, or that many
    /// evenly spaced ones.
    std::vector<double> outputs() const;
  };



  /// The law of the parameters in time:  M dP/dt = A P  with steps of
  /// TimeStepper and a mesh that follows the density (TransientSpace).
  ///
  /// Between two output times a < b the steps are (b - a)/2^m long, m such that
  /// the estimated local error in L1 is below Time/tolerance: output times are
  /// met exactly, and a factorisation serves until m changes. As the semigroup
  /// contracts in L1, the sum of the local errors bounds their effect at any
  /// later time.
  template <int dim>
  class TransientSolver
  {
  public:
    TransientSolver(TransientSpace<dim>    &space,
                    const TimeParameters   &parameters,
                    const SolverParameters &solver_parameters,
                    RunLog                 &log);

    /// Begins with coefficients @p P at t = 0.
    void start(const Vector &P);

    /// Whether the end time is reached.
    bool is_finished() const;

    /// One accepted step, with as many rejected ones as it takes.
    /// @throws SolverFailure where the step length vanishes
    void advance();

    double time() const;

    /// Length of the last accepted step
    double last_step() const;

    /// Whether time() is an output time.
    bool is_output_time() const;

    const Vector &density() const;

    /// Whether the last step changed the mesh.
    bool mesh_has_changed() const;

    unsigned int n_steps = 0, n_rejected = 0, n_meshes = 1,
                 n_factorisations = 0;
    /// Sum of the estimated local errors of all steps
    double time_error = 0;
    /// Greatest estimated error of the density on its mesh
    double space_error = 0;

    /// What a step depends on but mesh and density, for a checkpoint; and back.
    nlohmann::ordered_json state() const;
    void resume(const nlohmann::ordered_json &state, const Vector &P);

  private:
    /// h of the present interval and level
    double step_length() const;

    /// Chooses the level of the next interval.
    void begin_interval();

    void prepare_stepper();

    /// Every few steps.
    void follow();

    TransientSpace<dim>      &space;
    const TimeParameters      parameters;
    RunLog                   &log;
    const std::vector<double> outputs;
    const SolverParameters    solver_parameters;

    std::unique_ptr<TimeStepper> stepper;
    Vector                       P;
    /// Steps of 2^-level of interval number `interval`, `position` of them done
    unsigned int       interval = 0, level = 0;
    unsigned long long position = 0;
    /// What the error of the last step would allow
    double wanted    = 0;
    double last      = 0;
    bool   has_moved = false;
  };
} // namespace sgdfp

#endif
