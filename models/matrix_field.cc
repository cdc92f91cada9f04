// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/matrix_field.h"

namespace sgdfp
{
  using dealii::Tensor;

  template <int dim>
  void
  MatrixField<dim>::add_outer_product(const Tensor<1, dim>        &g,
                                      const Tensor<2, dim>        &dg,
                                      const Tensor<3, dim>        &ddg,
                                      const MatrixFieldDerivatives derivatives)
  {
    for (unsigned int i = 0; i < dim; ++i)
      for (unsigned int j = i; j < dim; ++j)
        value[i][j] += g[i] * g[j];
    divergence += dg * g + trace(dg) * g;
    if (derivatives == MatrixFieldDerivatives::divergence)
      return;
    for (unsigned int l = 0; l < dim; ++l)
      for (unsigned int i = 0; i < dim; ++i)
        for (unsigned int j = 0; j < dim; ++j)
          {
            gradient[l][i][j] += dg[i][l] * g[j] + g[i] * dg[j][l];
            // d_l (d_j g_i g_j + g_i d_j g_j)
            divergence_gradient[l][i] +=
              ddg[i][j][l] * g[j] + dg[i][j] * dg[j][l] + dg[i][l] * dg[j][j] +
              g[i] * ddg[j][j][l];
          }
  }



  template struct MatrixField<1>;
  template struct MatrixField<2>;
  template struct MatrixField<3>;
} // namespace sgdfp
