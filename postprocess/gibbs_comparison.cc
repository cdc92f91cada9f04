// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/gibbs_comparison.h"

#include "base/errors.h"
#include "base/text.h"
#include "postprocess/density_statistics.h"

#include <deal.II/base/utilities.h>

#include <boost/math/tools/roots.hpp>

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace sgdfp
{
  namespace
  {
    constexpr const char *no_mean_loss =
      "the law has no mean loss, so that KL to every tempered posterior is "
      "infinite: the integral comes from the end of the graded box";
  }



  using dealii::Utilities::MPI::sum;

  template <int dim>
  std::string does_not_fit(const Law<dim>          &law,
                           const GibbsDensity<dim> &gibbs,
                           const std::string       &name)
  {
    constexpr double tolerance = 1e-6;
    const double     at_boundary =
      boundary_mass<dim>(law.discretisation,
                         open_sides(law.dynamics, law.discretisation.box),
                         [&](const dealii::Point<dim> &theta) {
                           return std::exp(gibbs.log_density(theta));
                         });
    if (at_boundary <= tolerance)
      return "";
    return name + " at T = " + to_text(gibbs.temperature) + " has " +
           to_text(at_boundary) +
           " of its mass at the boundary of the box: it is not normalisable "
           "there (a flat valley), or the box is too small for it";
  }



  template <int dim>
  GibbsComparison<dim>::GibbsComparison(const Law<dim>            &law,
                                        const ReferenceParameters &parameters,
                                        const Vocabulary          &vocabulary)
    : law(law)
    , parameters(parameters)
  {
    if (parameters.temperature == "bayes")
      bayes_energy =
        bayesian_energy(law.dynamics.loss(), parameters, vocabulary);
  }



  template <int dim>
  void
  GibbsComparison<dim>::visit(const typename Postprocessor<dim>::Sample &sample)
  {
    weights.push_back(sample.weight);
    densities.push_back(sample.law.density());
    losses.push_back(law.dynamics.loss().value(sample.theta));
    if (bayes_energy)
      energies.push_back(bayes_energy(sample.theta));
    const double T = law.dynamics.nominal_temperature(sample.flux.diffusion) *
                     sample.weight * densities.back();
    nominal_temperature += T;
    if (sample.is_outer)
      {
        outer_nominal += T;
        outer_loss +=
          sample.weight * std::abs(densities.back() * losses.back());
      }
  }



  template <int dim>
  std::pair<GibbsDensity<dim>, double>
  GibbsComparison<dim>::gibbs_at(const double temperature) const
  {
    double Z = 0, excess = 0;
    for (std::size_t q = 0; q < weights.size(); ++q)
      {
        const double x = losses[q] - minimum_loss;
        const double w = weights[q] * std::exp(-x / temperature);
        Z += w;
        excess += w * x;
      }
    Z                     = sum(Z, law.discretisation.communicator);
    excess                = sum(excess, law.discretisation.communicator);
    const Loss<dim> &loss = law.dynamics.loss();
    return {{temperature,
             minimum_loss,
             std::log(Z),
             [&loss](const dealii::Point<dim> &theta) {
               return loss.value(theta);
             }},
            excess / Z};
  }



  template <int dim>
  GibbsDensity<dim> GibbsComparison<dim>::bayes() const
  {
    const double T = parameters.noise_variance /
                     (parameters.samples * parameters.inverse_temperature);
    const double lowest = dealii::Utilities::MPI::min(
      energies.empty() ? std::numeric_limits<double>::max() :
                         *std::min_element(energies.begin(), energies.end()),
      law.discretisation.communicator);
    double Z = 0;
    for (std::size_t q = 0; q < weights.size(); ++q)
      Z += weights[q] * std::exp(-(energies[q] - lowest) / T);
    Z = sum(Z, law.discretisation.communicator);
    return {T, lowest, std::log(Z), bayes_energy};
  }



  template <int dim>
  boost::optional<double>
  GibbsComparison<dim>::find_closest_temperature(const double mean_loss) const
  {
    // E_{q_T} L grows with T. Bracket the root in log T, then close in.
    const double target = mean_loss - minimum_loss;
    if (!(target > 0))
      return {};
    const auto excess = [&](const double log_T) {
      return gibbs_at(std::exp(log_T)).second - target;
    };
    double low = std::log(target), high = low;
    double at_low = excess(low), at_high = at_low;
    for (unsigned int i = 0; at_low > 0; ++i)
      {
        if (i == 60)
          return {};
        low -= 1;
        at_low = excess(low);
      }
    for (unsigned int i = 0; at_high < 0; ++i)
      {
        // Hotter than this the box, not the loss, sets the mean.
        if (i == 60)
          return {};
        high += 1;
        at_high = excess(high);
      }
    if (at_low == 0 || low == high)
      return std::exp(low);
    boost::uintmax_t iterations = 100;
    const auto       bracket    = boost::math::tools::toms748_solve(
      excess,
      low,
      high,
      at_low,
      at_high,
      boost::math::tools::eps_tolerance<double>(50),
      iterations);
    return std::exp(0.5 * (bracket.first + bracket.second));
  }



  template <int dim>
  typename GibbsComparison<dim>::Distances
  GibbsComparison<dim>::distances(const GibbsDensity<dim>   &gibbs,
                                  const std::vector<double> &energies) const
  {
    Distances d{0, 0, 0, 0, 0, 0};
    for (std::size_t i = 0; i < weights.size(); ++i)
      {
        const double w = weights[i], p = densities[i];
        const double log_q = gibbs.log_density_at(energies[i]);
        const double q     = std::exp(log_q);
        d.total_variation += 0.5 * w * std::abs(p - q);
        if (q == 0)
          {
            d.hellinger += 0.5 * w * std::abs(p);
            // exp(-746) is the least double: q vanishes for a reason only
            // where its log is infinite.
            if (std::isinf(log_q))
              d.outside += w * std::abs(p);
            else if (p > 0)
              d.kl += w * p * (std::log(p) - log_q - 1);
            d.reverse_kl += w * p;
          }
        else if (p > 0)
          {
            const double log_ratio = std::log(p) - log_q;
            const double root      = std::sqrt(p) - std::sqrt(q);
            d.kl += w * (p * log_ratio - p + q);
            d.reverse_kl += w * (p - q - q * log_ratio);
            d.hellinger += 0.5 * w * root * root;
          }
        else
          {
            d.kl += w * (q - p);
            d.hellinger += 0.5 * w * q;
            d.uncovered += w * q;
          }
      }
    const MPI_Comm comm = law.discretisation.communicator;
    return {sum(d.kl, comm),
            sum(d.reverse_kl, comm),
            sum(d.total_variation, comm),
            std::sqrt(sum(d.hellinger, comm)),
            sum(d.uncovered, comm),
            sum(d.outside, comm)};
  }



  template <int dim>
  void GibbsComparison<dim>::find_references(const double energy,
                                             const double nominal)
  {
    if (!has_mean_loss)
      closest_reason = no_mean_loss;
    else if (const auto T = find_closest_temperature(energy))
      {
        closest        = gibbs_at(*T).first;
        closest_reason = does_not_fit(law, *closest);
        if (!closest_reason.empty())
          closest.reset();
      }
    else
      closest_reason = "no temperature gives the tempered posterior the mean "
                       "loss of the law in this box";

    if (parameters.temperature == "auto")
      {
        reference = closest;
        reason    = closest_reason;
        return;
      }
    if (parameters.temperature == "nominal" && std::isnan(nominal))
      {
        reason = heavy_tail;
        return;
      }
    if (bayes_energy)
      reference = bayes();
    else if (parameters.temperature == "nominal")
      reference = gibbs_at(nominal).first;
    else
      reference = gibbs_at(std::stod(parameters.temperature)).first;
    reason =
      does_not_fit(law,
                   *reference,
                   bayes_energy ? "the posterior" : "the tempered posterior");
    if (!reason.empty())
      reference.reset();
  }



  template <int dim>
  void GibbsComparison<dim>::write_closest(Summary &summary)
  {
    if (!closest)
      {
        summary.set_null("gibbs/closest_temperature", closest_reason);
        summary.set_null("gibbs/closest_kl", closest_reason);
        return;
      }
    closest_kl = distances(*closest, losses).kl;
    summary.set("gibbs/closest_temperature", closest->temperature);
    summary.set("gibbs/closest_kl", closest_kl);
  }



  template <int dim>
  void GibbsComparison<dim>::write_distances(Summary &summary)
  {
    if (!reference)
      {
        for (const char *key : {"temperature",
                                "kl",
                                "reverse_kl",
                                "total_variation",
                                "hellinger"})
          summary.set_null(std::string("gibbs/") + key, reason);
        return;
      }
    const Distances d = distances(*reference, reference_energies());
    reference_kl      = d.kl;
    summary.set("gibbs/temperature", reference->temperature);
    if (!has_mean_loss && !bayes_energy)
      summary.set_null("gibbs/kl", no_mean_loss);
    else if (d.outside == 0)
      summary.set("gibbs/kl", d.kl);
    else
      summary.set_null("gibbs/kl",
                       "the law has mass " + to_text(d.outside) +
                         " where the prior is 0: KL is infinite");
    // Mass of q that p does not resolve, times its unknown logarithm.
    constexpr double resolved = 1e-9;
    if (d.uncovered < resolved)
      summary.set("gibbs/reverse_kl", d.reverse_kl);
    else
      summary.set_null("gibbs/reverse_kl",
                       "the tempered posterior has mass " +
                         to_text(d.uncovered) +
                         " where the law is below resolution");
    summary.set("gibbs/total_variation", d.total_variation);
    summary.set("gibbs/hellinger", d.hellinger);
  }



  template <int dim>
  void GibbsComparison<dim>::write_free_energy(const double energy,
                                               const double entropy,
                                               Summary     &summary) const
  {
    if (has_mean_loss)
      summary.set("free_energy/energy", energy);
    else
      summary.set_null("free_energy/energy", no_mean_loss);
    summary.set("free_energy/entropy", entropy);
    if (!reference)
      {
        summary.set_null("free_energy/temperature", reason);
        summary.set_null("free_energy/value", reason);
        summary.set_null("free_energy/gibbs_value", reason);
        return;
      }
    const double T = reference->temperature;
    summary.set("free_energy/temperature", T);
    if (has_mean_loss)
      summary.set("free_energy/value", energy - T * entropy);
    else
      summary.set_null("free_energy/value", no_mean_loss);
    summary.set("free_energy/gibbs_value",
                reference->minimum_energy - T * reference->log_partition);
  }



  template <int dim>
  void GibbsComparison<dim>::finish(const Law<dim> &, Summary &summary)
  {
    const MPI_Comm communicator = law.discretisation.communicator;
    double         mean_loss = 0, entropy = 0, energy = 0, absolute = 0;
    minimum_loss = std::numeric_limits<double>::max();
    for (std::size_t q = 0; q < weights.size(); ++q)
      {
        minimum_loss = std::min(minimum_loss, losses[q]);
        mean_loss += weights[q] * densities[q] * losses[q];
        absolute += weights[q] * std::abs(densities[q] * losses[q]);
        if (densities[q] > 0)
          entropy -= weights[q] * densities[q] * std::log(densities[q]);
        if (bayes_energy && densities[q] != 0)
          energy += weights[q] * densities[q] * energies[q];
      }
    minimum_loss   = dealii::Utilities::MPI::min(minimum_loss, communicator);
    mean_loss      = sum(mean_loss, communicator);
    entropy        = sum(entropy, communicator);
    energy         = (bayes_energy ? sum(energy, communicator) : mean_loss);
    double nominal = sum(nominal_temperature, communicator);
    if (sum(outer_nominal, communicator) > outer_share * nominal)
      nominal = std::numeric_limits<double>::quiet_NaN();

    has_mean_loss = !(sum(outer_loss, communicator) >
                      outer_share * sum(absolute, communicator));
    find_references(mean_loss, nominal);
    summary.set("gibbs/reference", parameters.temperature);
    write_closest(summary);
    write_distances(summary);
    if (std::isnan(nominal))
      summary.set_null("gibbs/nominal_temperature", heavy_tail);
    else
      summary.set("gibbs/nominal_temperature", nominal);
    write_free_energy(energy, entropy, summary);
  }



  template <int dim>
  const std::vector<double> &GibbsComparison<dim>::reference_energies() const
  {
    return bayes_energy ? energies : losses;
  }



#define INSTANTIATE(dim)                                       \
  template std::string does_not_fit(const Law<dim> &,          \
                                    const GibbsDensity<dim> &, \
                                    const std::string &);      \
  template class GibbsComparison<dim>;

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE
} // namespace sgdfp
