// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/current_statistics.h"

namespace sgdfp
{
  template <int dim>
  std::vector<double> curl(const dealii::Tensor<2, dim> &g)
  {
    if constexpr (dim == 2)
      return {g[0][1] - g[1][0]};
    else if constexpr (dim == 3)
      return {g[1][2] - g[2][1], g[2][0] - g[0][2], g[0][1] - g[1][0]};
    else
      return {};
  }



  template <int dim>
  CurrentStatistics<dim>::CurrentStatistics(const Law<dim> &law)
    : density_threshold(1e-3 * maximum(law.nodal_density()))
  {}



  template <int dim>
  void CurrentStatistics<dim>::visit(
    const typename Postprocessor<dim>::Sample &sample)
  {
    l1 += sample.law.current(sample.flux).norm() * sample.weight;
    for (const double c : curl<dim>(sample.law.current_gradient(sample.flux)))
      curl_square += c * c * sample.weight;
    if (sample.law.density() > density_threshold)
      {
        const auto v    = curl<dim>(sample.law.velocity_gradient(sample.flux));
        double     size = 0;
        for (const double c : v)
          size += c * c;
        size = std::sqrt(size);
        if (dim == 2 && v[0] < 0)
          size = -size;
        highest = std::max(highest, size);
        lowest  = std::min(lowest, size);
      }
  }



  template <int dim>
  void CurrentStatistics<dim>::finish(const Law<dim> &law, Summary &summary)
  {
    using namespace dealii::Utilities::MPI;
    const MPI_Comm communicator = law.discretisation.communicator;
    l1                          = sum(l1, communicator);
    curl_square                 = sum(curl_square, communicator);
    highest                     = max(highest, communicator);
    lowest                      = min(lowest, communicator);
    summary.set("current/l1", l1);
    if (dim == 1)
      {
        const std::string reason = "there is no curl in one dimension";
        summary.set_null("current/curl_l2", reason);
        summary.set_null("current/velocity_curl_max", reason);
        return;
      }
    summary.set("current/curl_l2", std::sqrt(curl_square));
    // Symmetric laws have both signs alike: then the positive one, not the
    // one that round-off prefers.
    constexpr double tie = 1 + 1e-6;
    summary.set("current/velocity_curl_max",
                tie * highest > -lowest ? highest : lowest);
  }



  template class CurrentStatistics<1>;
  template class CurrentStatistics<2>;
  template class CurrentStatistics<3>;

  template std::vector<double> curl(const dealii::Tensor<2, 1> &);
  template std::vector<double> curl(const dealii::Tensor<2, 2> &);
  template std::vector<double> curl(const dealii::Tensor<2, 3> &);
} // namespace sgdfp
