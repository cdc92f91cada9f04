// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/stationary_summary.h"

namespace sgdfp
{
  template <int dim>
  void report_solver(const AdaptiveSolver<dim> &solver, Summary &summary)
  {
    const ErrorEstimate &estimate = solver.estimate();
    for (const auto &[key, value] :
         {std::make_pair("density/estimated_error", estimate.density),
          std::make_pair("current/estimated_error", estimate.current),
          std::make_pair("current/relative_error",
                         estimate.relative_current())})
      if (estimate.is_known())
        summary.set(key, value);
      else
        summary.set_null(key,
                         "the solve that estimates it failed, or has more "
                         "unknowns than Discretisation/estimate limit");

    const auto &pass = solver.accepted();
    summary.set("current/divergence_residual", pass.indicator);

    Summary::Json levels     = Summary::Json::array();
    unsigned int  iterations = 0, passes = 0;
    for (const auto &level : solver.levels())
      {
        iterations += level.iterations;
        passes += level.passes;
        Summary::Json entry = {{"cells", level.cells},
                               {"dofs", level.dofs},
                               {"indicator", level.indicator},
                               {"passes", level.passes},
                               {"iterations", level.iterations},
                               {"error", nullptr},
                               {"density_error", nullptr},
                               {"current_error", nullptr}};
        if (level.estimate && level.estimate->is_known())
          {
            entry["error"]         = level.estimate->relative();
            entry["density_error"] = level.estimate->density;
            entry["current_error"] = level.estimate->relative_current();
          }
        levels.push_back(entry);
      }
    summary.set("solver/iterations", iterations);
    summary.set("solver/residual", pass.residual);
    summary.set("solver/passes", passes);
    summary.set("solver/levels", levels);
    summary.set("solver/stopped_by", solver.stopped_by());
    if (pass.slowest_rate > 0)
      summary.set("solver/slowest_rate", pass.slowest_rate);
    else
      summary.set_null("solver/slowest_rate",
                       dim == 1 ? "the law is its potential: nothing relaxes" :
                                  "it was not estimated");
  }



  void set_nulls(const std::string &reason, Summary &summary)
  {
    const std::vector<std::pair<std::string, std::vector<std::string>>>
      sections = {
        {"density",
         {"mass",
          "minimum",
          "maximum",
          "negative_mass",
          "boundary_mass",
          "estimated_error"}},
        {"current", {"l1", "estimated_error", "curl_l2", "velocity_curl_max"}},
        {"moments", {"mean", "covariance"}},
        {"free_energy",
         {"temperature", "energy", "entropy", "value", "gibbs_value"}},
        {"gibbs",
         {"temperature",
          "kl",
          "reverse_kl",
          "total_variation",
          "hellinger",
          "closest_temperature",
          "closest_kl",
          "nominal_temperature"}},
        {"detailed_balance",
         {"holds",
          "certificate",
          "entropy_production",
          "negative_control_current"}}};
    for (const auto &[section, keys] : sections)
      {
        for (const std::string &key : keys)
          summary.set(section + "/" + key, nullptr);
        summary.set(section + "_reason", reason);
      }
    for (const char *key : {"observables", "probes"})
      summary.set_null(key, reason);
  }



  template void report_solver(const AdaptiveSolver<1> &, Summary &);
  template void report_solver(const AdaptiveSolver<2> &, Summary &);
  template void report_solver(const AdaptiveSolver<3> &, Summary &);
} // namespace sgdfp
