// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/effective_complexity.h"

#include "postprocess/gibbs_comparison.h"

#include <cmath>

namespace sgdfp
{
  template <int dim>
  EffectiveComplexity<dim>::EffectiveComplexity(const Loss<dim> &loss)
    : loss(loss)
  {}



  template <int dim>
  void EffectiveComplexity<dim>::visit(
    const typename Postprocessor<dim>::Sample &sample)
  {
    weights.push_back(sample.weight);
    densities.push_back(sample.law.density());
    losses.push_back(loss.value(sample.theta));
    if (sample.is_outer)
      outer_loss += sample.weight * std::abs(densities.back() * losses.back());
  }



  template <int dim>
  void EffectiveComplexity<dim>::finish(const Law<dim> &, Summary &)
  {}



  namespace
  {
    const std::string path = "complexity/";



    void set_nulls(const std::vector<std::string> &keys,
                   const std::string              &reason,
                   Summary                        &summary)
    {
      for (const std::string &key : keys)
        summary.set_null(path + key, reason);
    }
  } // namespace



  template <int dim>
  void
  EffectiveComplexity<dim>::report(const Law<dim>               &law,
                                   const boost::optional<double> minimum,
                                   const boost::optional<double> temperature,
                                   Summary                      &summary) const
  {
    const std::vector<std::string> of_law   = {"lambda_eff", "heat_capacity"},
                                   of_gibbs = {"gibbs_lambda",
                                               "gibbs_heat_capacity"};
    if (!minimum || !temperature)
      {
        const std::string reason =
          (!minimum ? "the minimum of the loss in the box is not known" :
                      "the law has no mean temperature");
        set_nulls(of_law, reason, summary);
        set_nulls(of_gibbs, reason, summary);
        return;
      }
    const double T = *temperature;
    summary.set(path + "temperature", T);
    summary.set(path + "minimum_loss", *minimum);
    // Under p and q: mass, K, K^2; and |L| under p
    std::vector<double> p(3, 0.), q(3, 0.), absolute(2, 0.);
    for (std::size_t i = 0; i < weights.size(); ++i)
      {
        const double K    = losses[i] - *minimum;
        const double w[2] = {weights[i] * densities[i],
                             weights[i] * std::exp(-K / T)};
        for (unsigned int k = 0; k < 3; ++k)
          {
            p[k] += w[0] * std::pow(K, k);
            q[k] += w[1] * std::pow(K, k);
          }
        absolute[0] += std::abs(w[0] * losses[i]);
      }
    absolute[1]         = outer_loss;
    const MPI_Comm comm = law.discretisation.communicator;
    for (auto *sums : {&p, &q, &absolute})
      dealii::Utilities::MPI::sum(*sums, comm, *sums);

    const auto set = [&](const std::vector<std::string> &keys,
                         const std::vector<double>      &sums) {
      const double mean = sums[1] / sums[0];
      summary.set(path + keys[0], mean / T);
      summary.set(path + keys[1], (sums[2] / sums[0] - mean * mean) / (T * T));
    };
    if (absolute[1] > outer_share * absolute[0])
      set_nulls(of_law, heavy_tail, summary);
    else
      set(of_law, p);
    const GibbsDensity<dim> gibbs{T,
                                  *minimum,
                                  std::log(q[0]),
                                  [this](const dealii::Point<dim> &theta) {
                                    return loss.value(theta);
                                  }};
    const std::string       reason = does_not_fit(law, gibbs);
    if (reason.empty())
      set(of_gibbs, q);
    else
      set_nulls(of_gibbs, reason, summary);
  }



  template class EffectiveComplexity<1>;
  template class EffectiveComplexity<2>;
  template class EffectiveComplexity<3>;
} // namespace sgdfp
