// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_EXPRESSION_DIFFUSION_H
#define SGDFP_MODELS_EXPRESSION_DIFFUSION_H

#include "base/expression_entry.h"
#include "models/matrix_field.h"

namespace sgdfp
{
  /// d/d(variable i) of an expression of the case entry @p entry.
  /// @throws EntryError where the expression has so many terms that its
  /// derivatives cannot be handled.
  Expression derivative_of_entry(const std::string &entry,
                                 const std::string &text,
                                 const Expression  &expression,
                                 const unsigned int i);



  /// The matrix D(theta) of expressions "D_11, D_12; D_21, D_22" with symbolic
  /// derivatives.
  template <int dim>
  class ExpressionDiffusion
  {
  public:
    /// @throws EntryError unless it is a symmetric dim x dim matrix of
    /// expressions
    ExpressionDiffusion(const std::string &entry,
                        const std::string &text,
                        const Vocabulary  &vocabulary);

    MatrixField<dim> value(const dealii::Point<dim>    &theta,
                           const MatrixFieldDerivatives derivatives) const;

  private:
    static constexpr unsigned int n_entries = dim * (dim + 1) / 2;

    /// D_ij (i <= j, row by row), then the divergence
    ExpressionTape for_assembly;
    /// The same, then d_l D_ij (l slow), then d_l (div D)_i
    ExpressionTape with_derivatives;
  };
} // namespace sgdfp

#endif
