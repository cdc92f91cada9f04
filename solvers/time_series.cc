// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/time_series.h"

#include "models/minimum_search.h"
#include "postprocess/density_statistics.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <limits>
#include <sstream>

namespace sgdfp
{
  namespace
  {
    /// Null unless the case asks for it. Collective.
    template <int dim>
    std::unique_ptr<TrainingPosterior<dim>>
    make_training_posterior(const Case                &a_case,
                            const Discretisation<dim> &discretisation)
    {
      if (!a_case.reference.follow_training)
        return {};
      LossParameters without_decay = a_case.loss;
      without_decay.weight_decay   = 0;
      const std::shared_ptr<const Loss<dim>> loss =
        make_loss<dim>(without_decay,
                       a_case.vocabulary(),
                       a_case.folder(),
                       discretisation.communicator);
      const auto &box    = discretisation.box;
      const auto  minima = find_minima(*loss,
                                      SearchBox<dim>{box.search_corner(false),
                                                      box.search_corner(true)},
                                      discretisation.communicator);
      if (minima.points.empty())
        throw EntryError("Reference/follow training",
                         "true",
                         "no minimum of the loss was found in the box",
                         "Leave the entry out, or enlarge Domain/lower and "
                         "upper.");
      const auto  &optimiser = a_case.optimiser;
      const double step =
        (optimiser.is_underdamped() ? std::sqrt(optimiser.learning_rate) :
                                      optimiser.learning_rate);
      return std::make_unique<TrainingPosterior<dim>>(loss,
                                                      minima.value,
                                                      a_case.reference,
                                                      a_case.vocabulary(),
                                                      optimiser.batch_size /
                                                        step);
    }
  } // namespace



