// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/caputo_solver.h"

#include "base/errors.h"
#include "base/text.h"
#include "solvers/caputo_contour.h"

#include <cmath>

namespace sgdfp
{
  namespace
  {
    // Steps between two looks at the error of the mesh.
    constexpr unsigned int look_interval = 10;
  } // namespace



  template <int dim>
  void CaputoSolver<dim>::make_stepper()
  {
    const double     b         = parameters.caputo_order;
    const Generator &generator = space.evolving();
    // Far below what is allowed for the steps.
    constexpr double               finest = 1e-8, part = 1e-3;
    std::unique_ptr<CaputoHistory> history;
    if (parameters.caputo_history == "direct")
      history = std::make_unique<DirectHistory>(b);
    else
      history = std::make_unique<ExponentialHistory>(
        b, std::min(finest, part * parameters.tolerance));
    stepper = std::make_unique<CaputoStepper>(
      generator,
      solver_parameters,
      solver_parameters.use_direct(dim,
                                   generator.mass_functional().size(),
                                   !generator.is_assembled()),
      b,
      outputs.back(),
      std::move(history));
  }



  template <int dim>
  std::vector<Vector> CaputoSolver<dim>::preview(const Vector &initial) const
  {
    return preview_by_contour(space, parameters, solver_parameters, initial);
  }



  template <int dim>
  void CaputoSolver<dim>::start(const Vector &initial)
  {
    const Vector P = space.restrict_to(initial);
    this->show(P);
    space_error = space.error_of(this->density());
    make_stepper();
    stepper->start(P);

    next = stepper->first_step(parameters.tolerance);
  }



  template <int dim>
  void CaputoSolver<dim>::step()
  {
    const RunLog::Phase phase(log, "time steps");
    for (;;)
      {
        constexpr double round_off = 1e-14;
        if (next < round_off * stepper->time() || !(next > 0))
          throw SolverFailure("The time step fell to " + to_text(next) +
                              " at t = " + to_text(stepper->time()) +
                              ": raise Time/tolerance, or use Time/caputo "
                              "method = contour.");
        const double error = stepper->attempt(next);
        if (std::isnan(error))
          throw SolverFailure(
            "The linear solver fails at t = " + to_text(stepper->time()) +
            ". Use Solver/method = direct.");
        if (error <= parameters.tolerance)
          {
            // R ~ tau^{2-b} where the path is smooth.
            constexpr double safety = 0.9;
            const double     growth = std::pow(2., 2 - parameters.caputo_order);
            if (error * growth < safety * parameters.tolerance)
              next *= 2;
            time_error = std::max(time_error, error);
            break;
          }
        ++n_rejected;
        next /= 2;
      }
    stepper->accept();
    ++n_steps;
  }



  template <int dim>
  bool CaputoSolver<dim>::output_is_due() const
  {
    constexpr double round_off = 1e-12;
    return n_shown < outputs.size() &&
           outputs[n_shown] <= stepper->time() * (1 + round_off);
  }



  template <int dim>
  void CaputoSolver<dim>::advance()
  {
    this->has_moved = false;
    if (front_is_shown && !output_is_due())
      {
        step();
        front_is_shown = false;
        if (n_steps % look_interval == 0)
          space_error =
            std::max(space_error,
                     space.error_of(space.extend(stepper->density())));
      }
    double back  = 0;
    shows_output = output_is_due();
    if (shows_output)
      back = std::max(0., stepper->time() - outputs[n_shown++]);
    constexpr double round_off = 1e-12;
    front_is_shown             = (back <= round_off * stepper->time());
    this->show(stepper->density(back));
  }



  template <int dim>
  double CaputoSolver<dim>::time() const
  {
    return shows_output ? outputs[n_shown - 1] : stepper->time();
  }



  template <int dim>
  double CaputoSolver<dim>::last_step() const
  {
    return stepper->last_step();
  }



  template <int dim>
  bool CaputoSolver<dim>::is_output_time() const
  {
    return shows_output;
  }



  template <int dim>
  bool CaputoSolver<dim>::is_finished() const
  {
    return shows_output && n_shown == outputs.size();
  }



  template <int dim>
  typename CaputoSolver<dim>::Json CaputoSolver<dim>::state() const
  {
    Json result              = Evolution<dim>::state();
    result["next"]           = next;
    result["shown"]          = n_shown;
    result["shows_output"]   = shows_output;
    result["front_is_shown"] = front_is_shown;
    result["stepper"]        = stepper->state();
    result["factorisations"] =
      this->n_factorisations + stepper->n_factorisations;
    return result;
  }



  template <int dim>
  std::vector<Vector> CaputoSolver<dim>::vectors() const
  {
    std::vector<Vector> all = {this->coefficients()};
    for (const Vector &v : stepper->vectors())
      all.push_back(v);
    return all;
  }



  template <int dim>
  void CaputoSolver<dim>::resume(const Json                &state,
                                 const std::vector<Vector> &vectors)
  {
    Evolution<dim>::resume(state, vectors);
    state.at("next").get_to(next);
    state.at("shown").get_to(n_shown);
    state.at("shows_output").get_to(shows_output);
    state.at("front_is_shown").get_to(front_is_shown);
    make_stepper();
    stepper->resume(state.at("stepper"), {vectors.begin() + 1, vectors.end()});
  }



  template <int dim>
  void CaputoSolver<dim>::report(Summary &summary) const
  {
    Evolution<dim>::report(summary);
    summary.set("time/method", "L1");
    summary.set("time/history_vectors", stepper->history().most_vectors);
  }



  template class CaputoSolver<1>;
  template class CaputoSolver<2>;
  template class CaputoSolver<3>;
} // namespace sgdfp
