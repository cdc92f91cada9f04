// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_DEEP_LINEAR_NETWORK_H
#define SGDFP_MODELS_DEEP_LINEAR_NETWORK_H

#include "models/data_moments.h"
#include "models/loss.h"
#include "models/polynomial.h"

namespace sgdfp
{
  /// Deep linear network f(x) = P x, P = W_N ... W_1, with squared loss
  ///
  ///     L = 1/2 E|f(x) - y|^2 + (w/2)|theta|^2
  ///       = 1/2 tr[(P - P*) S (P - P*)^T] + L_residual + (w/2)|theta|^2,
  ///
  /// S = E[x x^T], P* = E[y x^T] S^+, theta the entries of W_1, W_2, .. row by
  /// row. The second form has no cancellation near the minimum.
  ///
  /// The per-sample gradient is linear in the monomials m of DataMoments,
  /// g_i = sum_q G_qi(theta) m_q + const, hence C = G^T Cov(m) G, positive
  /// semidefinite by construction; P and G are polynomials in theta, so every
  /// derivative is exact [numerics.md, 8].
  template <int dim>
  class DeepLinearNetwork : public Loss<dim>
  {
  public:
    DeepLinearNetwork(const std::vector<unsigned int> &widths,
                      const DataMoments               &moments,
                      const double                     weight_decay);

    /// Number of entries of all weight matrices.
    static unsigned int n_parameters(const std::vector<unsigned int> &widths);

    /// The end-to-end matrix P(theta), n_outputs x n_inputs
    dealii::FullMatrix<double>
    end_to_end(const dealii::Point<dim> &theta) const;

    double value(const dealii::Point<dim> &theta) const override;

    dealii::Tensor<1, dim>
    gradient(const dealii::Point<dim> &theta) const override;

    dealii::SymmetricTensor<2, dim>
    hessian(const dealii::Point<dim> &theta) const override;

    MatrixField<dim> gradient_covariance(
      const dealii::Point<dim>    &theta,
      const MatrixFieldDerivatives derivatives) const override;

    bool has_samples() const override;

    unsigned int n_samples() const override;

    std::string collapse_without_floor() const override;

    std::string description() const override;

  private:
    /// A polynomial with its first and second derivatives.
    struct Jet
    {
      Polynomial<dim>                                   value;
      std::array<Polynomial<dim>, dim>                  first;
      std::array<std::array<Polynomial<dim>, dim>, dim> second;

      explicit Jet(const Polynomial<dim> &q = Polynomial<dim>());
    };

    void multiply_layers();

    void build_gradient_map();

    /// (P - P*) S, n_outputs x n_inputs, row by row
    std::vector<double> residual(const dealii::Point<dim> &theta) const;

    const std::vector<unsigned int> widths;
    const DataMoments               moments;
    const double                    weight_decay;

    /// Entries P_ab, a slow
    std::vector<Jet> product;

    /// gradient_map[r][i]: row r of (noise factor)^T G, so that
    /// C_ij = sum_r gradient_map[r][i] gradient_map[r][j]
    std::vector<std::array<Jet, dim>> gradient_map;
  };
} // namespace sgdfp

#endif
