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
  DeepLinearNetwork<dim>::DeepLinearNetwork(const NetworkLayout &layout,
                                            const DataMoments   &moments,
                                            const double         weight_decay)
    : layout(layout)
    , moments(moments)
    , weight_decay(weight_decay)
    , inverse_metric(dealii::unit_symmetric_tensor<dim>())
  {
    AssertThrow(layout.n_parameters() == dim, dealii::ExcInternalError());
    build_layers();
    const Matrix P = multiply(layer_matrices);
    for (const auto &row : P)
      for (const Polynomial<dim> &entry : row)
        product.emplace_back(entry);
    Polynomial<dim> square;
    for (const Polynomial<dim> &weight : weights)
      square = square + weight * weight;
    square_of_weights = Jet(square);
    build_gradient_map();
    if (layout.is_slice())
      build_slice();
  }



  template <int dim>
  void DeepLinearNetwork<dim>::build_layers()
  {
    for (unsigned int k = 0; k < layout.n_weights; ++k)
      if (layout.is_slice())
        {
          weights.emplace_back(layout.offset[k]);
          for (unsigned int j = 0; j < dim; ++j)
            weights[k] = weights[k] +
                         Polynomial<dim>::variable(j) * layout.directions[j][k];
        }
      else
        weights.push_back(Polynomial<dim>::variable(k));

    for (std::size_t l = 0; l + 1 < layout.widths.size(); ++l)
      layer_matrices.emplace_back(
        layout.widths[l + 1], std::vector<Polynomial<dim>>(layout.widths[l]));
    for (const NetworkLayout::Entry &e : layout.entries)
      layer_matrices[e.layer][e.row][e.column] = weights[e.weight];

    if (layout.is_slice())
      {
        SymmetricTensor<2, dim> gram;
        for (unsigned int i = 0; i < dim; ++i)
          for (unsigned int j = i; j < dim; ++j)
            for (unsigned int k = 0; k < layout.n_weights; ++k)
              gram[i][j] += layout.directions[i][k] * layout.directions[j][k];
        inverse_metric = invert(gram);
      }
  }



  template <int dim>
  typename DeepLinearNetwork<dim>::Matrix
  DeepLinearNetwork<dim>::multiply(const std::vector<Matrix> &factors) const
  {
    const unsigned int n_in = layout.widths.front();
    Matrix             P(n_in, std::vector<Polynomial<dim>>(n_in));
    for (unsigned int b = 0; b < n_in; ++b)
      P[b][b] = Polynomial<dim>(1.);
    for (const Matrix &W : factors)
      {
        Matrix next(W.size(), std::vector<Polynomial<dim>>(n_in));
        for (unsigned int a = 0; a < W.size(); ++a)
          for (unsigned int c = 0; c < P.size(); ++c)
            for (unsigned int b = 0; b < n_in; ++b)
              next[a][b] = next[a][b] + W[a][c] * P[c][b];
        P = next;
      }
    return P;
  }



  template <int dim>
  std::vector<std::vector<Polynomial<dim>>>
  DeepLinearNetwork<dim>::gradient_rows(
    const std::vector<std::vector<Polynomial<dim>>> &slopes) const
  {
    const unsigned int n_in = moments.n_inputs, n_out = moments.n_outputs;
    const unsigned int n = slopes.size();

    // g_i = sum_ab d_i P_ab (sum_c P_ac x_c x_b - y_a x_b)
    std::vector<std::vector<Polynomial<dim>>> G(
      moments.n_monomials(), std::vector<Polynomial<dim>>(n));
    for (unsigned int a = 0; a < n_out; ++a)
      for (unsigned int b = 0; b < n_in; ++b)
        for (unsigned int i = 0; i < n; ++i)
          {
            const Polynomial<dim> &slope = slopes[i][a * n_in + b];
            for (unsigned int c = 0; c < n_in; ++c)
              {
                auto &entry = G[moments.input_monomial(b, c)][i];
                entry       = entry + slope * product[a * n_in + c].value;
              }
            auto &entry = G[moments.output_monomial(a, b)][i];
            entry       = entry + slope * -1.;
          }

    std::vector<std::vector<Polynomial<dim>>> rows;
    for (unsigned int r = 0; r < moments.noise_factor.n(); ++r)
      {
        std::vector<Polynomial<dim>> row(n);
        bool                         is_zero = true;
        for (unsigned int q = 0; q < G.size(); ++q)
          if (moments.noise_factor(q, r) != 0)
            {
              is_zero = false;
              for (unsigned int i = 0; i < n; ++i)
                row[i] = row[i] + G[q][i] * moments.noise_factor(q, r);
            }
        if (!is_zero)
          rows.push_back(row);
      }
    return rows;
  }



  template <int dim>
  void DeepLinearNetwork<dim>::build_gradient_map()
  {
    std::vector<std::vector<Polynomial<dim>>> slopes(dim);
    for (unsigned int i = 0; i < dim; ++i)
      for (const Jet &entry : product)
        slopes[i].push_back(entry.first[i]);
    for (const auto &row : gradient_rows(slopes))
      {
        gradient_map.emplace_back();
        for (unsigned int i = 0; i < dim; ++i)
          {
            // The gradient as it moves the parameters.
            Polynomial<dim> sum;
            for (unsigned int j = 0; j < dim; ++j)
              if (inverse_metric[i][j] != 0)
                sum = sum + row[j] * inverse_metric[i][j];
            gradient_map.back()[i] = Jet(sum);
          }
      }
  }



  template <int dim>
  void DeepLinearNetwork<dim>::build_slice()
  {
    for (unsigned int k = 0; k < layout.n_weights; ++k)
      {
        std::vector<Polynomial<dim>> slope(product.size());
        for (const NetworkLayout::Entry &e : layout.entries)
          if (e.weight == k)
            {
              // Product rule: this entry is replaced by its derivative 1.
              std::vector<Matrix> factors = layer_matrices;
              for (auto &row : factors[e.layer])
                std::fill(row.begin(), row.end(), Polynomial<dim>());
              factors[e.layer][e.row][e.column] = Polynomial<dim>(1.);
              const Matrix P                    = multiply(factors);
              for (unsigned int ab = 0; ab < slope.size(); ++ab)
                slope[ab] =
                  slope[ab] + P[ab / moments.n_inputs][ab % moments.n_inputs];
            }
        weight_slopes.push_back(slope);
      }
    weight_rows = gradient_rows(weight_slopes);
  }



  template <int dim>
  std::vector<dealii::FullMatrix<double>>
  DeepLinearNetwork<dim>::layers(const Point<dim> &theta) const
  {
    std::vector<dealii::FullMatrix<double>> values;
    for (const Matrix &W : layer_matrices)
      {
        values.emplace_back(W.size(), W[0].size());
        for (unsigned int a = 0; a < W.size(); ++a)
          for (unsigned int b = 0; b < W[a].size(); ++b)
            values.back()(a, b) = W[a][b](theta);
      }
    return values;
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
  const DataMoments &DeepLinearNetwork<dim>::data() const
  {
    return moments;
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

    double sum = moments.residual_loss + weight_decay_loss(theta);
    for (unsigned int k = 0; k < R.size(); ++k)
      sum += 0.5 * R[k] *
             (product[k].value(theta) - moments.best_map(k / n_in, k % n_in));
    return sum;
  }



  template <int dim>
  Tensor<1, dim> DeepLinearNetwork<dim>::gradient(const Point<dim> &theta) const
  {
    const std::vector<double> R = residual(theta);

    Tensor<1, dim> result;
    for (unsigned int i = 0; i < dim; ++i)
      result[i] = 0.5 * weight_decay * square_of_weights.first[i](theta);
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

    SymmetricTensor<2, dim> result;
    for (unsigned int i = 0; i < dim; ++i)
      for (unsigned int j = i; j < dim; ++j)
        {
          result[i][j] =
            0.5 * weight_decay * square_of_weights.second[i][j](theta);
          for (unsigned int k = 0; k < R.size(); ++k)
            {
              double curvature = 0; // (d_j P S)_k
              for (unsigned int c = 0; c < n_in; ++c)
                curvature +=
                  slope[k / n_in * n_in + c][j] * moments.input(c, k % n_in);
              result[i][j] +=
                slope[k][i] * curvature + product[k].second[i][j](theta) * R[k];
            }
        }
    return result;
  }



  template <int dim>
  unsigned int DeepLinearNetwork<dim>::n_gradient_rows() const
  {
    return gradient_map.size();
  }



  template <int dim>
  typename DeepLinearNetwork<dim>::GradientRow
  DeepLinearNetwork<dim>::gradient_row(
    const unsigned int           r,
    const Point<dim>            &theta,
    const MatrixFieldDerivatives derivatives) const
  {
    const std::array<Jet, dim> &jets = gradient_map[r];
    GradientRow                 row;
    for (unsigned int i = 0; i < dim; ++i)
      {
        row.value[i] = jets[i].value(theta);
        for (unsigned int j = 0; j < dim; ++j)
          row.first[i][j] = jets[i].first[j](theta);
        if (derivatives == MatrixFieldDerivatives::all)
          for (unsigned int j = 0; j < dim; ++j)
            for (unsigned int l = 0; l < dim; ++l)
              row.second[i][j][l] = jets[i].second[j][l](theta);
      }
    return row;
  }



  template <int dim>
  MatrixField<dim> DeepLinearNetwork<dim>::gradient_covariance(
    const Point<dim>            &theta,
    const MatrixFieldDerivatives derivatives) const
  {
    MatrixField<dim> C;
    for (unsigned int r = 0; r < gradient_map.size(); ++r)
      {
        const GradientRow row = gradient_row(r, theta, derivatives);
        C.add_outer_product(row.value, row.first, row.second, derivatives);
      }
    return C;
  }



  template <int dim>
  SymmetricTensor<2, dim> DeepLinearNetwork<dim>::mobility() const
  {
    return inverse_metric;
  }



  template <int dim>
  double
  DeepLinearNetwork<dim>::weight_decay_loss(const Point<dim> &theta) const
  {
    return weight_decay == 0 ?
             0. :
             0.5 * weight_decay * square_of_weights.value(theta);
  }



  template <int dim>
  boost::optional<SliceLeak>
  DeepLinearNetwork<dim>::slice_leak(const Point<dim> &theta) const
  {
    if (!layout.is_slice())
      return {};
    // |v|^2 and |v - A A^+ v|^2 of a vector of all weights.
    const auto squares = [&](const std::vector<double> &v) {
      Tensor<1, dim> along;
      double         square = 0;
      for (unsigned int k = 0; k < v.size(); ++k)
        {
          square += v[k] * v[k];
          for (unsigned int j = 0; j < dim; ++j)
            along[j] += layout.directions[j][k] * v[k];
        }
      const Tensor<1, dim> coordinates = inverse_metric * along;
      double               normal      = 0;
      for (unsigned int k = 0; k < v.size(); ++k)
        {
          double rest = v[k];
          for (unsigned int j = 0; j < dim; ++j)
            rest -= layout.directions[j][k] * coordinates[j];
          normal += rest * rest;
        }
      return std::make_pair(square, normal);
    };

    SliceLeak                 leak;
    const std::vector<double> R = residual(theta);
    std::vector<double>       gradient;
    for (unsigned int k = 0; k < weights.size(); ++k)
      {
        gradient.push_back(weight_decay * weights[k](theta));
        for (unsigned int ab = 0; ab < R.size(); ++ab)
          gradient[k] += weight_slopes[k][ab](theta) * R[ab];
      }
    std::tie(leak.gradient, leak.normal_gradient) = squares(gradient);
    for (const auto &row : weight_rows)
      {
        std::vector<double> values;
        for (const Polynomial<dim> &entry : row)
          values.push_back(entry(theta));
        const auto sums = squares(values);
        leak.noise += sums.first;
        leak.normal_noise += sums.second;
      }
    return leak;
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
  std::string DeepLinearNetwork<dim>::description() const
  {
    std::string text = "deep linear network of widths ";
    for (std::size_t l = 0; l < layout.widths.size(); ++l)
      text += (l == 0 ? "" : ", ") + std::to_string(layout.widths[l]);
    if (layout.is_slice())
      text += ", affine slice of its " + std::to_string(layout.n_weights) +
              " weights";
    else if (layout.n_weights < layout.entries.size())
      text += ", shared weights";
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
