// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/transient.h"

#include "base/errors.h"
#include "base/text.h"

#include <cmath>
#include <limits>

namespace sgdfp
{
  namespace
  {
    // Of the embedded method, 3; its local error is of order 4.
    constexpr double local_order = 4;

    // Steps between two looks at the mesh.
    constexpr unsigned int look_interval = 5;
  } // namespace



  template <int dim>
  TransientSolver<dim>::TransientSolver(
    EvolutionSpace<dim>    &space,
    const TimeParameters   &parameters,
    const SolverParameters &solver_parameters,
    RunLog                 &log)
    : Evolution<dim>(space, parameters, solver_parameters, log)
  {}



  template <int dim>
  void TransientSolver<dim>::prepare_stepper()
  {
    const auto &discretisation = space.discretisation();
    if (stepper)
      n_factorisations += stepper->n_factorisations;
    stepper = std::make_unique<TimeStepper>(
      discretisation.communicator,
      solver_parameters.use_direct(dim,
                                   discretisation.dof_handler.n_dofs(),
                                   !space.evolving().is_assembled()));
    stepper->prepare(space.evolving());
  }



  template <int dim>
  void TransientSolver<dim>::start(const Vector &initial)
  {
    P = space.restrict_to(initial);
    this->show(P);
    space_error = space.error_of(this->density());
    prepare_stepper();
    // A step in which the density changes by a little: |dp/dt|_1 = |A P|_1.
    Vector rate = space.evolving().zero();
    space.evolving().apply(rate, P);
    const double norm = rate.l1_norm();
    wanted =
      (norm > 0 ? std::pow(parameters.tolerance, 1 / local_order) / norm :
                  parameters.end_time);
    begin_interval();
  }



  template <int dim>
  double TransientSolver<dim>::step_length() const
  {
    const double begin = (interval == 0 ? 0. : outputs[interval - 1]);
    return std::ldexp(outputs[interval] - begin, -static_cast<int>(level));
  }



  template <int dim>
  void TransientSolver<dim>::begin_interval()
  {
    position = level            = 0;
    constexpr unsigned int most = 60;
    while (level < most && step_length() > wanted)
      ++level;
  }



  template <int dim>
  bool TransientSolver<dim>::is_finished() const
  {
    return is_output_time() && interval + 1 == outputs.size();
  }



  template <int dim>
  void TransientSolver<dim>::advance()
  {
    this->has_moved = false;
    if (is_output_time())
      {
        ++interval;
        begin_interval();
      }
    constexpr double safety = 0.9, largest_gain = 8;
    bool             last_error_was_infinite = false;
    for (;;)
      {
        const RunLog::Phase phase(log, "time steps");
        // Beyond 2^50 steps to the next output time nothing moves any more.
        constexpr unsigned int finest = 50;
        if (level > finest)
          throw SolverFailure(
            "The time step fell below " + to_text(step_length()) +
            " at t = " + to_text(time()) +
            (last_error_was_infinite ?
               ": the linear solver fails. Use Solver/method = direct." :
               ". Raise Time/tolerance, or refine the mesh."));
        const double h          = step_length();
        Vector       next       = P;
        const double error      = stepper->step(next, h);
        last_error_was_infinite = std::isinf(error);
        const double factor =
          (error > 0 ?
             safety * std::pow(parameters.tolerance / error, 1 / local_order) :
             largest_gain);
        wanted                = h * std::min(factor, largest_gain);
        constexpr double huge = std::numeric_limits<double>::infinity();
        if (error <= parameters.tolerance)
          {
            P    = next;
            last = h;
            time_error += error;
            ++n_steps;
            ++position;
            break;
          }
        ++n_rejected;
        do
          {
            ++level;
            position *= 2;
          }
        while (step_length() > wanted && level <= finest && error < huge);
      }
    // Twice as long from an even position only: the steps stay on their grid.
    while (level > 0 && position % 2 == 0 && 2 * step_length() <= wanted)
      {
        --level;
        position /= 2;
      }
    this->show(P);
    if (n_steps % look_interval == 0)
      follow();
  }



  template <int dim>
  void TransientSolver<dim>::follow()
  {
    Vector nodal    = this->density();
    this->has_moved = space.follow(nodal, parameters.tolerance);
    if (this->has_moved)
      {
        ++this->n_meshes;
        P = space.restrict_to(nodal);
        this->show(P);
        prepare_stepper();
      }
    space_error = std::max(space_error, space.error_of(nodal));
  }



  template <int dim>
  double TransientSolver<dim>::time() const
  {
    if (is_output_time())
      return outputs[interval];
    return (interval == 0 ? 0. : outputs[interval - 1]) +
           position * step_length();
  }



  template <int dim>
  double TransientSolver<dim>::last_step() const
  {
    return last;
  }



  template <int dim>
  bool TransientSolver<dim>::is_output_time() const
  {
    return position == (1ull << level);
  }



  template <int dim>
  typename TransientSolver<dim>::Json TransientSolver<dim>::state() const
  {
    Json result        = Evolution<dim>::state();
    result["interval"] = interval;
    result["level"]    = level;
    result["position"] = position;
    result["wanted"]   = wanted;
    if (stepper)
      result["factorisations"] = n_factorisations + stepper->n_factorisations;
    return result;
  }



  template <int dim>
  void TransientSolver<dim>::resume(const Json                &state,
                                    const std::vector<Vector> &vectors)
  {
    Evolution<dim>::resume(state, vectors);
    state.at("interval").get_to(interval);
    state.at("level").get_to(level);
    state.at("position").get_to(position);
    state.at("wanted").get_to(wanted);
    P = vectors.at(0);
    prepare_stepper();
  }



  template class TransientSolver<1>;
  template class TransientSolver<2>;
  template class TransientSolver<3>;
} // namespace sgdfp
