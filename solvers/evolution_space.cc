// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/evolution_space.h"

#include "postprocess/current_statistics.h"
#include "postprocess/paraview_output.h"
#include "postprocess/picture_grid.h"

namespace sgdfp
{
  template <int dim>
  bool EvolutionSpace<dim>::is_inside(const typename Law<dim>::Cell &) const
  {
    return true;
  }



  template <int dim>
  bool EvolutionSpace<dim>::follow(Vector &, const double)
  {
    return false;
  }



  template <int dim>
  Vector EvolutionSpace<dim>::given_survival(const Vector &nodal) const
  {
    Vector result = nodal;
    if (is_killed())
      result *= 1 / mass(nodal);
    return result;
  }



  template <int dim>
  std::vector<std::string> EvolutionSpace<dim>::further_columns() const
  {
    return {};
  }



  template <int dim>
  std::vector<double> EvolutionSpace<dim>::further_values(const Vector &) const
  {
    return {};
  }



  template <int dim>
  void EvolutionSpace<dim>::report_current(const Vector &P,
                                           Summary      &summary) const
  {
    const Law<dim>         present = law(given_survival(extend(P)));
    CurrentStatistics<dim> current(present);
    run_postprocessors<dim>(present, {&current}, summary);
    if (present.dynamics.is_local())
      return;
    const Summary::Json keys = summary.json()["current"];
    for (const auto &[key, value] : keys.items())
      summary.set_null("current/" + key,
                       "jumps have no local current: J is the drift and "
                       "Gaussian part");
  }



  template <int dim>
  std::string EvolutionSpace<dim>::suffix(const ParaviewSeries &series)
  {
    return "_" + dealii::Utilities::int_to_string(series.size(), 4);
  }



  template <int dim>
  void EvolutionSpace<dim>::write_fields(const Vector   &P,
                                         const Output   &output,
                                         ParaviewSeries &series) const
  {
    const std::string        name    = "grid" + suffix(series);
    const Law<dim>           present = law(given_survival(extend(P)));
    const ClosedCurrent<dim> no_closed_current(
      present, "the current of a law on its way has a divergence");
    write_paraview(
      no_closed_current, output.reference, output.folder, output.time, series);
    write_picture_grid(no_closed_current,
                       output.reference,
                       output.variables,
                       output.notes,
                       output.folder,
                       name);
  }



  template class EvolutionSpace<1>;
  template class EvolutionSpace<2>;
  template class EvolutionSpace<3>;
} // namespace sgdfp
