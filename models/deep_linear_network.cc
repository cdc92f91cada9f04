// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/deep_linear_network.h"

#include <algorithm>

namespace sgdfp
{
  using dealii::Point;
  using dealii::SymmetricTensor;
  using dealii::Tensor;

  template <int dim>
  DeepLinearNetwork<dim>::Jet::Jet(const Polynomial<dim> &q)
    : value(q)
  {
    for (unsigned int i = 0; i < dim; ++i)
      {
        first[i] = q.derivative(i);
        for (unsigned int j = 0; j < dim; ++j)
          second[i][j] = first[i].derivative(j);
      }
  }



  template <int dim>
  DeepLinearNetwork<dim>::DeepLinearNetwork(
    const std::vector<unsigned int> &widths,
    const DataMoments               &moments,
    const double                     weight_decay)
    : widths(widths)
    , moments(moments)
    , weight_decay(weight_decay)
  {
    AssertThrow(n_parameters(widths) == dim, dealii::ExcInternalError());
    multiply_layers();
    build_gradient_map();
  }



  template <int dim>
  unsigned int
  DeepLinearNetwork<dim>::n_parameters(const std::vector<unsigned int> &widths)
  {
    unsigned int n = 0;
    for (std::size_t l = 0; l + 1 < widths.size(); ++l)
      n += widths[l + 1] * widths[l];
    return n;
  }



  template <int dim>
  void DeepLinearNetwork<dim>::multiply_layers()
  {
    using Matrix            = std::vector<std::vector<Polynomial<dim>>>;
    const unsigned int n_in = widths.front();
    Matrix             P(n_in, std::vector<Polynomial<dim>>(n_in));
    for (unsigned int b = 0; b < n_in; ++b)
      P[b][b] = Polynomial<dim>(1.);

    unsigned int parameter = 0;
    for (std::size_t l = 0; l + 1 < widths.size(); ++l)
      {
        Matrix next(widths[l + 1], std::vector<Polynomial<dim>>(n_in));
        for (unsigned int a = 0; a < widths[l + 1]; ++a)
          for (unsigned int c = 0; c < widths[l]; ++c, ++parameter)
            for (unsigned int b = 0; b < n_in; ++b)
              next[a][b] =
                next[a][b] + Polynomial<dim>::variable(parameter) * P[c][b];
        P = next;
      }

    for (const auto &row : P)
      for (const Polynomial<dim> &entry : row)
        product.emplace_back(entry);
  }



  template <int dim>
  void DeepLinearNetwork<dim>::build_gradient_map()
  {
    const unsigned int n_in = moments.n_inputs, n_out = moments.n_outputs;

    // g_i = sum_ab d_i P_ab (sum_c P_ac x_c x_b - y_a x_b)
    std::vector<std::array<Polynomial<dim>, dim>> G(moments.n_monomials());
    for (unsigned int a = 0; a < n_out; ++a)
      for (unsigned int b = 0; b < n_in; ++b)
        for (unsigned int i = 0; i < dim; ++i)
          {
            const Polynomial<dim> &slope = product[a * n_in + b].first[i];
            for (unsigned int c = 0; c < n_in; ++c)
              {
                auto &entry = G[moments.input_monomial(b, c)][i];
                entry       = entry + slope * product[a * n_in + c].value;
              }
            auto &entry = G[moments.output_monomial(a, b)][i];
            entry       = entry + slope * -1.;
          }

    for (unsigned int r = 0; r < moments.noise_factor.n(); ++r)
      {
        std::array<Polynomial<dim>, dim> row;
        bool                             is_zero = true;
        for (unsigned int q = 0; q < G.size(); ++q)
          if (moments.noise_factor(q, r) != 0)
            {
              is_zero = false;
              for (unsigned int i = 0; i < dim; ++i)
                row[i] = row[i] + G[q][i] * moments.noise_factor(q, r);
            }
        if (is_zero)
          continue;
        gradient_map.emplace_back();
        for (unsigned int i = 0; i < dim; ++i)
          gradient_map.back()[i] = Jet(row[i]);
      }
  }



  template <int dim>
  dealii::FullMatrix<double>
  DeepLinearNetwork<dim>::end_to_end(const Point<dim> &theta) const
  {
    dealii::FullMatrix<double> P(moments.n_outputs, moments.n_inputs);
    for (unsigned int a = 0, k = 0; a < P.m(); ++a)
      for (unsigned int b = 0; b < P.n(); ++b, ++k)
        P(a, b) = product[k].value(theta);
    return P;
  }



  template <int dim>
  std::vector<double>
  DeepLinearNetwork<dim>::residual(const Point<dim> &theta) const
  {
    const unsigned int  n_in = moments.n_inputs, n_out = moments.n_outputs;
    std::vector<double> R(n_out * n_in, 0.);
    for (unsigned int a = 0; a < n_out; ++a)
      for (unsigned int c = 0; c < n_in; ++c)
        {
          const double error =
            product[a * n_in + c].value(theta) - moments.best_map(a, c);
          for (unsigned int b = 0; b < n_in; ++b)
            R[a * n_in + b] += error * moments.input(c, b);
        }
    return R;
  }



  template <int dim>
  double DeepLinearNetwork<dim>::value(const Point<dim> &theta) const
  {
    const std::vector<double> R    = residual(theta);
    const unsigned int        n_in = moments.n_inputs;

    double sum = moments.residual_loss + 0.5 * weight_decay * theta.square();
    for (unsigned int k = 0; k < R.size(); ++k)
      sum += 0.5 * R[k] *
             (product[k].value(theta) - moments.best_map(k / n_in, k % n_in));
    return sum;
  }



