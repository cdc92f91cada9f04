// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/landscape_observables.h"

#include "models/extreme_eigenvalues.h"

#include <deal.II/lac/lapack_full_matrix.h>

#include <algorithm>
#include <cmath>

namespace sgdfp
{
  using dealii::FullMatrix;
  using dealii::Point;

  namespace
  {
    template <int dim>
    double density_that_counts(const Law<dim> &law)
    {
      constexpr double share = 1e-12;
      if (law.discretisation.box.is_graded())
        return 0;
      Vector nodal = law.discretisation.owned_vector();
      nodal        = law.nodal_density();
      return share * maximum(nodal);
    }



    std::vector<double> singular_values(const FullMatrix<double> &P)
    {
      const unsigned int n = std::min(P.m(), P.n());
      if (n == 1)
        return {P.frobenius_norm()};
      dealii::LAPACKFullMatrix<double> copy(P.m(), P.n());
      copy = P;
      copy.compute_svd();
      std::vector<double> values;
      for (unsigned int i = 0; i < n; ++i)
        values.push_back(copy.singular_value(i));
      return values;
    }



    double effective_rank(const std::vector<double> &singular)
    {
      double sum = 0, entropy = 0;
      for (const double s : singular)
        sum += s;
      if (sum == 0)
        return 0;
      for (const double s : singular)
        if (s > 0)
          entropy -= s / sum * std::log(s / sum);
      return std::exp(entropy);
    }



    /// |B^T B - A A^T| of neighbouring layers A, B
    double imbalance(const FullMatrix<double> &A, const FullMatrix<double> &B)
    {
      FullMatrix<double> difference(A.m(), A.m());
      B.Tmmult(difference, B);
      FullMatrix<double> other(A.m(), A.m());
      A.mTmult(other, A);
      difference.add(-1., other);
      return difference.frobenius_norm();
    }
  } // namespace



  template <int dim>
  LandscapeObservables<dim>::LandscapeObservables(
    const Law<dim>                 &law,
    const std::vector<std::string> &taken)
    : dynamics(law.dynamics)
    , loss(law.dynamics.loss())
    , network(dynamic_cast<const Network<dim> *>(&loss))
    , taken(taken)
    , minimum_set(loss,
                  law.discretisation.box.search_corner(false),
                  law.discretisation.box.search_corner(true),
                  law.discretisation.communicator)
    , threshold(density_that_counts(law))
    , sums(names(law.dynamics).size())
  {}



  template <int dim>
  boost::optional<double> LandscapeObservables<dim>::minimum_loss() const
  {
    if (minimum_set.is_empty())
      return {};
    return minimum_set.minimum_value();
  }



  template <int dim>
  std::vector<std::string>
  LandscapeObservables<dim>::names(const Dynamics<dim> &dynamics)
  {
    const Loss<dim>         &loss = dynamics.loss();
    std::vector<std::string> list = {"loss",
                                     "gradient_norm",
                                     "sharpness",
                                     "trace_of_hessian",
                                     "distance_to_minimum"};
    if (dynamics.batch_sharpness() != nullptr)
      list.push_back("batch_sharpness");
    const auto *network = dynamic_cast<const Network<dim> *>(&loss);
    if (network == nullptr)
      return list;
    Point<dim> somewhere;
    for (unsigned int d = 0; d < dim; ++d)
      somewhere[d] = 1;
    const FullMatrix<double> P = network->end_to_end(somewhere);
    for (unsigned int a = 0; a < P.m(); ++a)
      for (unsigned int b = 0; b < P.n(); ++b)
        list.push_back(P.m() * P.n() == 1 ?
                         "end_to_end" :
                         "end_to_end_" + std::to_string(a + 1) +
                           std::to_string(b + 1));
    for (unsigned int i = 0; i < std::min(P.m(), P.n()); ++i)
      list.push_back("singular_value_" + std::to_string(i + 1));
    list.push_back("effective_rank");
    for (unsigned int l = 1; l < network->layers(somewhere).size(); ++l)
      list.push_back("imbalance_" + std::to_string(l));
    return list;
  }



  template <int dim>
  std::vector<double>
  LandscapeObservables<dim>::values(const Point<dim> &theta) const
  {
    const auto          hessian = loss.hessian(theta);
    std::vector<double> list    = {loss.value(theta),
                                   loss.gradient(theta).norm(),
                                   extreme_eigenvalues(hessian).second,
                                   trace(hessian),
                                   minimum_set.distance(theta)};
    if (dynamics.batch_sharpness() != nullptr)
      list.push_back((*dynamics.batch_sharpness())(theta));
    if (network == nullptr)
      return list;
    const FullMatrix<double> P = network->end_to_end(theta);
    for (unsigned int a = 0; a < P.m(); ++a)
      for (unsigned int b = 0; b < P.n(); ++b)
        list.push_back(P(a, b));
    const std::vector<double> singular = singular_values(P);
    list.insert(list.end(), singular.begin(), singular.end());
    list.push_back(effective_rank(singular));
    const auto layers = network->layers(theta);
    for (std::size_t l = 1; l < layers.size(); ++l)
      list.push_back(imbalance(layers[l - 1], layers[l]));
    return list;
  }



  template <int dim>
  void LandscapeObservables<dim>::visit(
    const typename Postprocessor<dim>::Sample &sample)
  {
    const double p = sample.law.density();
    if (std::abs(p) <= threshold)
      return;
    const std::vector<double> list = values(sample.theta);
    for (std::size_t i = 0; i < list.size(); ++i)
      sums[i].add(list[i], p * sample.weight, sample.is_outer);
  }



  template <int dim>
  void LandscapeObservables<dim>::finish(const Law<dim> &law, Summary &summary)
  {
    const auto list = names(dynamics);
    for (std::size_t i = 0; i < list.size(); ++i)
      {
        const std::string path = "observables/" + list[i];
        if (std::count(taken.begin(), taken.end(), list[i]) > 0)
          continue;
        if (list[i] == "distance_to_minimum" && minimum_set.is_empty())
          {
            const std::string reason = "no descent from a regular grid of "
                                       "starts found the minimum of the loss";
            summary.set_null(path + "/mean", reason);
            summary.set_null(path + "/variance", reason);
          }
        else
          sums[i].write(path, law.discretisation.communicator, summary);
      }
  }



  template class LandscapeObservables<1>;
  template class LandscapeObservables<2>;
  template class LandscapeObservables<3>;
} // namespace sgdfp
