// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/transient.h"

#include "base/errors.h"
#include "base/matrix_entry.h"
#include "base/text.h"

#include <cmath>
#include <limits>

namespace sgdfp
{
  namespace Patterns = dealii::Patterns;

  namespace
  {
    // Of the embedded method, 3; its local error is of order 4.
    constexpr double local_order = 4;

    // Steps between two looks at the mesh.
    constexpr unsigned int look_interval = 5;
  } // namespace



  void TimeParameters::add_parameters(dealii::ParameterHandler &prm)
  {
    prm.enter_subsection("Time");
    prm.add_parameter("end time",
                      end_time,
                      "In units of t = (learning rate) * steps",
                      Patterns::Double(0));
    prm.add_parameter("tolerance",
                      tolerance,
                      "Estimated error of a step, in L1 of the density",
                      Patterns::Double(0));
    prm.add_parameter("output times",
                      output_times,
                      "When fields are written, beside the end; evenly spaced "
                      "ones if empty");
    prm.add_parameter("number of outputs",
                      number_of_outputs,
                      "Of evenly spaced output times",
                      Patterns::Integer(1));
    prm.add_parameter("checkpoint interval",
                      checkpoint_interval,
                      "Wall seconds between checkpoints",
                      Patterns::Double(0));
    prm.add_parameter("run",
                      run,
                      "Run folder of sgdfp-stationary or sgdfp-transient whose "
                      "last law is the initial density (initial density = run)",
                      Patterns::Anything());
    prm.leave_subsection();
  }



  void TimeParameters::check() const
  {
    if (!(end_time > 0))
      throw EntryError("Time/end time",
                       to_text(end_time),
                       "time begins at 0",
                       "Give a positive number.");
    if (!(tolerance > 0))
      throw EntryError("Time/tolerance",
                       to_text(tolerance),
                       "no step has so small an error",
                       "Give a positive number, such as 1e-3.");
    for (std::size_t i = 0; i < output_times.size(); ++i)
      if (!(output_times[i] > (i == 0 ? 0. : output_times[i - 1])) ||
          output_times[i] > end_time)
        throw EntryError("Time/output times",
                         to_text(MatrixRows{output_times}),
                         "its number " + std::to_string(i + 1) +
                           " is not above the one before it, or beyond "
                           "Time/end time",
                         "Give increasing times between 0 and the end time.");
  }



  std::vector<double> TimeParameters::outputs() const
  {
    std::vector<double> times = output_times;
    if (times.empty())
      for (unsigned int i = 1; i < number_of_outputs; ++i)
        times.push_back(end_time * i / number_of_outputs);
    if (times.empty() || times.back() < end_time)
      times.push_back(end_time);
    return times;
  }



  template <int dim>
  TransientSolver<dim>::TransientSolver(
    TransientSpace<dim>    &space,
    const TimeParameters   &parameters,
    const SolverParameters &solver_parameters,
    RunLog                 &log)
    : space(space)
    , parameters(parameters)
    , log(log)
    , outputs(parameters.outputs())
    , solver_parameters(solver_parameters)
  {}



  template <int dim>
  void TransientSolver<dim>::prepare_stepper()
  {
    const auto &discretisation = space.discretisation();
    if (stepper)
      n_factorisations += stepper->n_factorisations;
    stepper = std::make_unique<TimeStepper>(
      discretisation.communicator,
      solver_parameters.use_direct(dim, discretisation.dof_handler.n_dofs()));
    stepper->prepare(space.generator());
  }



  template <int dim>
  void TransientSolver<dim>::start(const Vector &initial)
  {
    P           = initial;
    space_error = space.error_of(P);
    prepare_stepper();
    // A step in which the density changes by a little: |dp/dt|_1 = |A P|_1.
    Vector rate = space.generator().zero();
    space.generator().apply(rate, P);
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
    has_moved = false;
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
    if (n_steps % look_interval == 0)
      follow();
  }



  template <int dim>
  void TransientSolver<dim>::follow()
  {
    has_moved = space.follow(P, parameters.tolerance);
    if (has_moved)
      {
        ++n_meshes;
        prepare_stepper();
      }
    space_error = std::max(space_error, space.error_of(P));
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
  const Vector &TransientSolver<dim>::density() const
  {
    return P;
  }



  template <int dim>
  bool TransientSolver<dim>::mesh_has_changed() const
  {
    return has_moved;
  }



  template <int dim>
  nlohmann::ordered_json TransientSolver<dim>::state() const
  {
    return {{"interval", interval},
            {"level", level},
            {"position", position},
            {"wanted", wanted},
            {"steps", n_steps},
            {"rejected", n_rejected},
            {"meshes", n_meshes},
            {"factorisations",
             n_factorisations + (stepper ? stepper->n_factorisations : 0)},
            {"time_error", time_error},
            {"space_error", space_error}};
  }



  template <int dim>
  void TransientSolver<dim>::resume(const nlohmann::ordered_json &state,
                                    const Vector                 &density)
  {
    state.at("interval").get_to(interval);
    state.at("level").get_to(level);
    state.at("position").get_to(position);
    state.at("wanted").get_to(wanted);
    state.at("steps").get_to(n_steps);
    state.at("rejected").get_to(n_rejected);
    state.at("meshes").get_to(n_meshes);
    state.at("factorisations").get_to(n_factorisations);
    state.at("time_error").get_to(time_error);
    state.at("space_error").get_to(space_error);
    P = density;
    prepare_stepper();
  }



  template class TransientSolver<1>;
  template class TransientSolver<2>;
  template class TransientSolver<3>;
} // namespace sgdfp
