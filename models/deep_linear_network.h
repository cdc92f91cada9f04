// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_DEEP_LINEAR_NETWORK_H
#define SGDFP_MODELS_DEEP_LINEAR_NETWORK_H

#include "models/data_moments.h"
#include "models/network.h"
#include "models/network_layout.h"
#include "models/polynomial.h"

namespace sgdfp
{
  /// Deep linear network f(x) = P x, P = W_N ... W_1, with squared loss
  ///
  ///     L = 1/2 E|f(x) - y|^2 + (w/2)|theta|^2
  ///       = 1/2 tr[(P - P*) S (P - P*)^T] + L_residual + (w/2)|theta|^2,
  ///
  /// S = E[x x^T], P* = E[y x^T] S^+; the second form has no cancellation near
  /// the minimum. The weights psi of a NetworkLayout fill the matrices; the
  /// parameters theta are the weights, or coordinates on an affine slice
  /// psi = psi_0 + A theta of them. Weight decay is (w/2)|psi|^2. On a slice
  /// gradient descent is projected,
  ///
  ///     d theta/dt = -A^+ grad_psi L = -(A^T A)^-1 grad_theta L.
  ///
  /// The per-sample gradient is linear in the monomials m of DataMoments,
  /// g_i = sum_q G_qi(theta) m_q + const, hence C = G^T Cov(m) G, positive
  /// semidefinite by construction; P and G are polynomials in theta, so every
  /// derivative is exact [numerics.md, 8].
  template <int dim>
  class DeepLinearNetwork : public Network<dim>
  {
  public:
    DeepLinearNetwork(const NetworkLayout &layout,
                      const DataMoments   &moments,
                      const double         weight_decay);

    std::vector<dealii::FullMatrix<double>>
    layers(const dealii::Point<dim> &theta) const override;

    dealii::FullMatrix<double>
    end_to_end(const dealii::Point<dim> &theta) const override;

    const DataMoments &data() const override;

    double value(const dealii::Point<dim> &theta) const override;

    dealii::Tensor<1, dim>
    gradient(const dealii::Point<dim> &theta) const override;

    dealii::SymmetricTensor<2, dim>
    hessian(const dealii::Point<dim> &theta) const override;

    dealii::SymmetricTensor<2, dim> mobility() const override;

    boost::optional<SliceLeak>
    slice_leak(const dealii::Point<dim> &theta) const override;

    double weight_decay_loss(const dealii::Point<dim> &theta) const override;

    MatrixField<dim> gradient_covariance(
      const dealii::Point<dim>    &theta,
      const MatrixFieldDerivatives derivatives) const override;

    std::vector<Polynomial<dim>> descent_polynomials() const override;

    std::vector<std::vector<Polynomial<dim>>>
    noise_polynomials() const override;

    boost::optional<Polynomial<dim>> curvature_skewness() const override;

    boost::optional<SampleGradient<dim>> sample_gradient() const override;

    bool has_samples() const override;

    unsigned int n_samples() const override;

    std::string collapse_without_floor(const double a) const override;

    std::string description() const override;

    /// Whether the noise of the samples' gradients vanishes on the minimum set
    /// of @p loss (this network, or one that is made of it): the data have no
    /// label noise, up to round-off, and the network can fit them.
    /// @param has_weight_decay of that loss
    /// @param lower nothing below this is a value of the parameters
    bool fits_exactly(const Loss<dim> &loss,
                      const bool       has_weight_decay,
                      const double     lower) const;

    /// One row of (noise factor)^T G at a point, with its derivatives: C is the
    /// sum of the outer products of the rows. Second derivatives only with
    /// MatrixFieldDerivatives::all.
    struct GradientRow
    {
      dealii::Tensor<1, dim> value;
      dealii::Tensor<2, dim> first;  ///< [i][j] = d_j g_i
      dealii::Tensor<3, dim> second; ///< [i][j][l] = d_l d_j g_i
    };

    unsigned int n_gradient_rows() const;

    GradientRow gradient_row(const unsigned int           r,
                             const dealii::Point<dim>    &theta,
                             const MatrixFieldDerivatives derivatives) const;

  private:
    using Matrix = std::vector<std::vector<Polynomial<dim>>>;

    /// A polynomial with its first and second derivatives.
    struct Jet
    {
      Polynomial<dim>                                   value;
      std::array<Polynomial<dim>, dim>                  first;
      std::array<std::array<Polynomial<dim>, dim>, dim> second;

      explicit Jet(const Polynomial<dim> &q = Polynomial<dim>());
    };

    void build_layers();

    /// Why the law of a scalar chain without floor is no density, or ""
    std::string collapse_of_chain(const double a) const;

    /// The product of @p factors, the first layer first.
    Matrix multiply(const std::vector<Matrix> &factors) const;

    /// Row by row: (noise factor)^T G for coordinates in which d P_ab is
    /// slopes[i][ab]; rows that vanish are left out.
    std::vector<std::vector<Polynomial<dim>>> gradient_rows(
      const std::vector<std::vector<Polynomial<dim>>> &slopes) const;

    void build_gradient_map();

    /// What slice_leak() needs: derivatives by the weights, not by theta.
    void build_slice();

    /// (P - P*) S, n_outputs x n_inputs, row by row
    std::vector<double> residual(const dealii::Point<dim> &theta) const;

    const NetworkLayout             layout;
    const DataMoments               moments;
    const double                    weight_decay;
    dealii::SymmetricTensor<2, dim> inverse_metric; ///< (A^T A)^-1

    /// psi_k(theta)
    std::vector<Polynomial<dim>> weights;
    /// W_1, W_2, ..
    std::vector<Matrix> layer_matrices;

    /// Entries P_ab, a slow
    std::vector<Jet> product;
    /// |psi|^2
    Jet square_of_weights;

    /// gradient_map[r][i]: row r of (noise factor)^T G, so that
    /// C_ij = sum_r gradient_map[r][i] gradient_map[r][j]
    std::vector<std::array<Jet, dim>> gradient_map;

    /// Only for a slice: weight_slopes[k][ab] = d P_ab/d psi_k, and the rows of
    /// the gradient map in all weights.
    std::vector<std::vector<Polynomial<dim>>> weight_slopes, weight_rows;
  };
} // namespace sgdfp

#endif
