// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_GIBBS_COMPARISON_H
#define SGDFP_POSTPROCESS_GIBBS_COMPARISON_H

#include "base/expression_entry.h"
#include "postprocess/postprocessor.h"

#include <boost/optional.hpp>

namespace sgdfp
{
  /// Entries of subsection Reference: the tempered posterior that the law is
  /// compared with.
  struct ReferenceParameters
  {
    std::string temperature         = "auto";
    double      samples             = 100;
    double      inverse_temperature = 1;
    double      noise_variance      = 1;
    std::string prior               = "gaussian 1";

    void add_parameters(dealii::ParameterHandler &prm);

    /// @throws EntryError for a temperature that is no positive number.
    void check() const;
  };



  /// A density q_T = exp(-U/T)/Z_T on the box. U is the loss (tempered
  /// posterior), or, for the Bayesian posterior of n samples,
  ///
  ///     q ~ exp(-n beta L/s) prior,   T = s/(n beta),   U = L - T log prior,
  ///
  /// L without weight decay, s the noise variance of the likelihood; the prior
  /// is not tempered.
  template <int dim>
  struct GibbsDensity
  {
    using Energy = std::function<double(const dealii::Point<dim> &)>;

    /// log q_T at a point
    double log_density(const dealii::Point<dim> &theta) const
    {
      return log_density_at(energy(theta));
    }

    /// log q_T where the energy is @p u
    double log_density_at(const double u) const
    {
      return -(u - minimum_energy) / temperature - log_partition;
    }

    double temperature;
    double minimum_energy;
    /// log int exp(-(U - minimum_energy)/T)
    double log_partition;
    Energy energy;
  };



  /// U of the Bayesian posterior; see GibbsDensity. Infinite where the prior
  /// is 0.
  /// @throws EntryError for a prior that cannot be read; when called, where an
  /// expression is negative or not finite
  template <int dim>
  typename GibbsDensity<dim>::Energy
  bayesian_energy(const Loss<dim>           &loss,
                  const ReferenceParameters &parameters,
                  const Vocabulary          &vocabulary);



  /// How far the law is from the tempered posterior:
  ///
  ///     kl = KL(p|q) = int p log(p/q) - p + q       (every term >= 0)
  ///     reverse_kl = KL(q|p),  total_variation = 1/2 int |p - q|,
  ///     hellinger = (1/2 int (sqrt p - sqrt q)^2)^(1/2),
  ///     closest_temperature T* = argmin_T KL(p|q_T), where E_p L = E_{q_T} L,
  ///     nominal_temperature = E_p[tr D]/dim, the isotropic noise of equal
  ///     trace,
  ///
  /// and the free energy F = E_p U - T S, S = -int p log p, U the energy of the
  /// reference (the loss, unless it is bayes), with F[p] - F[q_T] = T KL(p|q_T)
  /// [numerics.md, 9].
  ///
  /// Where q does not fit into the box (more than 1e-6 of its mass within 1 %
  /// of the boundary) it cannot be told from a density that is not
  /// normalisable: what depends on it is null with that reason.
  template <int dim>
  class GibbsComparison : public Postprocessor<dim>
  {
  public:
    /// @param vocabulary what an expression for the prior may name
    GibbsComparison(const Law<dim>            &law,
                    const ReferenceParameters &parameters,
                    const Vocabulary          &vocabulary = {});

    void visit(const typename Postprocessor<dim>::Sample &sample) override;

    void finish(const Law<dim> &law, Summary &summary) override;

    /// The reference used; empty where there is none.
    boost::optional<GibbsDensity<dim>> reference;
    double                             reference_kl = 0;
    /// Why there is no reference.
    std::string reason;

    /// The tempered posterior at T*; empty where there is none.
    boost::optional<GibbsDensity<dim>> closest;
    double                             closest_kl = 0;
    std::string                        closest_reason;

  private:
    struct Distances
    {
      double kl, reverse_kl, total_variation, hellinger;
      /// q-mass where p <= 0: reverse_kl has no value if that counts
      double uncovered;
      /// p-mass where q = 0: kl is infinite if that counts
      double outside;
    };

    /// q_T for the loss and E_{q_T}[L] - minimum_loss
    std::pair<GibbsDensity<dim>, double>
    gibbs_at(const double temperature) const;

    /// exp(-U/T) for the energies of a Bayesian posterior
    GibbsDensity<dim> bayes() const;

    /// T with E_{q_T} L = @p mean_loss; empty where no T has it.
    boost::optional<double>
    find_closest_temperature(const double mean_loss) const;

    /// @param energies U at the quadrature points
    Distances distances(const GibbsDensity<dim>   &gibbs,
                        const std::vector<double> &energies) const;

    /// "" or why q cannot serve.
    std::string does_not_fit(const GibbsDensity<dim> &gibbs) const;

    void write_free_energy(const double energy,
                           const double entropy,
                           Summary     &summary) const;

    /// The energies that belong to the reference.
    const std::vector<double> &reference_energies() const;

    void find_references(const double energy, const double nominal);

    void write_closest(Summary &summary);

    void write_distances(Summary &summary);

    const Law<dim>           &law;
    const ReferenceParameters parameters;
    double                    minimum_loss        = 0;
    double                    nominal_temperature = 0;
    double                    outer_nominal       = 0;
    /// U of the Bayesian posterior, and its values; empty unless that is the
    /// reference
    typename GibbsDensity<dim>::Energy bayes_energy;
    std::vector<double>                weights, densities, losses, energies;
  };
} // namespace sgdfp

#endif
