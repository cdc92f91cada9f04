// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/data_moments.h"

#include "base/errors.h"
#include "base/matrix_entry.h"

#include <deal.II/lac/lapack_full_matrix.h>

#include <algorithm>
#include <cmath>

namespace sgdfp
{
  using dealii::FullMatrix;

  namespace
  {



    /// y-x moment times the pseudo-inverse of the x moment.
    FullMatrix<double> least_squares(const FullMatrix<double> &output_input,
                                     const FullMatrix<double> &input)
    {
      dealii::LAPACKFullMatrix<double> work(input.m(), input.n());
      work = input;
      // Directions without data (relative variance below round-off of sums
      // over many rows) are left at zero.
      constexpr double rank_tolerance = 1e-13;
      work.compute_inverse_svd(rank_tolerance);
      FullMatrix<double>     inverse(input.m(), input.n());
      dealii::Vector<double> unit(input.n()), column(input.m());
      for (unsigned int j = 0; j < input.n(); ++j)
        {
          unit    = 0;
          unit(j) = 1;
          work.vmult(column, unit);
          for (unsigned int i = 0; i < input.m(); ++i)
            inverse(i, j) = column(i);
        }
      FullMatrix<double> result(output_input.m(), input.n());
      output_input.mmult(result, inverse);
      return result;
    }
  } // namespace



  DataMoments::DataMoments(const unsigned int n_inputs,
                           const unsigned int n_outputs)
    : SampleMonomials{n_inputs, n_outputs}
    , input(n_inputs, n_inputs)
    , best_map(n_outputs, n_inputs)
    , noise_factor(n_monomials(), n_monomials())
    , third(n_monomials() * n_monomials() * n_monomials(), 0.)
  {}



  unsigned int SampleMonomials::n_monomials() const
  {
    return n_inputs * (n_inputs + 1) / 2 + n_outputs * n_inputs;
  }



  unsigned int SampleMonomials::input_monomial(const unsigned int b,
                                               const unsigned int c) const
  {
    const unsigned int low = std::min(b, c), high = std::max(b, c);
    return low * n_inputs - low * (low + 1) / 2 + high;
  }



  unsigned int SampleMonomials::output_monomial(const unsigned int a,
                                                const unsigned int b) const
  {
    return n_inputs * (n_inputs + 1) / 2 + a * n_inputs + b;
  }



  void SampleMonomials::evaluate(const std::vector<double> &x,
                                 const std::vector<double> &y,
                                 std::vector<double>       &m) const
  {
    for (unsigned int b = 0; b < n_inputs; ++b)
      {
        for (unsigned int c = b; c < n_inputs; ++c)
          m[input_monomial(b, c)] = x[b] * x[c];
        for (unsigned int a = 0; a < n_outputs; ++a)
          m[output_monomial(a, b)] = y[a] * x[b];
      }
  }



  void SampleMonomials::set(const double              factor,
                            const std::vector<Lanes> &x,
                            const std::vector<Lanes> &y,
                            std::vector<Lanes>       &m) const
  {
    for (unsigned int b = 0; b < n_inputs; ++b)
      {
        for (unsigned int c = b; c < n_inputs; ++c)
          m[input_monomial(b, c)].set(factor, x[b], x[c]);
        for (unsigned int a = 0; a < n_outputs; ++a)
          m[output_monomial(a, b)].set(factor, y[a], x[b]);
      }
  }



  void SampleMonomials::add(const double              factor,
                            const std::vector<Lanes> &x,
                            const std::vector<Lanes> &y,
                            std::vector<Lanes>       &m) const
  {
    for (unsigned int b = 0; b < n_inputs; ++b)
      {
        for (unsigned int c = b; c < n_inputs; ++c)
          m[input_monomial(b, c)].add(factor, x[b], x[c]);
        for (unsigned int a = 0; a < n_outputs; ++a)
          m[output_monomial(a, b)].add(factor, y[a], x[b]);
      }
  }



  void DataMoments::use_means(const std::vector<double> &mean)
  {
    FullMatrix<double> y_x(n_outputs, n_inputs);
    for (unsigned int b = 0; b < n_inputs; ++b)
      {
        for (unsigned int c = 0; c < n_inputs; ++c)
          input(b, c) = mean[input_monomial(b, c)];
        for (unsigned int a = 0; a < n_outputs; ++a)
          y_x(a, b) = mean[output_monomial(a, b)];
      }
    best_map = least_squares(y_x, input);
  }



