// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/balanced_network.h"

#include <cmath>

namespace sgdfp
{
  using dealii::Point;
  using dealii::SymmetricTensor;
  using dealii::Tensor;

  namespace
  {
    /// factor * w^exponent, 0 for factor 0 even where the power is infinite
    double monomial(const double factor, const double w, const double exponent)
    {
      return factor == 0 ? 0. : factor * std::pow(w, exponent);
    }
  } // namespace



  template <int dim>
  BalancedNetwork<dim>::BalancedNetwork(const NetworkLayout &layout,
                                        const unsigned int   n_layers,
                                        const DataMoments   &moments,
                                        const double         weight_decay)
    : single_layer(layout, moments, /*weight_decay=*/0.)
    , N(n_layers)
    , weight_decay(weight_decay)
  {}



  template <int dim>
  typename BalancedNetwork<dim>::Factors
  BalancedNetwork<dim>::factors(const double w) const
  {
    return {monomial(N, w, 2 - 2 / N),
            monomial(2 * (N - 1), w, 1 - 2 / N),
            monomial(2 * (N - 1) * (1 - 2 / N), w, -2 / N),
            monomial(N * (N - 1), w, 3 - 4 / N),
            monomial(N * (N - 1) * (3 - 4 / N), w, 2 - 4 / N)};
  }



  template <int dim>
  std::vector<dealii::FullMatrix<double>>
  BalancedNetwork<dim>::layers(const Point<dim> &w) const
  {
    dealii::FullMatrix<double> layer(dim, dim);
    for (unsigned int i = 0; i < dim; ++i)
      layer(i, i) = std::pow(w[i], 1 / N);
    return std::vector<dealii::FullMatrix<double>>(static_cast<unsigned int>(N),
                                                   layer);
  }



  template <int dim>
  dealii::FullMatrix<double>
  BalancedNetwork<dim>::end_to_end(const Point<dim> &w) const
  {
    return single_layer.end_to_end(w);
  }



  template <int dim>
  const DataMoments &BalancedNetwork<dim>::data() const
  {
    return single_layer.data();
  }



  template <int dim>
  double BalancedNetwork<dim>::value(const Point<dim> &w) const
  {
    return single_layer.value(w) + weight_decay_loss(w);
  }



  template <int dim>
  Tensor<1, dim> BalancedNetwork<dim>::gradient(const Point<dim> &w) const
  {
    Tensor<1, dim> result = single_layer.gradient(w);
    for (unsigned int i = 0; i < dim; ++i)
      result[i] += monomial(weight_decay, w[i], 2 / N - 1);
    return result;
  }



  template <int dim>
  SymmetricTensor<2, dim>
  BalancedNetwork<dim>::hessian(const Point<dim> &w) const
  {
    SymmetricTensor<2, dim> result = single_layer.hessian(w);
    for (unsigned int i = 0; i < dim; ++i)
      result[i][i] += monomial(weight_decay * (2 / N - 1), w[i], 2 / N - 2);
    return result;
  }



  template <int dim>
  Tensor<1, dim> BalancedNetwork<dim>::velocity(const Point<dim> &w) const
  {
    const Tensor<1, dim> slope = single_layer.gradient(w);
    Tensor<1, dim>       b;
    for (unsigned int i = 0; i < dim; ++i)
      b[i] = -factors(w[i]).m * slope[i] - weight_decay * N * w[i];
    return b;
  }



  template <int dim>
  Tensor<2, dim>
  BalancedNetwork<dim>::velocity_gradient(const Point<dim> &w) const
  {
    const Tensor<1, dim>          slope     = single_layer.gradient(w);
    const SymmetricTensor<2, dim> curvature = single_layer.hessian(w);
    Tensor<2, dim>                result;
    for (unsigned int i = 0; i < dim; ++i)
      {
        const Factors f = factors(w[i]);
        for (unsigned int l = 0; l < dim; ++l)
          result[l][i] = -f.m * curvature[i][l];
        result[i][i] -= f.dm * slope[i] + weight_decay * N;
      }
    return result;
  }



  template <int dim>
  bool BalancedNetwork<dim>::is_gradient_flow() const
  {
    return false;
  }



  template <int dim>
  boost::optional<double> BalancedNetwork<dim>::lower_limit() const
  {
    return 0.;
  }



  template <int dim>
  std::string BalancedNetwork<dim>::velocity_description() const
  {
    return "-N w^(2-2/N) grad L + what minibatch noise adds on the balanced "
           "manifold";
  }



