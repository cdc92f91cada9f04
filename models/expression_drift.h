// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_EXPRESSION_DRIFT_H
#define SGDFP_MODELS_EXPRESSION_DRIFT_H

#include "base/expression_entry.h"
#include "models/matrix_field.h"

namespace sgdfp
{
  /// The vector field c(theta) of expressions "c_1, c_2, .." with symbolic
  /// derivatives.
  template <int dim>
  class ExpressionDrift
  {
  public:
    /// @throws EntryError unless it is dim expressions
    ExpressionDrift(const std::string &entry,
                    const std::string &text,
                    const Vocabulary  &vocabulary);

    VectorField<dim> value(const dealii::Point<dim> &theta) const;

  private:
    /// c_i, then d_l c_i (l slow)
    ExpressionTape with_derivatives;
  };
} // namespace sgdfp

#endif