  template <int dim>
  Tensor<1, dim> DeepLinearNetwork<dim>::gradient(const Point<dim> &theta) const
  {
    const std::vector<double> R = residual(theta);

    Tensor<1, dim> result = weight_decay * Tensor<1, dim>(theta);
    for (unsigned int k = 0; k < R.size(); ++k)
      for (unsigned int i = 0; i < dim; ++i)
        result[i] += product[k].first[i](theta) * R[k];
    return result;
  }



  template <int dim>
  SymmetricTensor<2, dim>
  DeepLinearNetwork<dim>::hessian(const Point<dim> &theta) const
  {
    const std::vector<double> R    = residual(theta);
    const unsigned int        n_in = moments.n_inputs;

    std::vector<std::array<double, dim>> slope(R.size());
    for (unsigned int k = 0; k < R.size(); ++k)
      for (unsigned int i = 0; i < dim; ++i)
        slope[k][i] = product[k].first[i](theta);

    SymmetricTensor<2, dim> result =
      weight_decay * dealii::unit_symmetric_tensor<dim>();
    for (unsigned int i = 0; i < dim; ++i)
      for (unsigned int j = i; j < dim; ++j)
        for (unsigned int k = 0; k < R.size(); ++k)
          {
            double curvature = 0; // (d_j P S)_k
            for (unsigned int c = 0; c < n_in; ++c)
              curvature +=
                slope[k / n_in * n_in + c][j] * moments.input(c, k % n_in);
            result[i][j] +=
              slope[k][i] * curvature + product[k].second[i][j](theta) * R[k];
          }
    return result;
  }



  template <int dim>
  MatrixField<dim> DeepLinearNetwork<dim>::gradient_covariance(
    const Point<dim>            &theta,
    const MatrixFieldDerivatives derivatives) const
  {
    MatrixField<dim> C;
    for (const std::array<Jet, dim> &row : gradient_map)
      {
        Tensor<1, dim> g;
        Tensor<2, dim> dg; // dg[i][j] = d_j g_i
        for (unsigned int i = 0; i < dim; ++i)
          {
            g[i] = row[i].value(theta);
            for (unsigned int j = 0; j < dim; ++j)
              dg[i][j] = row[i].first[j](theta);
          }
        const double trace = dealii::trace(dg);
        for (unsigned int i = 0; i < dim; ++i)
          for (unsigned int j = i; j < dim; ++j)
            C.value[i][j] += g[i] * g[j];
        C.divergence += dg * g + trace * g;
        if (derivatives == MatrixFieldDerivatives::divergence)
          continue;

        Tensor<3, dim> ddg; // ddg[i][j][l] = d_l d_j g_i
        for (unsigned int i = 0; i < dim; ++i)
          for (unsigned int j = 0; j < dim; ++j)
            for (unsigned int l = 0; l < dim; ++l)
              ddg[i][j][l] = row[i].second[j][l](theta);
        for (unsigned int l = 0; l < dim; ++l)
          for (unsigned int i = 0; i < dim; ++i)
            {
              for (unsigned int j = 0; j < dim; ++j)
                {
                  C.gradient[l][i][j] += dg[i][l] * g[j] + g[i] * dg[j][l];
                  // d_l (d_j g_i g_j + g_i d_j g_j)
                  C.divergence_gradient[l][i] +=
                    ddg[i][j][l] * g[j] + dg[i][j] * dg[j][l] +
                    dg[i][l] * dg[j][j] + g[i] * ddg[j][j][l];
                }
            }
      }
    return C;
  }



  template <int dim>
  bool DeepLinearNetwork<dim>::has_samples() const
  {
    return true;
  }



  template <int dim>
  unsigned int DeepLinearNetwork<dim>::n_samples() const
  {
    return moments.n_samples;
  }



  template <int dim>
  std::string DeepLinearNetwork<dim>::collapse_without_floor() const
  {
    const bool is_scalar_chain =
      std::all_of(widths.begin(), widths.end(), [](const unsigned int w) {
        return w == 1;
      });
    if (is_scalar_chain && dim > 1)
      return "the minibatch noise of a scalar chain has rank 1 and every "
             "difference of squares theta_i^2 - theta_j^2 decays along every "
             "path: the law collapses onto |theta_1| = .. = |theta_N| and has "
             "no density";
    if (moments.residual_loss == 0 && weight_decay == 0)
      return "without label noise the gradient noise vanishes on the minimum "
             "set: the law collapses onto it and has no density";
    return "";
  }



  template <int dim>
  std::string DeepLinearNetwork<dim>::description() const
  {
    std::string text = "deep linear network of widths ";
    for (std::size_t l = 0; l < widths.size(); ++l)
      text += (l == 0 ? "" : ", ") + std::to_string(widths[l]);
    text += ", L = 1/2 E|f(x) - y|^2";
    if (weight_decay > 0)
      text += " + weight decay";
    if (moments.n_samples > 0)
      text += ", " + std::to_string(moments.n_samples) + " samples";
    return text;
  }



  template class DeepLinearNetwork<1>;
  template class DeepLinearNetwork<2>;
  template class DeepLinearNetwork<3>;
} // namespace sgdfp