  template <int dim>
  VectorField<dim>
  BalancedNetwork<dim>::noise_induced_drift(const Point<dim> &w,
                                            const double      a) const
  {
    const MatrixField<dim> c =
      single_layer.gradient_covariance(w, MatrixFieldDerivatives::all);
    std::array<Factors, dim> f;
    for (unsigned int i = 0; i < dim; ++i)
      f[i] = factors(w[i]);

    VectorField<dim> drift;
    for (unsigned int i = 0; i < dim; ++i)
      {
        double spread = 0; // sum_j c_ij m_j'
        for (unsigned int j = 0; j < dim; ++j)
          spread += c.value[i][j] * f[j].dm;
        drift.value[i] = c.value[i][i] * f[i].h * (1 - a) - a * f[i].m * spread;
        for (unsigned int l = 0; l < dim; ++l)
          {
            double d_spread = c.value[i][l] * f[l].ddm;
            for (unsigned int j = 0; j < dim; ++j)
              d_spread += c.gradient[l][i][j] * f[j].dm;
            drift.gradient[l][i] =
              c.gradient[l][i][i] * f[i].h * (1 - a) - a * f[i].m * d_spread;
          }
        drift.gradient[i][i] +=
          c.value[i][i] * f[i].dh * (1 - a) - a * f[i].dm * spread;
      }
    return drift;
  }



  template <int dim>
  MatrixField<dim> BalancedNetwork<dim>::gradient_covariance(
    const Point<dim>            &w,
    const MatrixFieldDerivatives derivatives) const
  {
    std::array<Factors, dim> f;
    for (unsigned int i = 0; i < dim; ++i)
      f[i] = factors(w[i]);

    MatrixField<dim> C;
    for (unsigned int r = 0; r < single_layer.n_gradient_rows(); ++r)
      {
        // v_i = m_i(w_i) g_i(w)
        const auto     row = single_layer.gradient_row(r, w, derivatives);
        Tensor<1, dim> v;
        Tensor<2, dim> dv;
        Tensor<3, dim> ddv;
        for (unsigned int i = 0; i < dim; ++i)
          {
            v[i]  = f[i].m * row.value[i];
            dv[i] = f[i].m * row.first[i];
            dv[i][i] += f[i].dm * row.value[i];
            ddv[i] = f[i].m * row.second[i];
            for (unsigned int j = 0; j < dim; ++j)
              {
                ddv[i][i][j] += f[i].dm * row.first[i][j];
                ddv[i][j][i] += f[i].dm * row.first[i][j];
              }
            ddv[i][i][i] += f[i].ddm * row.value[i];
          }
        C.add_outer_product(v, dv, ddv, derivatives);
      }
    return C;
  }



  template <int dim>
  bool BalancedNetwork<dim>::has_scalar_gradient() const
  {
    return dim == 1;
  }



  template <int dim>
  double BalancedNetwork<dim>::scalar_gradient(const Point<dim> &w) const
  {
    return factors(w[0]).m;
  }



  template <int dim>
  bool BalancedNetwork<dim>::has_samples() const
  {
    return true;
  }



  template <int dim>
  unsigned int BalancedNetwork<dim>::n_samples() const
  {
    return single_layer.n_samples();
  }



  template <int dim>
  std::string BalancedNetwork<dim>::collapse_without_floor(const double) const
  {
    if (single_layer.n_gradient_rows() == 0)
      return "the gradients of all samples are equal: there is no minibatch "
             "noise, and the law is a set of points, not a density";
    if (single_layer.fits_exactly(*this, weight_decay > 0, /*lower=*/0.))
      return "without label noise the gradient noise vanishes on the minimum "
             "set: the law collapses onto it and has no density";
    return "";
  }



  template <int dim>
  double BalancedNetwork<dim>::weight_decay_loss(const Point<dim> &w) const
  {
    double sum = 0;
    for (unsigned int i = 0; i < dim; ++i)
      sum += monomial(0.5 * weight_decay * N, w[i], 2 / N);
    return sum;
  }



  template <int dim>
  std::string BalancedNetwork<dim>::description() const
  {
    return single_layer.description() + ", the product of " +
           std::to_string(static_cast<unsigned int>(N)) + " balanced layers" +
           (weight_decay > 0 ? " + weight decay" : "");
  }



  template <int dim>
  boost::optional<SampleGradient<dim>>
  BalancedNetwork<dim>::sample_gradient() const
  {
    auto gradient            = single_layer.sample_gradient();
    gradient->n_balanced     = static_cast<unsigned int>(N);
    gradient->balanced_decay = weight_decay;
    return gradient;
  }



  template class BalancedNetwork<1>;
  template class BalancedNetwork<2>;
  template class BalancedNetwork<3>;
} // namespace sgdfp
