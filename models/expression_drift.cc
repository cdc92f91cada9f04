// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/expression_drift.h"

#include "models/expression_diffusion.h"

namespace sgdfp
{
  template <int dim>
  ExpressionDrift<dim>::ExpressionDrift(const std::string &entry,
                                        const std::string &text,
                                        const Vocabulary  &vocabulary)
  {
    const auto c = parse_vector_entry(entry, text, vocabulary, dim);
    std::vector<Expression> outputs = c;
    for (unsigned int l = 0; l < dim; ++l)
      for (unsigned int i = 0; i < dim; ++i)
        outputs.push_back(derivative_of_entry(entry, text, c[i], l));
    with_derivatives = ExpressionTape(outputs);
  }



  template <int dim>
  VectorField<dim>
  ExpressionDrift<dim>::value(const dealii::Point<dim> &theta) const
  {
    double values[dim + dim * dim];
    with_derivatives.evaluate(theta.begin_raw(), values);
    VectorField<dim> c;
    for (unsigned int i = 0; i < dim; ++i)
      c.value[i] = values[i];
    for (unsigned int l = 0; l < dim; ++l)
      for (unsigned int i = 0; i < dim; ++i)
        c.gradient[l][i] = values[dim + l * dim + i];
    return c;
  }



  template class ExpressionDrift<1>;
  template class ExpressionDrift<2>;
  template class ExpressionDrift<3>;
} // namespace sgdfp
