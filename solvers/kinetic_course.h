// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_KINETIC_COURSE_H
#define SGDFP_SOLVERS_KINETIC_COURSE_H

#include "solvers/case.h"
#include "solvers/kinetic_space.h"
#include "solvers/kinetic_study.h"

namespace sgdfp
{
  /// Finds the space of a law in time with momentum: KineticStudy is asked for
  /// the laws at all output times and at t = 0, each solve from the start to
  /// the end, so that their errors on the mesh and with the Hermite degree that
  /// it ends with are measured before the law is shown.
  template <int dim>
  class KineticCourse
  {
  public:
    /// @param discretisation prepared; is refined
    /// @param absorbing or nullptr
    KineticCourse(Discretisation<dim> &discretisation,
                  const Dynamics<dim> &dynamics,
                  const Case          &a_case,
                  const Region<dim>   *absorbing,
                  RunLog              &log);

    /// Refines the mesh, chooses N. Collective.
    /// @throws Refusal, SolverFailure
    /// @param look called after every step; what it throws ends the search
    void find(
      const typename KineticSpace<dim>::Moments &moments,
      const std::function<void()>               &look = []() {});


    /// The space on the present mesh, as found.
    std::unique_ptr<KineticSpace<dim>> space() const;

    /// What was found, to be stored; mesh and functions of a law that was
    /// stored (KineticSpace::read()), with it.
    Summary::Json       state() const;
    std::vector<Vector> read(const Summary::Json &state,
                             const unsigned int   n_vectors,
                             const std::string   &folder);

    /// Of the survival probability at the end
    double survival_error() const;

    void report(Summary &summary) const;

  private:
    /// From t = 0 to the end on one system: laws at the output times, survival
    /// probabilities as figures.
    KineticAnswer follow(const KineticSystem<dim>                  &system,
                         const typename KineticSpace<dim>::Moments &moments,
                         const std::function<void()>               &look) const;

    Discretisation<dim>     &discretisation;
    const Dynamics<dim>     &dynamics;
    const Case              &a_case;
    const Region<dim> *const absorbing;
    RunLog                  &log;
    const KineticChoice<dim> choice;

    unsigned int  degree     = 0;
    double        law_error  = 0;
    double        exit_error = 0;
    Summary::Json levels     = Summary::Json::array();
    std::string   stopped_by;
  };
} // namespace sgdfp

#endif
