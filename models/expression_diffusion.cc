// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/expression_diffusion.h"

#include "base/errors.h"

#include <array>

namespace sgdfp
{
  Expression derivative_of_entry(const std::string &entry,
                                 const std::string &text,
                                 const Expression  &expression,
                                 const unsigned int i)
  {
    // A derivative of a product of n factors has n products of n factors.
    constexpr unsigned int most = 20000;
    if (expression.size(most) == most)
      throw EntryError(entry,
                       text,
                       "its derivatives would have more than a million terms",
                       "Write it more briefly: sums of few products.");
    return expression.derivative(i);
  }



  template <int dim>
  ExpressionDiffusion<dim>::ExpressionDiffusion(const std::string &entry,
                                                const std::string &text,
                                                const Vocabulary  &vocabulary)
  {
    const auto D = parse_matrix_entry(entry, text, vocabulary, dim);
    for (unsigned int i = 0; i < dim; ++i)
      for (unsigned int j = 0; j < i; ++j)
        if (!D[i][j].equals(D[j][i]))
          throw EntryError(entry,
                           text,
                           "must be symmetric, and its entries (" +
                             std::to_string(j + 1) + "," +
                             std::to_string(i + 1) + ") and (" +
                             std::to_string(i + 1) + "," +
                             std::to_string(j + 1) + ") differ",
                           "Give both the same expression.");

    const auto derivative = [&](const Expression &e, const unsigned int i) {
      return derivative_of_entry(entry, text, e, i);
    };
    std::array<Expression, dim> divergence;
    std::vector<Expression>     outputs;
    for (unsigned int i = 0; i < dim; ++i)
      for (unsigned int j = 0; j < dim; ++j)
        {
          divergence[i] = divergence[i] + derivative(D[i][j], j);
          if (i <= j)
            outputs.push_back(D[i][j]);
        }
    outputs.insert(outputs.end(), divergence.begin(), divergence.end());
    for_assembly = ExpressionTape(outputs);

    for (unsigned int l = 0; l < dim; ++l)
      for (unsigned int i = 0; i < dim; ++i)
        for (unsigned int j = i; j < dim; ++j)
          outputs.push_back(derivative(D[i][j], l));
    for (unsigned int l = 0; l < dim; ++l)
      for (unsigned int i = 0; i < dim; ++i)
        outputs.push_back(derivative(divergence[i], l));
    with_derivatives = ExpressionTape(outputs);
  }



  template <int dim>
  MatrixField<dim> ExpressionDiffusion<dim>::value(
    const dealii::Point<dim>    &theta,
    const MatrixFieldDerivatives derivatives) const
  {
    const bool       all = (derivatives == MatrixFieldDerivatives::all);
    MatrixField<dim> D;
    double           values[n_entries + dim + dim * n_entries + dim * dim];
    const double    *next = values;
    (all ? with_derivatives : for_assembly).evaluate(theta.begin_raw(), values);
    for (unsigned int i = 0; i < dim; ++i)
      for (unsigned int j = i; j < dim; ++j)
        D.value[i][j] = *next++;
    for (unsigned int i = 0; i < dim; ++i)
      D.divergence[i] = *next++;
    if (!all)
      return D;
    for (unsigned int l = 0; l < dim; ++l)
      for (unsigned int i = 0; i < dim; ++i)
        for (unsigned int j = i; j < dim; ++j)
          D.gradient[l][i][j] = D.gradient[l][j][i] = *next++;
    for (unsigned int l = 0; l < dim; ++l)
      for (unsigned int i = 0; i < dim; ++i)
        D.divergence_gradient[l][i] = *next++;
    return D;
  }



  template class ExpressionDiffusion<1>;
  template class ExpressionDiffusion<2>;
  template class ExpressionDiffusion<3>;
} // namespace sgdfp
