// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/sweep_columns.h"

namespace sgdfp
{
  using Json = Summary::Json;

  namespace
  {
    /// The number at "section/key" or "list/1"; where it is null, or absent,
    /// the reason that is given for it or for a section around it.
    SweepNumber number_at(const Json &summary, const std::string &path)
    {
      const Json *here = &summary;
      std::string reason =
        "the run does not report " + path + " in its summary.json";
      for (std::size_t start = 0; start <= path.size();)
        {
          const auto slash      = std::min(path.find('/', start), path.size());
          const std::string key = path.substr(start, slash - start);
          start                 = slash + 1;
          if (here->is_array())
            {
              const std::size_t i = std::stoul(key);
              if (i >= here->size())
                return {{}, reason};
              here = &here->at(i);
              continue;
            }
          if (!here->is_object())
            return {{}, reason};
          const auto why = here->find(key + "_reason");
          if (why != here->end() && why->is_string())
            reason = why->get<std::string>();
          const auto found = here->find(key);
          if (found == here->end())
            return {{}, reason};
          here = &*found;
        }
      if (!here->is_number())
        return {{}, reason};
      return {here->get<double>(), ""};
    }
  } // namespace



  const std::vector<SweepColumn> &sweep_columns()
  {
    static const std::vector<SweepColumn> columns = {
      {"kl",
       "KL",
       "KL(p|Gibbs) at the reference temperature, nats",
       "stationary",
       {"gibbs/kl"},
       ""},
      {"total_variation",
       "TV",
       "total variation to that Gibbs density",
       "stationary",
       {"gibbs/total_variation"},
       ""},
      {"closest_temperature",
       "T*",
       "temperature of least KL, in units of the loss",
       "stationary",
       {"gibbs/closest_temperature"},
       ""},
      {"closest_kl",
       "KL at T*",
       "KL to the closest Gibbs density, nats",
       "stationary",
       {"gibbs/closest_kl"},
       ""},
      {"free_energy_gap",
       "F - F_Gibbs",
       "free energy above that of Gibbs, T KL, in units of the loss",
       "stationary",
       {"free_energy/value"},
       "free_energy/gibbs_value"},
      {"entropy_production",
       "entropy prod.",
       "int J . D^-1 J/p per unit t",
       "stationary",
       {"detailed_balance/entropy_production"},
       ""},
      {"current",
       "|J|_1",
       "integral of |J| per unit t",
       "stationary",
       {"current/l1"},
       ""},
      {"current_error",
       "+-",
       "its estimated error",
       "stationary",
       {"current/estimated_error"},
       ""},
      {"escape_rate",
       "escape rate",
       "out of what Domain/absorbing leaves; without it the spectral gap, the "
       "rate at which the slowest sets mix; per unit t",
       "spectrum",
       {"spectrum/quasi_stationary/exit_rate", "spectrum/gap"},
       ""},
      {"escape_error",
       "+-",
       "its estimated error",
       "spectrum",
       {"spectrum/quasi_stationary/estimated_error",
        "spectrum/eigenvalue_errors/1"},
       ""},
      {"time_per_step",
       "t per step",
       "rates per unit t times it are rates per step of SGD",
       "",
       {},
       ""},
      {"lambda_eff",
       "lambda_eff",
       "effective complexity of the law",
       "stationary",
       {"complexity/lambda_eff"},
       ""},
      {"mean_loss",
       "E[L]",
       "mean loss, weight decay included",
       "stationary",
       {"observables/loss/mean"},
       ""},
      {"test_loss",
       "test loss",
       "mean loss on the test data",
       "stationary",
       {"generalisation/test/sgd"},
       ""},
      {"kl_at_end",
       "KL at end",
       "KL(p|Gibbs) at Time/end time, nats",
       "transient",
       {"gibbs/kl"},
       ""},
      {"chain_total_variation",
       "TV to SGD",
       "total variation to the chain of the case as given, on bins",
       "",
       {},
       ""},
      {"chain_total_variation_bias",
       "by samples",
       "what the finite number of samples contributes to it",
       "",
       {},
       ""},
      {"stability",
       "stability",
       "eta lambda_max/(2 (1 + mu)) at the flattest minimum: above 1 gradient "
       "descent leaves it",
       "",
       {},
       ""},
      {"density_error",
       "error of p",
       "estimated L1 error of the density",
       "stationary",
       {"density/estimated_error"},
       ""}};
    return columns;
  }



  SweepNumber read_number(const SweepColumn &column, const Json &summary)
  {
    SweepNumber found;
    for (const std::string &path : column.paths)
      {
        found = number_at(summary, path);
        if (found.value)
          break;
      }
    if (!found.value || column.minus.empty())
      return found;
    const SweepNumber other = number_at(summary, column.minus);
    if (!other.value)
      return other;
    return {*found.value - *other.value, ""};
  }
} // namespace sgdfp
