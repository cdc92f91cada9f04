// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_LANDSCAPE_OBSERVABLES_H
#define SGDFP_POSTPROCESS_LANDSCAPE_OBSERVABLES_H

#include "models/minimum_set.h"
#include "models/network.h"
#include "postprocess/observables.h"

namespace sgdfp
{
  /// Means and variances under the law of what every case can be asked:
  ///
  ///     loss                 L
  ///     gradient_norm        |grad L|
  ///     sharpness            largest eigenvalue of Hess L
  ///     trace_of_hessian
  ///     distance_to_minimum  Euclidean, to the minimum set within the box
  ///     batch_sharpness      S_B of BatchSharpness; with minibatch noise
  ///
  /// and every network, f(x) = P x with P = W_N .. W_1:
  ///
  ///     end_to_end           P, entry by entry (end_to_end_21 is P_21)
  ///     singular_value_1 ..  of P, in descending order
  ///     effective_rank       exp(-sum_i q_i log q_i), q_i = s_i/sum s
  ///                          [Roy and Vetterli 2007]; 0 for P = 0
  ///     imbalance_1 ..       |W_{l+1}^T W_{l+1} - W_l W_l^T| (Frobenius),
  ///     which
  ///                          gradient flow keeps
  ///
  /// Derivatives are those of L as a function of the parameters of the case.
  /// A user's function of the same name takes precedence. Where the density is
  /// below 1e-12 of its maximum, nothing is evaluated (but in graded boxes,
  /// whose tails count).
  template <int dim>
  class LandscapeObservables : public Postprocessor<dim>
  {
  public:
    /// Collective: finds the minimum set.
    /// @param taken names that the user has given
    LandscapeObservables(const Law<dim>                 &law,
                         const std::vector<std::string> &taken);

    void visit(const typename Postprocessor<dim>::Sample &sample) override;

    void finish(const Law<dim> &law, Summary &summary) override;

    /// min L over the box; empty where no descent found it
    boost::optional<double> minimum_loss() const;

    static std::vector<std::string> names(const Dynamics<dim> &dynamics);

  private:
    /// All values at a point, in the order of names().
    std::vector<double> values(const dealii::Point<dim> &theta) const;

    const Dynamics<dim>           &dynamics;
    const Loss<dim>               &loss;
    const Network<dim>            *network; ///< null where L is no network's
    const std::vector<std::string> taken;
    const MinimumSet<dim>          minimum_set;
    const double                   threshold; ///< density that counts
    std::vector<MomentSum>         sums;
  };
} // namespace sgdfp

#endif
