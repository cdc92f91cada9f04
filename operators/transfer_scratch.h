// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_TRANSFER_SCRATCH_H
#define SGDFP_OPERATORS_TRANSFER_SCRATCH_H

#include "operators/transfer_operator.h"

namespace sgdfp
{
  /// The steps from one cell.
  template <int dim>
  struct TransferOperator<dim>::Scratch
  {
    explicit Scratch(const Discretisation<dim> &discretisation)
      : discretisation(discretisation)
      , moments(discretisation.element.degree)
      , dofs(discretisation.element.dofs_per_cell)
    {}

    const Discretisation<dim>                   &discretisation;
    GaussianMoments<dim>                         moments;
    typename Discretisation<dim>::Cell           cell;
    std::vector<dealii::types::global_dof_index> dofs;

    // By point
    dealii::Quadrature<dim>                      rule;
    std::vector<dealii::Point<dim>>              means;
    std::vector<dealii::SymmetricTensor<2, dim>> covariances;
    std::vector<dealii::Tensor<1, dim>>          half_widths;
    std::vector<double>                          weights;
    dealii::Point<dim>                           lower, upper; ///< of all steps

    std::vector<unsigned int> targets;
  };
} // namespace sgdfp

#endif
