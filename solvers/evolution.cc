// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/evolution.h"

#include "solvers/caputo_contour.h"
#include "solvers/caputo_solver.h"
#include "solvers/chain_powers.h"
#include "solvers/transient.h"

namespace sgdfp
{
  template <int dim>
  Evolution<dim>::Evolution(EvolutionSpace<dim>    &space,
                            const TimeParameters   &parameters,
                            const SolverParameters &solver_parameters,
                            RunLog                 &log)
    : space(space)
    , parameters(parameters)
    , solver_parameters(solver_parameters)
    , log(log)
    , outputs(parameters.outputs())
  {}



  template <int dim>
  const Vector &Evolution<dim>::coefficients() const
  {
    return the_coefficients;
  }



  template <int dim>
  const Vector &Evolution<dim>::density() const
  {
    return nodal;
  }



  template <int dim>
  void Evolution<dim>::show(const Vector &P)
  {
    the_coefficients = P;
    nodal            = space.extend(P);
  }



  template <int dim>
  bool Evolution<dim>::mesh_has_changed() const
  {
    return has_moved;
  }



  template <int dim>
  std::vector<Vector> Evolution<dim>::preview(const Vector &) const
  {
    return {};
  }



  template <int dim>
  typename Evolution<dim>::Json Evolution<dim>::state() const
  {
    return {{"steps", n_steps},
            {"rejected", n_rejected},
            {"meshes", n_meshes},
            {"factorisations", n_factorisations},
            {"time_error", time_error},
            {"space_error", space_error}};
  }



  template <int dim>
  std::vector<Vector> Evolution<dim>::vectors() const
  {
    return {the_coefficients};
  }



  template <int dim>
  void Evolution<dim>::resume(const Json                &state,
                              const std::vector<Vector> &vectors)
  {
    state.at("steps").get_to(n_steps);
    state.at("rejected").get_to(n_rejected);
    state.at("meshes").get_to(n_meshes);
    state.at("factorisations").get_to(n_factorisations);
    state.at("time_error").get_to(time_error);
    state.at("space_error").get_to(space_error);
    show(vectors.at(0));
  }



  template <int dim>
  void Evolution<dim>::report(Summary &summary) const
  {
    summary.set("time/end", time());
    summary.set("time/steps", n_steps);
    summary.set("time/rejected_steps", n_rejected);
    summary.set("time/meshes", n_meshes);
    summary.set("time/factorisations", state().at("factorisations"));
    summary.set("time/tolerance", parameters.tolerance);
    summary.set("time/estimated_error", time_error);
    summary.set("time/caputo_order", parameters.caputo_order);
  }



  template <int dim>
  std::unique_ptr<Evolution<dim>>
  make_evolution(EvolutionSpace<dim>    &space,
                 const TimeParameters   &parameters,
                 const SolverParameters &solver_parameters,
                 const double            step,
                 RunLog                 &log)
  {
    if (step > 0)
      return std::make_unique<ChainPowers<dim>>(
        space, parameters, solver_parameters, step, log);
    if (parameters.caputo_method == "contour")
      return std::make_unique<CaputoContour<dim>>(space,
                                                  parameters,
                                                  solver_parameters,
                                                  log);
    if (parameters.is_fractional())
      return std::make_unique<CaputoSolver<dim>>(space,
                                                 parameters,
                                                 solver_parameters,
                                                 log);
    return std::make_unique<TransientSolver<dim>>(space,
                                                  parameters,
                                                  solver_parameters,
                                                  log);
  }



  template class Evolution<1>;
  template class Evolution<2>;
  template class Evolution<3>;
  template std::unique_ptr<Evolution<1>>
  make_evolution(EvolutionSpace<1> &,
                 const TimeParameters &,
                 const SolverParameters &,
                 const double,
                 RunLog &);
  template std::unique_ptr<Evolution<2>>
  make_evolution(EvolutionSpace<2> &,
                 const TimeParameters &,
                 const SolverParameters &,
                 const double,
                 RunLog &);
  template std::unique_ptr<Evolution<3>>
  make_evolution(EvolutionSpace<3> &,
                 const TimeParameters &,
                 const SolverParameters &,
                 const double,
                 RunLog &);
} // namespace sgdfp
