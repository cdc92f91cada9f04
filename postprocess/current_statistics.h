// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_CURRENT_STATISTICS_H
#define SGDFP_POSTPROCESS_CURRENT_STATISTICS_H

#include "postprocess/postprocessor.h"

namespace sgdfp
{
  /// curl of a field from its gradient [i][j] = d_i F_j: one component in 2-D
  /// (d_1 F_2 - d_2 F_1), three in 3-D, none in 1-D.
  template <int dim>
  std::vector<double> curl(const dealii::Tensor<2, dim> &gradient);

  /// What circulates:
  ///
  ///     l1 = int |J|,   curl_l2 = (int |curl J|^2)^(1/2),
  ///     velocity_curl_max: curl of J/p where it is largest in absolute value
  ///     among points with p above 1e-3 of its maximum (signed in 2-D).
  ///
  /// In one dimension a curl does not exist: null.
  template <int dim>
  class CurrentStatistics : public Postprocessor<dim>
  {
  public:
    explicit CurrentStatistics(const Law<dim> &law);

    void visit(const typename Postprocessor<dim>::Sample &sample) override;

    void finish(const Law<dim> &law, Summary &summary) override;

    double l1 = 0;

  private:
    const double density_threshold;
    double       curl_square = 0;
    double       highest = 0, lowest = 0;
  };
} // namespace sgdfp

#endif