  DataMoments DataMoments::gaussian(const FullMatrix<double> &covariance,
                                    const FullMatrix<double> &teacher,
                                    const double              label_noise)
  {
    DataMoments moments(teacher.n(), teacher.m());
    moments.input         = covariance;
    moments.best_map      = teacher;
    moments.residual_loss = 0.5 * moments.n_outputs * label_noise * label_noise;

    // Covariance S of the joint Gaussian z = (x, y).
    const unsigned int n = moments.n_inputs, n_z = n + moments.n_outputs;
    FullMatrix<double> S(n_z, n_z), y_x(moments.n_outputs, n),
      y_y(moments.n_outputs, moments.n_outputs);
    teacher.mmult(y_x, covariance);
    y_x.mTmult(y_y, teacher);
    for (unsigned int i = 0; i < n_z; ++i)
      for (unsigned int j = 0; j < n_z; ++j)
        S(i, j) = (i < n ? (j < n ? covariance(i, j) : y_x(j - n, i)) :
                           (j < n ? y_x(i - n, j) : y_y(i - n, j - n))) +
                  (i == j && i >= n ? label_noise * label_noise : 0.);

    // Cov(z_p z_q, z_r z_s) = S_pr S_qs + S_ps S_qr
    std::vector<std::pair<unsigned int, unsigned int>> pairs(
      moments.n_monomials());
    for (unsigned int b = 0; b < n; ++b)
      {
        for (unsigned int c = b; c < n; ++c)
          pairs[moments.input_monomial(b, c)] = {b, c};
        for (unsigned int a = 0; a < moments.n_outputs; ++a)
          pairs[moments.output_monomial(a, b)] = {n + a, b};
      }
    FullMatrix<double> covariance_m(pairs.size(), pairs.size());
    for (unsigned int i = 0; i < pairs.size(); ++i)
      for (unsigned int j = 0; j < pairs.size(); ++j)
        {
          const auto [p, q]  = pairs[i];
          const auto [r, s]  = pairs[j];
          covariance_m(i, j) = S(p, r) * S(q, s) + S(p, s) * S(q, r);
        }
    moments.noise_factor = square_root(covariance_m);

    // The pairings of (z_p z_q, z_r z_s, z_t z_u) that connect all three
    const unsigned int n_m = pairs.size();
    for (unsigned int i = 0; i < n_m; ++i)
      for (unsigned int j = 0; j < n_m; ++j)
        for (unsigned int k = 0; k < n_m; ++k)
          {
            const std::array<unsigned int, 2> a = {{pairs[i].first,
                                                    pairs[i].second}},
                                              b = {{pairs[j].first,
                                                    pairs[j].second}},
                                              c = {{pairs[k].first,
                                                    pairs[k].second}};
            double sum                          = 0;
            for (unsigned int e = 0; e < 2; ++e)
              for (unsigned int f = 0; f < 2; ++f)
                for (unsigned int g = 0; g < 2; ++g)
                  sum +=
                    S(a[e], b[f]) * S(b[1 - f], c[g]) * S(c[1 - g], a[1 - e]);
            moments.third[(i * n_m + j) * n_m + k] = sum;
          }
    return moments;
  }



  DataMoments DataMoments::fixed_input(const std::vector<double> &x,
                                       const FullMatrix<double>  &teacher,
                                       const double               label_noise)
  {
    DataMoments moments(teacher.n(), teacher.m());
    moments.best_map      = teacher;
    moments.residual_loss = 0.5 * moments.n_outputs * label_noise * label_noise;
    for (unsigned int b = 0; b < moments.n_inputs; ++b)
      {
        for (unsigned int c = 0; c < moments.n_inputs; ++c)
          moments.input(b, c) = x[b] * x[c];
        // y_a x_b = (deterministic) + e_a x_b: one column per output.
        for (unsigned int a = 0; a < moments.n_outputs; ++a)
          moments.noise_factor(moments.output_monomial(a, b), a) =
            label_noise * x[b];
      }
    return moments;
  }



  namespace
  {
    void copy(const std::vector<double> &from, FullMatrix<double> &to)
    {
      for (unsigned int i = 0, k = 0; i < to.m(); ++i)
        for (unsigned int j = 0; j < to.n(); ++j, ++k)
          to(i, j) = from[k];
    }
  } // namespace



