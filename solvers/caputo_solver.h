// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_CAPUTO_SOLVER_H
#define SGDFP_SOLVERS_CAPUTO_SOLVER_H

#include "solvers/caputo_stepper.h"
#include "solvers/evolution.h"

namespace sgdfp
{
  /// Subdiffusion: M d_t^b P = A P, 0 < b < 1, with steps of CaputoStepper
  /// whose residual keeps the error of the law below eps = Time/tolerance at
  /// every time; the largest eps met is the bound that is reported.
  ///
  /// The first step follows from |M^-1 A P| at t = 0. Lengths differ by powers
  /// of two, so that factors serve for many steps. What is shown at an output
  /// time is the path within a step: the bound holds for it. The mesh is that
  /// of the start, made for all times: what the law keeps of its past decays
  /// so slowly that nothing of it could be coarsened.
  template <int dim>
  class CaputoSolver : public Evolution<dim>
  {
  public:
    using typename Evolution<dim>::Json;

    using Evolution<dim>::Evolution;

    std::vector<Vector> preview(const Vector &P) const override;

    void start(const Vector &P) override;

    /// One accepted step, or the next output time within it.
    void advance() override;

    double time() const override;

    double last_step() const override;

    bool is_output_time() const override;

    bool is_finished() const override;

    Json                state() const override;
    std::vector<Vector> vectors() const override;
    void resume(const Json &state, const std::vector<Vector> &vectors) override;

    void report(Summary &summary) const override;

    using Evolution<dim>::n_steps;
    using Evolution<dim>::n_rejected;
    using Evolution<dim>::time_error;
    using Evolution<dim>::space_error;

  private:
    using Evolution<dim>::space;
    using Evolution<dim>::parameters;
    using Evolution<dim>::solver_parameters;
    using Evolution<dim>::log;
    using Evolution<dim>::outputs;

    void make_stepper();

    /// Accepted, with as many rejected ones as it takes.
    void step();

    /// Whether the next output time is not after the end of the last step.
    bool output_is_due() const;

    std::unique_ptr<CaputoStepper> stepper;
    /// Length of the next step
    double next = 0;
    /// Number of output times that were shown, whether the moment now shown is
    /// one, whether the end of the last step was shown
    unsigned int n_shown        = 0;
    bool         shows_output   = false;
    bool         front_is_shown = true;
  };
} // namespace sgdfp

#endif
