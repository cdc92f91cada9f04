// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_TRANSIENT_H
#define SGDFP_SOLVERS_TRANSIENT_H

#include "solvers/evolution.h"
#include "solvers/time_stepper.h"

namespace sgdfp
{
  /// The law of the parameters in time:  M dP/dt = A P  with steps of
  /// TimeStepper and a mesh that follows the density (EvolutionSpace).
  ///
  /// Between two output times a < b the steps are (b - a)/2^m long, m such that
  /// the estimated local error in L1 is below Time/tolerance: output times are
  /// met exactly, and a factorisation serves until m changes. As the semigroup
  /// contracts in L1, the sum of the local errors bounds their effect at any
  /// later time.
  template <int dim>
  class TransientSolver : public Evolution<dim>
  {
  public:
    using typename Evolution<dim>::Json;

    TransientSolver(EvolutionSpace<dim>    &space,
                    const TimeParameters   &parameters,
                    const SolverParameters &solver_parameters,
                    RunLog                 &log);

    void start(const Vector &P) override;

    /// One accepted step, with as many rejected ones as it takes.
    /// @throws SolverFailure where the step length vanishes
    void advance() override;

    double time() const override;

    double last_step() const override;

    bool is_output_time() const override;

    bool is_finished() const override;

    Json state() const override;

    void resume(const Json &state, const std::vector<Vector> &vectors) override;

    using Evolution<dim>::n_steps;
    using Evolution<dim>::n_rejected;
    using Evolution<dim>::n_factorisations;
    using Evolution<dim>::time_error;
    using Evolution<dim>::space_error;


  private:
    /// h of the present interval and level
    double step_length() const;

    /// Chooses the level of the next interval.
    void begin_interval();

    void prepare_stepper();

    /// Every few steps.
    void follow();

    using Evolution<dim>::space;
    using Evolution<dim>::parameters;
    using Evolution<dim>::solver_parameters;
    using Evolution<dim>::log;
    using Evolution<dim>::outputs;


    std::unique_ptr<TimeStepper> stepper;
    Vector                       P;
    /// Steps of 2^-level of interval number `interval`, `position` of them done
    unsigned int       interval = 0, level = 0;
    unsigned long long position = 0;
    /// What the error of the last step would allow
    double wanted = 0;
    double last   = 0;
  };
} // namespace sgdfp

#endif
