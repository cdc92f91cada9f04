// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_EFFECTIVE_COMPLEXITY_H
#define SGDFP_POSTPROCESS_EFFECTIVE_COMPLEXITY_H

#include "postprocess/postprocessor.h"

#include <boost/optional.hpp>

#include <vector>

namespace sgdfp
{
  /// The thermodynamic estimator of the learning coefficient, read off the law
  /// of SGD and off the tempered posterior at the same temperature T = 1/n:
  ///
  ///     lambda_eff    = n E_p[K],      K = L - min L over the box,
  ///     gibbs_lambda  = n E_{q_T}[K],  q_T = exp(-n L)/Z,
  ///     heat_capacity = n^2 Var_p K,   gibbs_heat_capacity likewise.
  ///
  /// T is the nominal temperature E_p[tr D]/dim, what isotropic noise of equal
  /// trace has: at the closest temperature both lambdas are the same by
  /// definition. gibbs_lambda tends to the learning coefficient for n ->
  /// infinity (LearningStudy has the limit). Around a quadratic minimum
  /// lambda_eff is dim/2 for every constant D, since tr(H Sigma) = tr D.
  ///
  /// Source: Watanabe, Algebraic geometry and statistical learning theory
  /// (2009); Lau et al., The local learning coefficient (2023).
  template <int dim>
  class EffectiveComplexity : public Postprocessor<dim>
  {
  public:
    /// @p loss must outlive the object.
    explicit EffectiveComplexity(const Loss<dim> &loss);

    void visit(const typename Postprocessor<dim>::Sample &sample) override;

    /// Nothing yet: report() needs the temperature.
    void finish(const Law<dim> &law, Summary &summary) override;

    /// Writes complexity/*; null where a mean comes from the end of a graded
    /// box, or q_T does not fit into the box. Collective.
    /// @param minimum min L; empty where it is not known
    /// @param temperature T; empty where there is none
    void report(const Law<dim>               &law,
                const boost::optional<double> minimum,
                const boost::optional<double> temperature,
                Summary                      &summary) const;

  private:
    const Loss<dim>    &loss;
    std::vector<double> weights, densities, losses;
    double              outer_loss = 0;
  };
} // namespace sgdfp

#endif
