// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_BALANCED_NETWORK_H
#define SGDFP_MODELS_BALANCED_NETWORK_H

#include "models/deep_linear_network.h"

namespace sgdfp
{
  /// SGD of a diagonal network of N layers on its balanced manifold, where the
  /// weights of a mode have the same absolute value: one parameter per mode,
  /// its end-to-end weight w_i = prod_l theta_li >= 0. For SGD without floor
  /// the manifold is attracting and invariant [anchors.md, B3 and B4].
  ///
  /// With m_i = |grad_theta w_i|^2 = N w_i^(2-2/N), h_i = N(N-1) w_i^(3-4/N),
  /// c = Cov of the per-sample gradient in w, f = eta/2B:
  ///
  ///     b_i  = -m_i d_i L + f [c_ii h_i (1-a) - a m_i sum_j c_ij m_j'],
  ///     D_ij = f c_ij m_i m_j,
  ///
  /// L with the weight decay (N wd/2) sum_i w_i^(2/N). The second term of b is
  /// the curvature of the manifold (Ito's formula for a = 0); for a > 0, what
  /// the calculus of the noise in theta becomes in w.
  ///
  /// D vanishes at w_i = 0: paths stay positive, and a box that begins at 0 is
  /// not cut off there.
  template <int dim>
  class BalancedNetwork : public Network<dim>
  {
  public:
    /// @param layout of the diagonal network of a single layer
    BalancedNetwork(const NetworkLayout &layout,
                    const unsigned int   n_layers,
                    const DataMoments   &moments,
                    const double         weight_decay);

    std::vector<dealii::FullMatrix<double>>
    layers(const dealii::Point<dim> &w) const override;

    dealii::FullMatrix<double>
    end_to_end(const dealii::Point<dim> &w) const override;

    const DataMoments &data() const override;

    double value(const dealii::Point<dim> &w) const override;

    /// d L/d w_i, not the gradient that moves w
    dealii::Tensor<1, dim> gradient(const dealii::Point<dim> &w) const override;

    dealii::SymmetricTensor<2, dim>
    hessian(const dealii::Point<dim> &w) const override;

    dealii::Tensor<1, dim> velocity(const dealii::Point<dim> &w) const override;

    dealii::Tensor<2, dim>
    velocity_gradient(const dealii::Point<dim> &w) const override;

    bool is_gradient_flow() const override;

    /// 0
    boost::optional<double> lower_limit() const override;

    std::string velocity_description() const override;

    VectorField<dim> noise_induced_drift(const dealii::Point<dim> &w,
                                         const double a) const override;

    /// c_ij m_i m_j
    MatrixField<dim> gradient_covariance(
      const dealii::Point<dim>    &w,
      const MatrixFieldDerivatives derivatives) const override;

    boost::optional<SampleGradient<dim>> sample_gradient() const override;

    /// In one dimension.
    bool has_scalar_gradient() const override;

    /// m = |grad_theta w|^2: noise zeta of the end-to-end weight moves theta by
    /// grad_theta w zeta, and w by m zeta. To first order in the jump: a finite
    /// one changes m on its way.
    double scalar_gradient(const dealii::Point<dim> &w) const override;

    bool has_samples() const override;

    unsigned int n_samples() const override;

    std::string collapse_without_floor(const double a) const override;

    double weight_decay_loss(const dealii::Point<dim> &w) const override;

    std::string description() const override;

  private:
    /// m, h and their derivatives at one w
    struct Factors
    {
      double m, dm, ddm, h, dh;
    };

    Factors factors(const double w) const;

    const DeepLinearNetwork<dim> single_layer;
    const double                 N;
    const double                 weight_decay;
  };
} // namespace sgdfp

#endif
