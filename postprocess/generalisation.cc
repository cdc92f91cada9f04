// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/generalisation.h"

#include "base/errors.h"
#include "base/text.h"

#include <deal.II/base/numbers.h>

#include <cmath>

namespace sgdfp
{
  namespace
  {
    constexpr const char *test_data_entry    = "Observables/test data";
    constexpr const char *test_changes_entry = "Observables/test loss";
    constexpr const char *other_data_entry =
      "Observables/out of distribution data";
    constexpr const char *other_changes_entry =
      "Observables/out of distribution loss";



    /// The loss that the entries describe; empty where they do not.
    boost::optional<LossParameters> other_loss(const LossParameters &loss,
                                               const std::string    &data_entry,
                                               const std::string    &data,
                                               const std::string &changes_entry,
                                               const std::string &changes,
                                               const unsigned int dimension)
    {
      if (data.empty() && changes.empty())
        return {};
      if (!data.empty() && !changes.empty())
        throw EntryError(data_entry,
                         data,
                         "there is " + changes_entry + " too",
                         "Give a file or entries of the loss, not both.");
      if (!changes.empty())
        return loss.on_other_data(changes_entry, changes, dimension);
      if (loss.type != "deep linear network")
        throw EntryError(data_entry,
                         data,
                         "only a deep linear network has data",
                         "Write " + changes_entry +
                           " = entries of section Loss that are different.");
      LossParameters result = loss.on_other_data(data_entry, "", dimension);
      result.data           = "file";
      result.file           = data;
      return result;
    }



    struct Named
    {
      std::string    name;
      LossParameters loss;
    };



    std::vector<Named> all_losses(const GeneralisationParameters &parameters,
                                  const LossParameters           &loss,
                                  const unsigned int              dimension)
    {
      LossParameters train      = loss;
      train.weight_decay        = 0;
      std::vector<Named> result = {{"train", train}};
      if (const auto test = other_loss(loss,
                                       test_data_entry,
                                       parameters.test_data,
                                       test_changes_entry,
                                       parameters.test_changes,
                                       dimension))
        result.push_back({"test", *test});
      if (const auto other = other_loss(loss,
                                        other_data_entry,
                                        parameters.other_data,
                                        other_changes_entry,
                                        parameters.other_changes,
                                        dimension))
        result.push_back({"out_of_distribution", *other});
      return result;
    }
  } // namespace



  void GeneralisationParameters::add_parameters(dealii::ParameterHandler &prm)
  {
    prm.enter_subsection("Observables");
    prm.add_parameter("test data",
                      test_data,
                      "CSV with header x1,..,y1,..: the observables train_loss "
                      "and test_loss are the losses of predictions on the "
                      "training data and on these, without weight decay");
    prm.add_parameter("test loss",
                      test_changes,
                      "In place of a file, what the test loss has other than "
                      "the loss: entries of section Loss, such as Quadratic/"
                      "minimum = 1, 0 & Quadratic/hessian = 1, 0; 0, 3");
    prm.add_parameter("out of distribution data",
                      other_data,
                      "The same for out_of_distribution_loss");
    prm.add_parameter("out of distribution loss",
                      other_changes,
                      "The same for out_of_distribution_loss");
    prm.leave_subsection();
  }



  void GeneralisationParameters::check(const LossParameters &loss,
                                       const unsigned int    dimension) const
  {
    all_losses(*this, loss, dimension);
  }



  bool GeneralisationParameters::is_wanted() const
  {
    return !(test_data.empty() && test_changes.empty() && other_data.empty() &&
             other_changes.empty());
  }



  template <int dim>
  std::vector<PredictionLoss<dim>>
  make_prediction_losses(const GeneralisationParameters &parameters,
                         const LossParameters           &loss,
                         const Vocabulary               &vocabulary,
                         const std::string              &folder,
                         const MPI_Comm                  communicator)
  {
    std::vector<PredictionLoss<dim>> result;
    if (!parameters.is_wanted())
      return result;
    for (const Named &named : all_losses(parameters, loss, dim))
      {
        result.push_back(
          {named.name,
           make_loss<dim>(named.loss, vocabulary, folder, communicator),
           {}});
        if (named.loss.type == "deep linear network" &&
            named.loss.data == "file")
          result.back().rows = read_rows(communicator,
                                         named.loss.data_file(folder),
                                         named.loss.widths.front(),
                                         named.loss.widths.back(),
                                         named.loss.weights_of_rows());
      }
    return result;
  }



