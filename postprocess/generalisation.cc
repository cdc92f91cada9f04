// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/generalisation.h"

#include "base/errors.h"
#include "base/text.h"

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
  template class Generalisation<dim>;

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE
} // namespace sgdfp
