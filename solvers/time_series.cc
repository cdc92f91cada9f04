// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/time_series.h"

#include "postprocess/density_statistics.h"
#include "postprocess/picture_grid.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

namespace sgdfp
{
  template <int dim>
  TimeSeries<dim>::TimeSeries(const Case                 &a_case,
                              const Loss<dim>            &loss,
                              const Observables<dim>     &observables,
                              const TransientSpace<dim>  &space,
                              const TransientSolver<dim> &solver,
                              const std::string          &folder,
                              RunLog                     &log)
    : a_case(a_case)
    , loss(loss)
    , space(space)
    , solver(solver)
    , folder(folder)
    , log(log)
    , statistics(observables,
                 a_case.variables,
                 loss,
                 the_reference,
                 a_case.discretisation.tolerance)
    , file(space.discretisation().communicator,
           folder + "/statistics.csv",
           statistics.columns())
  {}



  template <int dim>
  void TimeSeries<dim>::start()
  {
    find_reference();
    prepare();
    file.open();
    record();
  }



  template <int dim>
  void TimeSeries<dim>::find_reference()
  {
    if (space.stationary() == nullptr &&
        (a_case.reference.temperature == "auto" ||
         a_case.reference.temperature == "nominal"))
      {
        no_reference =
          "Reference/temperature = " + a_case.reference.temperature +
          " is read off the stationary law, and there is "
          "none: " +
          space.why_no_stationary();
        return;
      }
    // Any law serves where the temperature is given.
    Vector P = space.generator().zero();
    if (space.stationary() != nullptr)
      P = *space.stationary();
    const Law<dim>       law = space.law(P);
    GibbsComparison<dim> comparison(law, a_case.reference, a_case.vocabulary());
    Summary              unused;
    run_postprocessors<dim>(law, {&comparison}, unused);
    the_reference = comparison.reference;
    no_reference  = comparison.reason;
  }



  template <int dim>
  void TimeSeries<dim>::save(Checkpoint::Json &state) const
  {
    state["no_reference"] = no_reference;
    if (the_reference)
      state["reference"] = {the_reference->temperature,
                            the_reference->minimum_energy,
                            the_reference->log_partition};
    state["rows"]   = file.n_rows();
    state["series"] = series;
  }



  template <int dim>
  void TimeSeries<dim>::resume(const Checkpoint::Json &state)
  {
    no_reference = state.at("no_reference").get<std::string>();
    if (state.contains("reference"))
      {
        const auto numbers = state.at("reference").get<std::vector<double>>();
        typename GibbsDensity<dim>::Energy energy =
          [this](const dealii::Point<dim> &theta) { return loss.value(theta); };
        if (a_case.reference.temperature == "bayes")
          energy = bayesian_energy(loss, a_case.reference, a_case.vocabulary());
        the_reference =
          GibbsDensity<dim>{numbers[0], numbers[1], numbers[2], energy};
      }
    series = state.at("series").get<ParaviewSeries>();
    prepare();
    file.open(state.at("rows").get<unsigned int>());
    row = statistics.row(solver.time(), solver.density());
  }



  template <int dim>
  void TimeSeries<dim>::prepare()
  {
    const RunLog::Phase phase(log, "statistics");
    statistics.prepare(space.discretisation(),
                       space.trial_space(),
                       space.generator(),
                       space.stationary(),
                       space.stationary_log_floor());
  }



  template <int dim>
  void TimeSeries<dim>::record()
  {
    {
      const RunLog::Phase phase(log, "statistics");
      row = statistics.row(solver.time(), solver.density());
    }
    file.add(row);
    if (solver.n_steps > 0 && !solver.is_output_time())
      return;
    say_progress();
    const Law<dim> law = space.law(solver.density());
    mass_at_boundary   = sgdfp::boundary_mass(law);
    write_fields(law);
  }



  template <int dim>
  void TimeSeries<dim>::say_progress() const
  {
    std::ostringstream line;
    line << "  t " << std::left << std::setw(10) << std::setprecision(4)
         << row[0] << "  step " << std::setw(6) << solver.n_steps
         << " of length " << std::setw(9) << std::setprecision(2)
         << solver.last_step() << " "
         << space.discretisation().mesh->n_global_active_cells() << " cells"
         << std::setprecision(5) << "  E[L] " << row[3];
    if (!std::isnan(row[7]))
      line << "  KL to the stationary law " << row[7];
    line << std::fixed << std::setprecision(1) << "  (" << log.seconds()
         << " s)";
    log.say(line.str());
  }



  template <int dim>
  void TimeSeries<dim>::write_fields(const Law<dim> &law)
  {
    const RunLog::Phase      phase(log, "ParaView files");
    const std::size_t        number = series.size();
    const ClosedCurrent<dim> no_closed_current(
      law, "the current of a law on its way has a divergence");
    write_paraview(
      no_closed_current, the_reference, folder, solver.time(), series);
    Summary::Json notes;
    notes["case"]    = a_case.name();
    notes["time"]    = solver.time();
    notes["current"] = nullptr;
    if (the_reference)
      notes["temperature"] = the_reference->temperature;
    write_picture_grid(no_closed_current,
                       the_reference,
                       a_case.variables,
                       notes,
                       folder,
                       "grid_" + dealii::Utilities::int_to_string(number, 4));
  }



  template <int dim>
  double TimeSeries<dim>::last(const std::string &column) const
  {
    const auto columns = statistics.columns();
    return row.at(std::find(columns.begin(), columns.end(), column) -
                  columns.begin());
  }



  template <int dim>
  double TimeSeries<dim>::boundary_mass() const
  {
    return mass_at_boundary;
  }



  template <int dim>
  const boost::optional<GibbsDensity<dim>> &TimeSeries<dim>::reference() const
  {
    return the_reference;
  }



  template <int dim>
  const std::string &TimeSeries<dim>::why_no_reference() const
  {
    return no_reference;
  }



  template class TimeSeries<1>;
  template class TimeSeries<2>;
  template class TimeSeries<3>;
} // namespace sgdfp
