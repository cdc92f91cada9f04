// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_FUNCTIONAL_H
#define SGDFP_OPERATORS_FUNCTIONAL_H

#include "operators/trial_space.h"

namespace sgdfp
{
  /// Means as linear functionals of the coefficients P of a density,
  ///
  ///     F_j . P = int f_j p_h,   (F_j)_i = int f_j psi_i,
  ///
  /// psi_i the trial functions; summed up cell by cell. In the space of
  /// polynomials (l = 0) they are the moments of f_j with the test functions.
  template <int dim>
  class FunctionalAssembly
  {
  public:
    using Cell = typename Discretisation<dim>::Cell;

    /// f_1, .., f_n at a point
    using Functions = std::function<void(const dealii::Point<dim> &theta,
                                         std::vector<double>      &values)>;

    /// @param n number of functions
    FunctionalAssembly(const Discretisation<dim> &discretisation,
                       const TrialSpace<dim>     &trial_space,
                       const unsigned int         n);

    /// Adds the integrals over one owned cell, by the rule of the
    /// discretisation.
    void add(const Cell &cell, const Functions &functions);

    /// The same by another rule of the unit cell.
    void add(const Cell                    &cell,
             const dealii::Quadrature<dim> &rule,
             const Functions               &functions);

    /// The sums over all ranks, without ghosts. Collective.
    std::vector<Vector> finish();

  private:
    void add(const dealii::FEValues<dim> &fe_values,
             const Cell                  &cell,
             const Functions             &functions);

    const Discretisation<dim> &discretisation;
    const TrialSpace<dim>     &trial_space;
    dealii::FEValues<dim>      usual;
    std::vector<Vector>        sums;
  };
} // namespace sgdfp

#endif