  template <int dim>
  PredictionMoments<dim>::PredictionMoments(
    const std::vector<PredictionLoss<dim>> &losses,
    const double                            noise_variance)
    : losses(losses)
    , noise_variance(noise_variance)
  {
    for (const auto &entry : losses)
      {
        const auto *network =
          dynamic_cast<const Network<dim> *>(entry.loss.get());
        if (network == nullptr)
          return;
        networks.push_back(network);
        likelihoods.emplace_back(entry.rows ? entry.rows->size() : 0, 0.);
      }
    if (networks.empty())
      return;
    const DataMoments &data = networks.front()->data();
    product.reinit(data.n_outputs, data.n_inputs);
    shift = data.loss_coefficients(data.best_map);
    first.resize(shift.size(), 0.);
    second.resize(shift.size() * shift.size(), 0.);
  }



  template <int dim>
  bool PredictionMoments<dim>::is_defined() const
  {
    return !networks.empty() && networks.size() == losses.size();
  }



  template <int dim>
  void PredictionMoments<dim>::add(const dealii::Point<dim> &theta,
                                   const double              dm)
  {
    const dealii::FullMatrix<double> P = networks.front()->end_to_end(theta);
    mass += dm;
    product.add(dm, P);
    std::vector<double> c = networks.front()->data().loss_coefficients(P);
    const std::size_t   n = c.size();
    for (std::size_t i = 0; i < n; ++i)
      {
        c[i] -= shift[i];
        first[i] += dm * c[i];
        for (std::size_t j = 0; j <= i; ++j)
          second[i * n + j] += dm * c[i] * c[j];
      }
    add_rows(P, dm);
  }



  template <int dim>
  double
  PredictionMoments<dim>::loss_of_row(const DataRows                   &rows,
                                      const unsigned int                i,
                                      const dealii::FullMatrix<double> &P) const
  {
    double sum = 0;
    for (unsigned int a = 0; a < P.m(); ++a)
      {
        double error = rows.y[i * P.m() + a];
        for (unsigned int b = 0; b < P.n(); ++b)
          error -= P(a, b) * rows.x[i * P.n() + b];
        sum += 0.5 * error * error;
      }
    return sum;
  }



  template <int dim>
  void PredictionMoments<dim>::add_rows(const dealii::FullMatrix<double> &P,
                                        const double                      dm)
  {
    for (unsigned int k = 0; k < losses.size(); ++k)
      for (unsigned int i = 0; i < likelihoods[k].size(); ++i)
        likelihoods[k][i] +=
          dm *
          std::exp(
            -(loss_of_row(*losses[k].rows, i, P) -
              loss_of_row(*losses[k].rows, i, networks[k]->data().best_map)) /
            noise_variance);
  }



  template <int dim>
  void PredictionMoments<dim>::sum(const MPI_Comm communicator)
  {
    using dealii::Utilities::MPI::sum;
    mass = sum(mass, communicator);
    sum(product, communicator, product);
    product /= mass;
    std::vector<std::vector<double> *> all = {&first, &second};
    for (auto &values : likelihoods)
      all.push_back(&values);
    for (auto *values : all)
      {
        sum(*values, communicator, *values);
        for (double &value : *values)
          value /= mass;
      }
  }



  template <int dim>
  double PredictionMoments<dim>::mean_predictor(const unsigned int k) const
  {
    return networks[k]->data().loss(product);
  }



  template <int dim>
  double PredictionMoments<dim>::functional_variance(const unsigned int k) const
  {
    const auto        moments = networks[k]->data().second_moments();
    const std::size_t n       = first.size();
    double            sum     = 0;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        sum += moments(i, j) * (second[std::max(i, j) * n + std::min(i, j)] -
                                first[i] * first[j]);
    return sum;
  }



  template <int dim>
  boost::optional<double>
  PredictionMoments<dim>::predictive_loss(const unsigned int k) const
  {
    if (!losses[k].rows)
      return {};
    const DataRows &rows = *losses[k].rows;
    const auto     &best = networks[k]->data().best_map;
    double          sum = 0, weights = 0;
    for (unsigned int i = 0; i < rows.size(); ++i)
      if (rows.weights[i] > 0)
        {
          sum +=
            rows.weights[i] * (loss_of_row(rows, i, best) / noise_variance -
                               std::log(likelihoods[k][i]));
          weights += rows.weights[i];
        }
    return sum / weights + 0.5 * product.m() *
                             std::log(2 * dealii::numbers::PI * noise_variance);
  }



