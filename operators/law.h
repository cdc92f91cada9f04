// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_LAW_H
#define SGDFP_OPERATORS_LAW_H

#include "operators/local_law.h"
#include "operators/trial_space.h"

namespace sgdfp
{
  /// A law: the density p_h of a trial space together with the dynamics that
  /// it belongs to; can be evaluated wherever this rank owns cells.
  ///
  /// Holds its own copy of the nodal log and of the coefficients, so that a
  /// law survives the next pass of a solver on the same mesh.
  template <int dim>
  class Law
  {
  public:
    using Cell = typename dealii::DoFHandler<dim>::active_cell_iterator;

    /// @param density nodal densities P, without ghosts; those of hanging nodes
    /// do not matter
    Law(const Discretisation<dim> &discretisation,
        const Dynamics<dim>       &dynamics,
        const TrialSpace<dim>     &trial_space,
        const Vector              &density);

    /// Evaluation at the points of an FEValues-like object.
    void evaluate(const dealii::FEValuesBase<dim> &fe_values,
                  const bool                       second_derivatives,
                  std::vector<LocalLaw<dim>>      &values) const;

    /// Evaluation (no second derivatives) at any points of one owned cell,
    /// given in unit coordinates.
    void evaluate(const Cell                            &cell,
                  const std::vector<dealii::Point<dim>> &unit_points,
                  std::vector<LocalLaw<dim>>            &values) const;

    /// Values of @p quantity at the nodes of another discretisation of the same
    /// mesh, without ghosts.
    Vector interpolate(
      const Discretisation<dim>                          &other,
      const std::function<double(const LocalLaw<dim> &)> &quantity) const;

    /// What for_each_point() hands out.
    struct Sample
    {
      const dealii::Point<dim>           &theta;
      const double                        weight; ///< JxW
      const LocalLaw<dim>                &law;
      const typename Dynamics<dim>::Flux &flux;
      const bool                          is_outer; ///< ParameterBox
    };

    /// Visits every quadrature point of the cells of this rank, with the flux
    /// coefficients and all derivatives.
    void for_each_point(const std::function<void(const Sample &)> &visit) const;

    /// The density is 0 in cells that @p carries says no to.
    void limit_to(const std::function<bool(const Cell &)> &carries);

    /// Nodal densities, with ghosts.
    const Vector &nodal_density() const;

    /// The space with its l.
    const TrialSpace<dim> &trial() const;

    const Discretisation<dim> &discretisation;
    const Dynamics<dim>       &dynamics;

  private:
    TrialSpace<dim> trial_space;
    Vector          density;
    /// u at the nodes, with ghosts
    Vector polynomial;
    /// By active cell; empty: all of them
    std::vector<bool> is_carried;
  };
} // namespace sgdfp

#endif
