// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/kinetic_course.h"

#include "base/text.h"
#include "solvers/spectral_sets.h"
#include "solvers/transient.h"

namespace sgdfp
{
  template <int dim>
  KineticCourse<dim>::KineticCourse(Discretisation<dim> &discretisation,
                                    const Dynamics<dim> &dynamics,
                                    const Case          &a_case,
                                    const Region<dim>   *absorbing,
                                    RunLog              &log)
    : discretisation(discretisation)
    , dynamics(dynamics)
    , a_case(a_case)
    , absorbing(absorbing)
    , log(log)
    , choice(choose_kinetic_scales(discretisation.box,
                                   dynamics,
                                   a_case.optimiser.friction_rate()))
  {
    log.say("Scales    " + choice.description());
  }



  template <int dim>
  KineticAnswer
  KineticCourse<dim>::follow(const KineticSystem<dim>                  &system,
                             const typename KineticSpace<dim>::Moments &moments,
                             const std::function<void()> &look) const
  {
    const std::shared_ptr<const KineticSystem<dim>> borrowed(
      std::shared_ptr<const void>(), &system);
    KineticSpace<dim>    space(borrowed,
                            a_case.solver,
                            a_case.initial_density.velocities == "rest");
    TransientSolver<dim> solver(space, a_case.time, a_case.solver, log);
    solver.start(space.start(moments, a_case.discretisation.tolerance));
    KineticAnswer answer;
    answer.densities = {solver.coefficients()};
    answer.labels    = {0.};
    while (!solver.is_finished())
      {
        solver.advance();
        look();
        if (!solver.is_output_time())
          continue;
        answer.densities.push_back(solver.coefficients());
        answer.labels.push_back(solver.time());
        if (space.is_killed())
          answer.figures.push_back(space.mass(solver.density()));
      }
    answer.iterations = solver.n_steps;
    return answer;
  }



  template <int dim>
  void
  KineticCourse<dim>::find(const typename KineticSpace<dim>::Moments &moments,
                           const std::function<void()>               &look)
  {
    if (absorbing != nullptr)
      fit_and_resolve(*absorbing, discretisation, a_case.discretisation);

    KineticStudy<dim> study(discretisation,
                            dynamics,
                            choice,
                            a_case.discretisation,
                            a_case.solver,
                            absorbing,
                            log);
    study.solve(
      [&](const KineticSystem<dim> &s) { return follow(s, moments, look); },
      KineticStudy<dim>::Goal::laws);
    degree            = study.levels().back().degree;
    const auto errors = study.errors();
    law_error         = errors.density;
    if (!errors.figures.empty())
      exit_error = errors.figures.back();
    Summary report;
    study.report(report);
    levels     = report.json()["solver"]["levels"];
    stopped_by = study.stopped_by();
    if (stopped_by != "tolerance")
      log.warn("the tolerance " + to_text(a_case.discretisation.tolerance) +
               " was not reached: refinement ended at " + stopped_by);
  }



  template <int dim>
  std::unique_ptr<KineticSpace<dim>> KineticCourse<dim>::space() const
  {
    return std::make_unique<KineticSpace<dim>>(
      std::make_shared<KineticSystem<dim>>(discretisation,
                                           dynamics,
                                           choice,
                                           degree,
                                           absorbing,
                                           /*with_cut=*/true),
      a_case.solver,
      a_case.initial_density.velocities == "rest",
      law_error);
  }



  template <int dim>
  Summary::Json KineticCourse<dim>::state() const
  {
    Summary::Json state;
    state["hermite_degree"] = degree;
    state["law_error"]      = law_error;
    state["exit_error"]     = exit_error;
    state["levels"]         = levels;
    state["stopped_by"]     = stopped_by;
    return state;
  }



  template <int dim>
  std::vector<Vector> KineticCourse<dim>::read(const Summary::Json &state,
                                               const unsigned int   n_vectors,
                                               const std::string   &folder)
  {
    state.at("hermite_degree").get_to(degree);
    state.at("law_error").get_to(law_error);
    state.at("exit_error").get_to(exit_error);
    state.at("stopped_by").get_to(stopped_by);
    levels = state.at("levels");
    return KineticSpace<dim>::read(discretisation, degree, n_vectors, folder);
  }



  template <int dim>
  double KineticCourse<dim>::survival_error() const
  {
    return exit_error;
  }



  template <int dim>
  void KineticCourse<dim>::report(Summary &summary) const
  {
    choice.report(summary);
    summary.set("kinetic/hermite_degree", degree);
    summary.set("solver/levels", levels);
    summary.set("solver/stopped_by", stopped_by);
  }



  template class KineticCourse<1>;
  template class KineticCourse<2>;
} // namespace sgdfp
