// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_DENSITY_STATISTICS_H
#define SGDFP_POSTPROCESS_DENSITY_STATISTICS_H

#include "postprocess/postprocessor.h"

namespace sgdfp
{
  /// Mass, negative mass, extrema and the first two moments:
  ///
  ///     mass = int p,  negative_mass = int max(0, -p),
  ///     mean_i = int theta_i p,  covariance_ij = int theta_i theta_j p -
  ///     mean_i mean_j.
  ///
  /// minimum and maximum are those of the nodal densities.
  template <int dim>
  class DensityStatistics : public Postprocessor<dim>
  {
  public:
    explicit DensityStatistics(const Law<dim> &law);

    void visit(const typename Postprocessor<dim>::Sample &sample) override;

    void finish(const Law<dim> &law, Summary &summary) override;

    double mass          = 0;
    double negative_mass = 0;

  private:
    const dealii::Point<dim> centre;
    dealii::Tensor<1, dim>   first;
    dealii::Tensor<2, dim>   second;
  };



  /// Mass by a Gauss rule with @p n_points per direction. Where it differs from
  /// the reported mass the cells do not resolve the density (a peak between
  /// two points of the rule).
  template <int dim>
  double mass_by_gauss(const Law<dim> &law, const unsigned int n_points);

  /// Mass within 1 % of the box width of the boundary. The strip is cut out of
  /// the cells, so that the number does not depend on the mesh.
  template <int dim>
  double boundary_mass(const Law<dim> &law);

  /// The same for a density that is a function of the parameters.
  template <int dim>
  double boundary_mass(
    const Discretisation<dim>                               &discretisation,
    const std::function<double(const dealii::Point<dim> &)> &density);
} // namespace sgdfp

#endif
