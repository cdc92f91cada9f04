// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_TIME_SERIES_H
#define SGDFP_SOLVERS_TIME_SERIES_H

#include "base/checkpoint.h"
#include "base/progress.h"
#include "base/statistics_file.h"
#include "postprocess/time_statistics.h"
#include "solvers/case.h"
#include "solvers/evolution.h"

namespace sgdfp
{
  /// What a law in time leaves in its run folder: statistics.csv with a row for
  /// every step, fields at the output times, a line on the screen for each of
  /// them. The rows have the columns of TimeStatistics and
  ///
  ///     mean_squared_displacement = E|theta(t) - m|^2 - E|theta(0) - m|^2,
  ///
  /// m the mean at t = 0 (E|theta(t) - theta(0)|^2 from a point), its local
  /// exponent d ln/d ln t between rows, and with an absorbing set that of the
  /// survival probability, which is the column mass; all else is then of the
  /// law given survival.
  template <int dim>
  class TimeSeries
  {
  public:
    /// Keeps references.
    /// @param folder of the run
    TimeSeries(const Case                &a_case,
               const Loss<dim>           &loss,
               const Observables<dim>    &observables,
               const EvolutionSpace<dim> &space,
               const Evolution<dim>      &solver,
               const std::string         &folder,
               RunLog                    &log);

    /// Begins anew: the reference is that of the stationary law. Collective.
    void start();

    /// Goes on after what save() noted, with the same reference to the digit.
    void resume(const Checkpoint::Json &state);
    void save(Checkpoint::Json &state) const;

    /// Call after every change of the mesh.
    void prepare();

    /// A row of statistics.csv; at output times also fields and a line.
    void record();

    /// The numbers of the last row, by column; NaN where
    /// there is none.
    double last(const std::string &column) const;

    /// Of the last fields: mass within 1 % of the boundary.
    double boundary_mass() const;

    /// What is compared with; empty for why_no_reference().
    const boost::optional<GibbsDensity<dim>> &reference() const;
    const std::string                        &why_no_reference() const;

  private:
    static std::vector<std::string>
    columns_of(const TimeStatistics<dim> &statistics,
               const EvolutionSpace<dim> &space);



    /// The columns of TimeStatistics at solver.time(); and all others.
    std::vector<double> make_row() const;
    void                complete_row();

    /// The sum of the variances, and the squares of the means from those at
    /// t = 0, of a row.
    double spread(const std::vector<double> &row) const;

    /// Number of a column
    std::size_t place(const std::string &column) const;

    void find_reference();

    void say_progress();

    void write_fields();

    const Case                &a_case;
    const Loss<dim>           &loss;
    const EvolutionSpace<dim> &space;
    const Evolution<dim>      &solver;
    const std::string          folder;
    RunLog                    &log;

    boost::optional<GibbsDensity<dim>> the_reference;
    std::string                        no_reference;
    TimeStatistics<dim>                statistics;
    const std::vector<std::string>     columns;
    StatisticsFile                     file;
    ParaviewSeries                     series;
    std::vector<double>                row;
    /// Of the parameters at t = 0
    std::vector<double> first_means;
    double              first_spread = 0;
    /// What local exponents are taken from: the moment before
    struct Moment
    {
      double time, squared_displacement, survival;
    } before = {0, 0, 1}, now = {0, 0, 1};
    double mass_at_boundary = 0;
    /// In output times, from the first one of this call
    boost::optional<Progress> progress;
  };
} // namespace sgdfp

#endif
