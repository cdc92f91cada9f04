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
    /// Parts from the end of a graded box
    double outer_first = 0, outer_second = 0;
  };



  /// Mass by a Gauss rule with @p n_points per direction. Where it differs from
  /// the reported mass the cells do not resolve the density (a peak between
  /// two points of the rule).
  template <int dim>
  double mass_by_gauss(const Law<dim> &law, const unsigned int n_points);

  /// Which sides of a box (lower, upper of the first parameter, ..) the
  /// dynamics can cross. Where the parameters end
  /// (Loss::lower_limit()), or D n = 0 and n . (b - (1-a) div D) = 0 on a whole
  /// side, such as w = 0 of a balanced network, no probability gets across
  /// anyway: the box does not cut the law off there. Judged at 65 points per
  /// edge.
  template <int dim>
  using OpenSides = std::array<bool, 2 * dim>;

  template <int dim>
  OpenSides<dim> open_sides(const Dynamics<dim>     &dynamics,
                            const ParameterBox<dim> &box);

  /// Mass within 1 % of the width of the box (of its chart, if graded) of the
  /// open sides. The strip is cut out of the cells, so that the number does not
  /// depend on the mesh.
  template <int dim>
  double boundary_mass(const Law<dim> &law);

  /// The same of some sides only, within @p share of the width of the box. A
  /// corner belongs to both of its sides.
  template <int dim>
  double boundary_mass(const Law<dim>       &law,
                       const OpenSides<dim> &open,
                       const double          share = 0.01);

  /// The same for a density that is a function of the parameters.
  /// @param open whose sides count; see open_sides()
  template <int dim>
  double boundary_mass(
    const Discretisation<dim>                               &discretisation,
    const OpenSides<dim>                                    &open,
    const std::function<double(const dealii::Point<dim> &)> &density);
} // namespace sgdfp

#endif
