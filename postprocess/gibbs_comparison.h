// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_GIBBS_COMPARISON_H
#define SGDFP_POSTPROCESS_GIBBS_COMPARISON_H

#include "postprocess/postprocessor.h"
#include "postprocess/reference.h"

#include <boost/optional.hpp>

namespace sgdfp
{
  /// "" or why q cannot serve as a reference in the box of @p law: more than
  /// 1e-6 of its mass is within 1 % of the boundary. Collective.
  /// @param name what q is
  template <int dim>
  std::string does_not_fit(const Law<dim>          &law,
                           const GibbsDensity<dim> &gibbs,
                           const std::string &name = "the tempered posterior");



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
    /// Its part of int |L| p from the end of a graded box; where that counts
    /// the law has no mean loss, and KL to any tempered posterior is infinite.
    double outer_loss    = 0;
    bool   has_mean_loss = true;
    /// U of the Bayesian posterior, and its values; empty unless that is the
    /// reference
    typename GibbsDensity<dim>::Energy bayes_energy;
    std::vector<double>                weights, densities, losses, energies;
  };
} // namespace sgdfp

#endif
