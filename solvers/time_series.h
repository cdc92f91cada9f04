// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_TIME_SERIES_H
#define SGDFP_SOLVERS_TIME_SERIES_H

#include "base/checkpoint.h"
#include "base/statistics_file.h"
#include "postprocess/paraview_output.h"
#include "postprocess/time_statistics.h"
#include "solvers/case.h"
#include "solvers/transient.h"

namespace sgdfp
{
  /// What a law in time leaves in its run folder: statistics.csv with a row for
  /// every step, fields at the output times, a line on the screen for each of
  /// them.
  template <int dim>
  class TimeSeries
  {
  public:
    /// Keeps references.
    /// @param folder of the run
    TimeSeries(const Case                 &a_case,
               const Loss<dim>            &loss,
               const Observables<dim>     &observables,
               const TransientSpace<dim>  &space,
               const TransientSolver<dim> &solver,
               const std::string          &folder,
               RunLog                     &log);

    /// Begins anew: the reference is that of the stationary law. Collective.
    void start();

    /// Goes on after what save() noted, with the same reference to the digit.
    void resume(const Checkpoint::Json &state);
    void save(Checkpoint::Json &state) const;

    /// Call after every change of the mesh.
    void prepare();

    /// A row of statistics.csv; at output times also fields and a line.
    void record();

    /// The numbers of the last row, by column of TimeStatistics; NaN where
    /// there is none.
    double last(const std::string &column) const;

    /// Of the last fields: mass within 1 % of the boundary.
    double boundary_mass() const;

    /// What is compared with; empty for why_no_reference().
    const boost::optional<GibbsDensity<dim>> &reference() const;
    const std::string                        &why_no_reference() const;

  private:
    void find_reference();

    void say_progress() const;

    void write_fields(const Law<dim> &law);

    const Case                 &a_case;
    const Loss<dim>            &loss;
    const TransientSpace<dim>  &space;
    const TransientSolver<dim> &solver;
    const std::string           folder;
    RunLog                     &log;

    boost::optional<GibbsDensity<dim>> the_reference;
    std::string                        no_reference;
    TimeStatistics<dim>                statistics;
    StatisticsFile                     file;
    ParaviewSeries                     series;
    std::vector<double>                row;
    double                             mass_at_boundary = 0;
  };
} // namespace sgdfp

#endif