  template <int dim>
  Generalisation<dim>::Generalisation(
    const std::vector<PredictionLoss<dim>> &losses,
    const double                            noise_variance)
    : losses(losses)
    , noise_variance(noise_variance)
    , under_law(losses, noise_variance)
    , under_gibbs(losses, noise_variance)
  {}



  template <int dim>
  void
  Generalisation<dim>::visit(const typename Postprocessor<dim>::Sample &sample)
  {
    if (under_law.is_defined())
      under_law.add(sample.theta, sample.law.density() * sample.weight);
  }



  template <int dim>
  void Generalisation<dim>::finish(const Law<dim> &law, Summary &)
  {
    if (under_law.is_defined())
      under_law.sum(law.discretisation.communicator);
  }



  template <int dim>
  void Generalisation<dim>::report_law(const PredictionMoments<dim> &moments,
                                       const std::string            &who,
                                       Summary &summary) const
  {
    for (unsigned int k = 0; k < losses.size(); ++k)
      {
        const std::string path = "generalisation/" + losses[k].name + "/" + who;
        summary.set(path + "_mean_predictor", moments.mean_predictor(k));
        summary.set(path + "_functional_variance",
                    moments.functional_variance(k));
        if (const auto loss = moments.predictive_loss(k))
          summary.set(path + "_predictive", *loss);
        else
          summary.set_null(path + "_predictive",
                           "it needs the rows of a file; this is a population");
      }
  }



  template <int dim>
  void Generalisation<dim>::report_fluctuation(const double temperature,
                                               Summary     &summary) const
  {
    const std::string path   = "generalisation/singular_fluctuation/";
    const double      factor = 0.5 / (temperature * noise_variance);
    summary.set(path + "sgd", factor * under_law.functional_variance(0));
    summary.set(path + "gibbs", factor * under_gibbs.functional_variance(0));
    const auto &rows = losses.front().rows;
    if (!rows)
      {
        summary.set_null("generalisation/waic",
                         "it needs the rows of a file; this is a population");
        return;
      }
    const double n    = losses.front().loss->n_samples(),
                 beta = noise_variance / (temperature * n);
    summary.set("generalisation/waic",
                *under_gibbs.predictive_loss(0) +
                  beta * under_gibbs.functional_variance(0) /
                    (noise_variance * noise_variance));
  }



  template <int dim>
  void Generalisation<dim>::report(const Law<dim>          &law,
                                   const GibbsDensity<dim> *reference,
                                   const std::string       &reason,
                                   Summary                 &summary)
  {
    if (losses.empty())
      return;
    for (const auto &entry : losses)
      {
        const Summary::Json of =
          summary.json()["observables"][entry.name + "_loss"];
        for (const auto &[who, key] :
             {std::make_pair("sgd", "mean"),
              std::make_pair("sgd_variance", "variance"),
              std::make_pair("gibbs", "gibbs_mean"),
              std::make_pair("gibbs_variance", "gibbs_variance")})
          {
            const std::string path = "generalisation/" + entry.name + "/" + who;
            if (of.at(key).is_number())
              summary.set(path, of.at(key).template get<double>());
            else
              summary.set_null(path, reason.empty() ? heavy_tail : reason);
          }
      }
    if (!under_law.is_defined())
      return;
    summary.set("generalisation/noise_variance", noise_variance);
    report_law(under_law, "sgd", summary);
    if (reference == nullptr)
      return;
    law.for_each_point([&](const typename Law<dim>::Sample &sample) {
      under_gibbs.add(sample.theta,
                      std::exp(reference->log_density(sample.theta)) *
                        sample.weight);
    });
    under_gibbs.sum(law.discretisation.communicator);
    report_law(under_gibbs, "gibbs", summary);
    report_fluctuation(reference->temperature, summary);
  }



#define INSTANTIATE(dim)                                                 \
  template std::vector<PredictionLoss<dim>> make_prediction_losses<dim>( \
    const GeneralisationParameters &,                                    \
    const LossParameters &,                                              \
    const Vocabulary &,                                                  \
    const std::string &,                                                 \
    const MPI_Comm);                                                     \
  template class PredictionMoments<dim>;                                 \
  template class Generalisation<dim>;

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
} // namespace sgdfp
