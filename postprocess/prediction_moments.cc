// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/generalisation.h"

#include <deal.II/base/numbers.h>

#include <algorithm>
#include <cmath>

namespace sgdfp
{
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
        best_losses.emplace_back();
        for (unsigned int i = 0; entry.rows && i < entry.rows->size(); ++i)
          best_losses.back().push_back(
            loss_of_row(*entry.rows, i, network->data().best_map));
        likelihoods.emplace_back(best_losses.back().size(), 0.);
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
          std::exp(-(loss_of_row(*losses[k].rows, i, P) - best_losses[k][i]) /
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
    double          sum = 0, weights = 0;
    for (unsigned int i = 0; i < rows.size(); ++i)
      if (rows.weights[i] > 0)
        {
          sum += rows.weights[i] * (best_losses[k][i] / noise_variance -
                                    std::log(likelihoods[k][i]));
          weights += rows.weights[i];
        }
    return sum / weights + 0.5 * product.m() *
                             std::log(2 * dealii::numbers::PI * noise_variance);
  }



  template class PredictionMoments<1>;
  template class PredictionMoments<2>;
  template class PredictionMoments<3>;
} // namespace sgdfp
