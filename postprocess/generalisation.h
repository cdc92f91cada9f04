// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_GENERALISATION_H
#define SGDFP_POSTPROCESS_GENERALISATION_H

#include "models/network.h"
#include "postprocess/postprocessor.h"
#include "postprocess/reference.h"

#include <boost/optional.hpp>

namespace sgdfp
{
  /// Entries of subsection Observables: data that SGD does not see.
  struct GeneralisationParameters
  {
    std::string test_data, test_changes;
    std::string other_data, other_changes; ///< out of distribution

    void add_parameters(dealii::ParameterHandler &prm);

    /// @throws EntryError
    void check(const LossParameters &loss, const unsigned int dimension) const;

    bool is_wanted() const;
  };



  /// A loss of predictions, without weight decay.
  template <int dim>
  struct PredictionLoss
  {
    std::string                      name; ///< train, test, ..
    std::shared_ptr<const Loss<dim>> loss;
    /// The samples, where they are those of a file
    boost::optional<DataRows> rows;
  };



  /// train and, as far as the case has them, test and out_of_distribution;
  /// empty where it has neither. Collective.
  /// @param folder where relative data files are looked for first
  /// @throws UserError for data that cannot be read
  template <int dim>
  std::vector<PredictionLoss<dim>>
  make_prediction_losses(const GeneralisationParameters &parameters,
                         const LossParameters           &loss,
                         const Vocabulary               &vocabulary,
                         const std::string              &folder,
                         const MPI_Comm                  communicator);



  /// How well the networks of a law predict together, and how much they differ.
  /// With f = P x, likelihood N(y; f, s I) and means over theta under the law:
  ///
  ///     mean predictor         1/2 E|E_theta[f] - y|^2
  ///     predictive loss        -E log E_theta[N(y; f, s I)]   (rows of a file)
  ///     functional variance    E Var_theta[1/2 |f - y|^2]
  ///
  /// E over the data of a PredictionLoss; predictive loss in nats, the others
  /// in units of the loss and its square. A linear network has them from the
  /// moments of P and of c, 1/2 |f - y|^2 = c . m + 1/2 |y|^2 (DataMoments).
  ///
  /// Source: Watanabe, Mathematical theory of Bayesian statistics (2018), 3.
  template <int dim>
  class PredictionMoments
  {
  public:
    /// Keeps references.
    PredictionMoments(const std::vector<PredictionLoss<dim>> &losses,
                      const double                            noise_variance);

    /// Whether the losses are those of a network.
    bool is_defined() const;

    /// @param dm density times quadrature weight
    void add(const dealii::Point<dim> &theta, const double dm);

    /// Collective, once.
    void sum(const MPI_Comm communicator);

    double mean_predictor(const unsigned int k) const;

    double functional_variance(const unsigned int k) const;

    /// Empty where the data are no rows.
    boost::optional<double> predictive_loss(const unsigned int k) const;

  private:
    void add_rows(const dealii::FullMatrix<double> &P, const double dm);

    /// 1/2 |P x_i - y_i|^2
    double loss_of_row(const DataRows                   &rows,
                       const unsigned int                i,
                       const dealii::FullMatrix<double> &P) const;

    const std::vector<PredictionLoss<dim>> &losses;
    const double                            noise_variance;
    std::vector<const Network<dim> *>       networks; ///< of the losses

    double                     mass = 0;
    dealii::FullMatrix<double> product; ///< E P
    /// E (c - c*) and E (c - c*)(c - c*)^T, c* that of the best map
    std::vector<double> shift, first, second;
    /// Of every loss, l_i* of the best map and E exp(-(l_i - l_i*)/s) for its
    /// rows
    std::vector<std::vector<double>> best_losses, likelihoods;
  };



  /// Writes generalisation/*: for each loss its mean under the law and under
  /// the reference ("sgd", "gibbs"), and PredictionMoments under both; the
  /// singular fluctuation nu = n beta V/(2 s^2) with the functional variance V
  /// of the training data and n beta/s = 1/T, and the widely applicable
  /// information criterion of the reference.
  template <int dim>
  class Generalisation : public Postprocessor<dim>
  {
  public:
    /// Keeps references.
    Generalisation(const std::vector<PredictionLoss<dim>> &losses,
                   const double                            noise_variance);

    void visit(const typename Postprocessor<dim>::Sample &sample) override;

    /// Sums only; report() writes.
    void finish(const Law<dim> &law, Summary &summary) override;

    /// After the means of the losses are in observables/<name>_loss.
    /// Collective.
    /// @param reference null with a @p reason
    void report(const Law<dim>          &law,
                const GibbsDensity<dim> *reference,
                const std::string       &reason,
                Summary                 &summary);

  private:
    void report_law(const PredictionMoments<dim> &moments,
                    const std::string            &who,
                    Summary                      &summary) const;

    void report_fluctuation(const double temperature, Summary &summary) const;

    const std::vector<PredictionLoss<dim>> &losses;
    const double                            noise_variance;
    PredictionMoments<dim>                  under_law, under_gibbs;
  };
} // namespace sgdfp

#endif
