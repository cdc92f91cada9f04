// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_TRAINING_POSTERIOR_H
#define SGDFP_POSTPROCESS_TRAINING_POSTERIOR_H

#include "postprocess/reference.h"

#include <memory>
#include <string>
#include <vector>

namespace sgdfp
{
  /// SGD step by step against Bayes: p_t beside the posterior of the samples
  /// that training has seen until then,
  ///
  ///     q_n ~ exp(-n beta K/s) prior,   n = samples_per_time t,
  ///
  /// K = L - min L without weight decay, s the noise variance of the
  /// likelihood. In a row of numbers, by columns():
  ///
  ///     samples_seen           n
  ///     kl_to_posterior        KL(p_t|q_n)
  ///     lambda_sgd             n beta E_p[K]/s,
  ///     lambda_posterior       n beta E_q[K]/s, which tends to the learning
  ///                            coefficient for n -> infinity
  ///     free_energy_posterior  F_n = -log int exp(-n beta K/s) prior, the
  ///                            prior as it is given (not normalised, unless
  ///                            it is gaussian)
  ///     free_energy_sgd        F_n + KL(p_t|q_n), the variational free energy
  ///
  /// NaN where fewer than 8 points of the quadrature per dimension carry q_n:
  /// the mesh follows p_t, and does not resolve it.
  ///
  /// Source: Watanabe, Algebraic geometry and statistical learning theory
  /// (2009).
  template <int dim>
  class TrainingPosterior
  {
  public:
    /// @param loss without weight decay
    /// @param minimum min L over the box
    /// @throws EntryError for a prior that cannot be read
    TrainingPosterior(const std::shared_ptr<const Loss<dim>> &loss,
                      const double                            minimum,
                      const ReferenceParameters              &parameters,
                      const Vocabulary                       &vocabulary,
                      const double                            samples_per_time);

    static std::vector<std::string> columns();

    /// Of a new mesh: forgets the points, then takes them one by one.
    void clear();
    void add_point(const dealii::Point<dim> &theta, const double weight);

    /// Collective.
    /// @param densities p_t at the points of this rank
    std::vector<double> row(const double               time,
                            const std::vector<double> &densities,
                            const MPI_Comm             communicator) const;

  private:
    const std::shared_ptr<const Loss<dim>>            loss;
    const double                                      minimum;
    const double                                      factor; ///< beta/s
    const double                                      samples_per_time;
    std::function<double(const dealii::Point<dim> &)> minus_log_prior;
    /// beta K/s, -log prior and weights at the points
    std::vector<double> energies, priors, weights;
  };
} // namespace sgdfp

#endif
