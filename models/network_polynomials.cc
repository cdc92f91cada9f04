// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/deep_linear_network.h"

namespace sgdfp
{
  template <int dim>
  boost::optional<SampleGradient<dim>>
  DeepLinearNetwork<dim>::sample_gradient() const
  {
    SampleGradient<dim> result;
    for (const Jet &entry : product)
      {
        result.product.push_back(entry.value);
        result.slopes.emplace_back();
        for (unsigned int i = 0; i < dim; ++i)
          for (unsigned int j = 0; j < dim; ++j)
            result.slopes.back()[i] =
              result.slopes.back()[i] + entry.first[j] * inverse_metric[i][j];
      }
    for (unsigned int i = 0; i < dim; ++i)
      for (unsigned int j = 0; j < dim; ++j)
        result.decay[i] =
          result.decay[i] + square_of_weights.first[j] *
                              (weight_decay / 2 * inverse_metric[i][j]);
    return result;
  }



  template <int dim>
  std::vector<Polynomial<dim>>
  DeepLinearNetwork<dim>::descent_polynomials() const
  {
    const unsigned int           n_in    = moments.n_inputs;
    const SampleGradient<dim>    samples = *sample_gradient();
    std::vector<Polynomial<dim>> result(samples.decay.begin(),
                                        samples.decay.end());
    // The mean over the samples of P x x^T - y x^T is (P - P*) S.
    for (unsigned int a = 0; a < moments.n_outputs; ++a)
      for (unsigned int b = 0; b < n_in; ++b)
        {
          Polynomial<dim> residual;
          for (unsigned int c = 0; c < n_in; ++c)
            residual = residual + (samples.product[a * n_in + c] +
                                   Polynomial<dim>(-moments.best_map(a, c))) *
                                    moments.input(c, b);
          for (unsigned int i = 0; i < dim; ++i)
            result[i] = result[i] + samples.slopes[a * n_in + b][i] * residual;
        }
    return result;
  }



  template <int dim>
  std::vector<std::vector<Polynomial<dim>>>
  DeepLinearNetwork<dim>::noise_polynomials() const
  {
    std::vector<std::vector<Polynomial<dim>>> rows;
    for (const auto &row : gradient_map)
      {
        rows.emplace_back();
        for (const Jet &entry : row)
          rows.back().push_back(entry.value);
      }
    return rows;
  }



  template <int dim>
  boost::optional<Polynomial<dim>>
  DeepLinearNetwork<dim>::curvature_skewness() const
  {
    // z_i = sum_q G_qi (m_q - E m_q)
    const unsigned int n_in = moments.n_inputs, n_m = moments.n_monomials();
    const SampleGradient<dim>                     samples = *sample_gradient();
    std::vector<std::array<Polynomial<dim>, dim>> G(n_m);
    for (unsigned int a = 0; a < moments.n_outputs; ++a)
      for (unsigned int b = 0; b < n_in; ++b)
        for (unsigned int i = 0; i < dim; ++i)
          {
            const auto &slope = samples.slopes[a * n_in + b][i];
            for (unsigned int c = 0; c < n_in; ++c)
              {
                auto &entry = G[moments.input_monomial(b, c)][i];
                entry       = entry + slope * samples.product[a * n_in + c];
              }
            auto &entry = G[moments.output_monomial(a, b)][i];
            entry       = entry + slope * -1.;
          }
    Polynomial<dim> sum;
    for (unsigned int p = 0; p < n_m; ++p)
      for (unsigned int q = 0; q < n_m; ++q)
        for (unsigned int r = 0; r < n_m; ++r)
          if (const double moment = moments.third[(p * n_m + q) * n_m + r];
              moment != 0)
            for (unsigned int i = 0; i < dim; ++i)
              for (unsigned int j = 0; j < dim; ++j)
                sum = sum + G[p][i] * G[q][j] * G[r][i].derivative(j) * moment;
    return sum;
  }



  template boost::optional<Polynomial<1>>
  DeepLinearNetwork<1>::curvature_skewness() const;
  template boost::optional<Polynomial<2>>
  DeepLinearNetwork<2>::curvature_skewness() const;
  template boost::optional<Polynomial<3>>
  DeepLinearNetwork<3>::curvature_skewness() const;
  template boost::optional<SampleGradient<1>>
  DeepLinearNetwork<1>::sample_gradient() const;
  template boost::optional<SampleGradient<2>>
  DeepLinearNetwork<2>::sample_gradient() const;
  template boost::optional<SampleGradient<3>>
  DeepLinearNetwork<3>::sample_gradient() const;
  template std::vector<Polynomial<1>>
  DeepLinearNetwork<1>::descent_polynomials() const;
  template std::vector<Polynomial<2>>
  DeepLinearNetwork<2>::descent_polynomials() const;
  template std::vector<Polynomial<3>>
  DeepLinearNetwork<3>::descent_polynomials() const;
  template std::vector<std::vector<Polynomial<1>>>
  DeepLinearNetwork<1>::noise_polynomials() const;
  template std::vector<std::vector<Polynomial<2>>>
  DeepLinearNetwork<2>::noise_polynomials() const;
  template std::vector<std::vector<Polynomial<3>>>
  DeepLinearNetwork<3>::noise_polynomials() const;
} // namespace sgdfp
