// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/log_of_law.h"

#include "base/errors.h"
#include "solvers/adaptive.h"

namespace sgdfp
{
  template <int dim>
  std::unique_ptr<const Vector>
  find_log_of_law(Discretisation<dim> &discretisation,
                  const Dynamics<dim> &dynamics,
                  const Case          &a_case,
                  RunLog              &log)
  {
    TrialSpace<dim> trial(discretisation);
    if (a_case.discretisation.trial_space == "polynomial" ||
        !dynamics.is_local() || dynamics.isotropic_temperature() ||
        trial.use_potential(dynamics))
      return nullptr;
    try
      {
        if (!dynamics.why_no_density().empty())
          throw Refusal("no stationary density", dynamics.why_no_density());
        log.say("Law       for the trial space of the spectrum");
        // l is needed for accuracy only; what it misses is in the estimates.
        constexpr double loosest    = 1e-5;
        auto             parameters = a_case.discretisation;
        parameters.tolerance        = std::max(loosest, parameters.tolerance);
        AdaptiveSolver<dim> solver(
          discretisation, dynamics, parameters, a_case.solver, log);
        solver.solve();
        return std::make_unique<const Vector>(solver.law().trial().nodal_log());
      }
    catch (const Refusal &refusal)
      {
        if (a_case.domain.absorbing.empty())
          throw;
        log.warn("polynomials instead of the exponential trial space, as "
                 "there is no stationary law: " +
                 std::string(refusal.what()));
        return nullptr;
      }
  }



  template std::unique_ptr<const Vector> find_log_of_law(Discretisation<1> &,
                                                         const Dynamics<1> &,
                                                         const Case &,
                                                         RunLog &);
  template std::unique_ptr<const Vector> find_log_of_law(Discretisation<2> &,
                                                         const Dynamics<2> &,
                                                         const Case &,
                                                         RunLog &);
  template std::unique_ptr<const Vector> find_log_of_law(Discretisation<3> &,
                                                         const Dynamics<3> &,
                                                         const Case &,
                                                         RunLog &);
} // namespace sgdfp