  DataMoments DataMoments::from_file(const MPI_Comm     communicator,
                                     const std::string &filename,
                                     const unsigned int n_inputs,
                                     const unsigned int n_outputs,
                                     const RowWeights  &weights)
  {
    DataMoments         moments(n_inputs, n_outputs);
    const unsigned int  n_m = moments.n_monomials();
    std::vector<double> mean(n_m, 0.), covariance(n_m * n_m, 0.), m(n_m);
    double              residual = 0;

    run_on_root(communicator, [&]() {
      const DataFile file(filename, n_inputs, n_outputs, weights);
      double         sum = 0;
      file.for_each_row([&](const auto &x, const auto &y, const double w) {
        moments.evaluate(x, y, m);
        for (unsigned int i = 0; i < n_m; ++i)
          mean[i] += w * m[i];
        sum += w;
        moments.n_samples += (w > 0);
        moments.has_shares = moments.has_shares || (w != 0 && w != 1);
      });
      for (double &entry : mean)
        {
          entry /= sum;
          if (!std::isfinite(entry))
            throw UserError("The squares of the numbers of the data file '" +
                            filename + "' overflow. Scale its columns.");
        }
      moments.use_means(mean);

      // Second pass about the mean: one pass would cancel.
      file.for_each_row([&](const auto &x, const auto &y, const double w) {
        moments.evaluate(x, y, m);
        for (unsigned int i = 0; i < n_m; ++i)
          m[i] -= mean[i];
        for (unsigned int i = 0; i < n_m; ++i)
          for (unsigned int j = 0; j < n_m; ++j)
            {
              const double product = w / sum * m[i] * m[j];
              covariance[i * n_m + j] += product;
              for (unsigned int k = 0; k < n_m; ++k)
                moments.third[(i * n_m + j) * n_m + k] += product * m[k];
            }
        for (unsigned int a = 0; a < n_outputs; ++a)
          {
            double error = y[a];
            for (unsigned int b = 0; b < n_inputs; ++b)
              error -= moments.best_map(a, b) * x[b];
            residual += 0.5 * w / sum * error * error;
          }
      });
      return std::string();
    });

    using dealii::Utilities::MPI::broadcast;
    moments.n_samples     = broadcast(communicator, moments.n_samples);
    moments.has_shares    = broadcast(communicator, moments.has_shares);
    moments.residual_loss = broadcast(communicator, residual);
    mean                  = broadcast(communicator, mean);
    moments.third         = broadcast(communicator, moments.third);
    FullMatrix<double> covariance_m(n_m, n_m);
    copy(broadcast(communicator, covariance), covariance_m);
    moments.noise_factor = square_root(covariance_m);
    moments.use_means(mean);
    return moments;
  }



  double DataMoments::loss(const FullMatrix<double> &P) const
  {
    double sum = residual_loss;
    for (unsigned int a = 0; a < n_outputs; ++a)
      for (unsigned int b = 0; b < n_inputs; ++b)
        for (unsigned int c = 0; c < n_inputs; ++c)
          sum += 0.5 * (P(a, b) - best_map(a, b)) * input(b, c) *
                 (P(a, c) - best_map(a, c));
    return sum;
  }



  std::vector<double> DataMoments::mean() const
  {
    std::vector<double> result(n_monomials());
    FullMatrix<double>  y_x(n_outputs, n_inputs);
    best_map.mmult(y_x, input);
    for (unsigned int b = 0; b < n_inputs; ++b)
      {
        for (unsigned int c = b; c < n_inputs; ++c)
          result[input_monomial(b, c)] = input(b, c);
        for (unsigned int a = 0; a < n_outputs; ++a)
          result[output_monomial(a, b)] = y_x(a, b);
      }
    return result;
  }



  std::vector<double>
  DataMoments::loss_coefficients(const FullMatrix<double> &P) const
  {
    std::vector<double> result(n_monomials(), 0.);
    for (unsigned int a = 0; a < n_outputs; ++a)
      for (unsigned int b = 0; b < n_inputs; ++b)
        {
          result[output_monomial(a, b)] = -P(a, b);
          for (unsigned int c = 0; c < n_inputs; ++c)
            result[input_monomial(b, c)] += 0.5 * P(a, b) * P(a, c);
        }
    return result;
  }



  FullMatrix<double> DataMoments::covariance() const
  {
    FullMatrix<double> result(noise_factor.m(), noise_factor.m());
    noise_factor.mTmult(result, noise_factor);
    return result;
  }



  FullMatrix<double> DataMoments::second_moments() const
  {
    const std::vector<double> m      = mean();
    FullMatrix<double>        result = covariance();
    for (unsigned int i = 0; i < m.size(); ++i)
      for (unsigned int j = 0; j < m.size(); ++j)
        result(i, j) += m[i] * m[j];
    return result;
  }
} // namespace sgdfp