  template <int dim>
  TimeSeries<dim>::TimeSeries(const Case                &a_case,
                              const Loss<dim>           &loss,
                              const Observables<dim>    &observables,
                              const EvolutionSpace<dim> &space,
                              const Evolution<dim>      &solver,
                              const std::string         &folder,
                              RunLog                    &log)
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
                 a_case.discretisation.tolerance,
                 make_training_posterior(a_case, space.discretisation()))
    , columns(columns_of(statistics, space))
    , file(space.discretisation().communicator,
           folder + "/statistics.csv",
           columns)
  {}



  template <int dim>
  std::vector<std::string>
  TimeSeries<dim>::columns_of(const TimeStatistics<dim> &statistics,
                              const EvolutionSpace<dim> &space)
  {
    std::vector<std::string> names = statistics.columns();
    names.push_back("mean_squared_displacement");
    names.push_back("displacement_exponent");
    if (space.is_killed())
      names.push_back("survival_exponent");
    for (const std::string &name : space.further_columns())
      names.push_back(name);
    return names;
  }



  template <int dim>
  std::size_t TimeSeries<dim>::place(const std::string &column) const
  {
    const auto found = std::find(columns.begin(), columns.end(), column);
    AssertThrow(found != columns.end(),
                dealii::ExcMessage("no column " + column));
    return found - columns.begin();
  }



  template <int dim>
  double TimeSeries<dim>::spread(const std::vector<double> &values) const
  {
    double sum = 0;
    for (unsigned int d = 0; d < dim; ++d)
      {
        const std::string &name = a_case.variables[d];
        const double shift = values[place("mean_" + name)] - first_means[d];
        sum += values[place("variance_" + name)] + shift * shift;
      }
    return sum;
  }



  template <int dim>
  std::vector<double> TimeSeries<dim>::make_row() const
  {
    const Vector &P = solver.density();
    return statistics.row(solver.time(),
                          space.mass(P),
                          space.given_survival(P));
  }



  template <int dim>
  void TimeSeries<dim>::complete_row()
  {
    now = {solver.time(), spread(row) - first_spread, row[place("mass")]};
    const auto exponent =
      [this](const double first, const double second, const double floor) {
        return first > floor && second > floor && before.time > 0 ?
                 std::log(second / first) / std::log(now.time / before.time) :
                 std::numeric_limits<double>::quiet_NaN();
      };
    row.push_back(now.squared_displacement);
    // Below, a displacement is round-off of the spread it is added to.
    constexpr double resolved = 1e-8;
    row.push_back(exponent(before.squared_displacement,
                           now.squared_displacement,
                           resolved * first_spread));
    if (space.is_killed())
      row.push_back(exponent(before.survival, now.survival, 0.));
    for (const double value : space.further_values(solver.coefficients()))
      row.push_back(value);
  }



  template <int dim>
  void TimeSeries<dim>::start()
  {
    find_reference();
    prepare();
    file.open();
    row = make_row();
    for (const std::string &name : a_case.variables)
      first_means.push_back(row[place("mean_" + name)]);
    first_spread = spread(row);
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
    Vector P = space.discretisation().owned_vector();
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
    state["first_means"]  = first_means;
    state["first_spread"] = first_spread;
    state["before"]       = {before.time,
                             before.squared_displacement,
                             before.survival};
    state["rows"]         = file.n_rows();
    state["series"]       = series;
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
    state.at("first_means").get_to(first_means);
    state.at("first_spread").get_to(first_spread);
    const auto numbers = state.at("before").get<std::vector<double>>();
    before             = {numbers[0], numbers[1], numbers[2]};
    row                = make_row();
    complete_row();
  }



  template <int dim>
  void TimeSeries<dim>::prepare()
  {
    const RunLog::Phase phase(log, "statistics");
    statistics.prepare(
      space.discretisation(),
      space.trial_space(),
      [this](const auto &cell) { return space.is_inside(cell); },
      space.stationary(),
      space.stationary_log_floor());
  }



  template <int dim>
  void TimeSeries<dim>::record()
  {
    {
      const RunLog::Phase phase(log, "statistics");
      before = now;
      row    = make_row();
      complete_row();
    }
    file.add(row);
    if (solver.n_steps > 0 && !solver.is_output_time())
      return;
    say_progress();
    const Law<dim> law = space.law(space.given_survival(solver.density()));
    mass_at_boundary   = sgdfp::boundary_mass(law);
    write_fields();
  }



  template <int dim>
  void TimeSeries<dim>::say_progress()
  {
    const auto outputs = a_case.time.outputs();
    const auto n_done =
      std::count_if(outputs.begin(), outputs.end(), [this](const double t) {
        return t <= solver.time();
      });
    const double share = static_cast<double>(n_done) / outputs.size();
    if (!progress)
      progress.emplace(share);
    std::ostringstream line;
    line << "  t " << std::left << std::setw(10) << std::setprecision(4)
         << row[0] << "  step " << std::setw(6) << solver.n_steps
         << " of length " << std::setw(9) << std::setprecision(2)
         << solver.last_step() << " "
         << space.discretisation().mesh->n_global_active_cells() << " cells"
         << std::setprecision(5) << "  E[L] " << row[3];
    if (!std::isnan(row[7]))
      line << "  KL to the stationary law " << row[7];
    if (space.is_killed())
      line << "  survival " << row[1];
    log.say(line.str() + "  " +
            in_brackets(log.seconds(), progress->to_go(share)));
  }



  template <int dim>
  void TimeSeries<dim>::write_fields()
  {
    const RunLog::Phase phase(log, "ParaView files");
    Summary::Json       notes;
    notes["case"]    = a_case.name();
    notes["time"]    = solver.time();
    notes["current"] = nullptr;
    if (the_reference)
      notes["temperature"] = the_reference->temperature;
    space.write_fields(
      solver.coefficients(),
      {the_reference, a_case.variables, notes, folder, solver.time()},
      series);
  }



  template <int dim>
  double TimeSeries<dim>::last(const std::string &column) const
  {
    return row.at(place(column));
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
