// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_MATRIX_FIELD_H
#define SGDFP_MODELS_MATRIX_FIELD_H

#include <deal.II/base/point.h>
#include <deal.II/base/symmetric_tensor.h>
#include <deal.II/base/tensor.h>

namespace sgdfp
{
  /// How much of a MatrixField is wanted; each level contains the one before.
  enum class MatrixFieldDerivatives
  {
    divergence, ///< value and divergence: what assembly needs
    all         ///< also gradient and gradient of the divergence
  };



  /// A vector field at a point, with its Jacobian.
  template <int dim>
  struct VectorField
  {
    dealii::Tensor<1, dim> value;
    /// gradient[l][i] = d_l v_i
    dealii::Tensor<2, dim> gradient;
  };



  /// A symmetric matrix field A(theta) (the covariance C or the diffusion D)
  /// at a point, with exact derivatives.
  template <int dim>
  struct MatrixField
  {
    /// A_ij
    dealii::SymmetricTensor<2, dim> value;
    /// (div A)_i = d_j A_ij
    dealii::Tensor<1, dim> divergence;
    /// gradient[l] = d_l A, a dim x dim matrix
    dealii::Tensor<3, dim> gradient;
    /// divergence_gradient[l][i] = d_l (div A)_i
    dealii::Tensor<2, dim> divergence_gradient;

    MatrixField &operator*=(const double factor)
    {
      value *= factor;
      divergence *= factor;
      gradient *= factor;
      divergence_gradient *= factor;
      return *this;
    }

    /// Adds g g^T, g a vector field.
    /// @param dg  dg[i][j] = d_j g_i
    /// @param ddg ddg[i][j][l] = d_l d_j g_i; used only with
    ///            MatrixFieldDerivatives::all
    void add_outer_product(const dealii::Tensor<1, dim> &g,
                           const dealii::Tensor<2, dim> &dg,
                           const dealii::Tensor<3, dim> &ddg,
                           const MatrixFieldDerivatives  derivatives);
  };
} // namespace sgdfp

#endif
