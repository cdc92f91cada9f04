// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/scaling_fit.h"

#include <deal.II/lac/full_matrix.h>
#include <deal.II/lac/householder.h>
#include <deal.II/lac/vector.h>

#include <boost/math/tools/minima.hpp>

#include <algorithm>
#include <cmath>

namespace sgdfp
{
  using dealii::FullMatrix;

  namespace
  {
    /// The values at some of the smallest x, as relative to a reference power.
    struct Range
    {
      std::vector<double> x, F, error;
    };



    struct LinearFit
    {
      double              norm    = 0; ///< of relative residuals
      double              largest = 0;
      std::vector<double> coefficients;
    };



    /// The coefficients of a given lambda, by least squares of relative
    /// residuals.
    LinearFit fit_linear(const Range       &range,
                         const double       lambda,
                         const unsigned int m,
                         const bool         has_correction)
    {
      const unsigned int n = range.x.size(),
                         k = (has_correction ? 2 * m + 1 : m);
      FullMatrix<double>     A(n, k);
      dealii::Vector<double> one(n), c(k);
      for (unsigned int i = 0; i < n; ++i)
        {
          const double L = std::log(1 / range.x[i]);
          double       f = std::pow(range.x[i], lambda) / range.F[i];
          for (unsigned int j = 0; j < m; ++j, f *= L)
            {
              A(i, j) = f;
              if (has_correction)
                A(i, m + j) = f * std::sqrt(range.x[i]);
              if (has_correction && j == 0)
                A(i, 2 * m) = f * range.x[i];
            }
          one(i) = 1;
        }
      // Columns of equal size
      std::vector<double> size(k);
      for (unsigned int j = 0; j < k; ++j)
        {
          for (unsigned int i = 0; i < n; ++i)
            size[j] = std::max(size[j], std::abs(A(i, j)));
          for (unsigned int i = 0; i < n; ++i)
            A(i, j) /= size[j];
        }
      const dealii::Householder<double> QR(A);
      LinearFit                         result;
      result.norm = QR.least_squares(c, one);
      dealii::Vector<double> residual(n);
      A.vmult(residual, c);
      residual -= one;
      result.largest = residual.linfty_norm();
      for (unsigned int j = 0; j < m; ++j)
        result.coefficients.push_back(c(j) / size[j]);
      return result;
    }



    /// The best lambda of [a, b], on a grid and then between its neighbours.
    double best_lambda(const Range       &range,
                       const unsigned int m,
                       const bool         has_correction,
                       const double       a,
                       const double       b)
    {
      const auto residual = [&](const double lambda) {
        return fit_linear(range, lambda, m, has_correction).norm;
      };
      constexpr unsigned int n_grid = 100;
      const double           step   = (b - a) / n_grid;
      double                 best = a, least = residual(a);
      for (unsigned int i = 1; i <= n_grid; ++i)
        if (const double r = residual(a + i * step); r < least)
          {
            least = r;
            best  = a + i * step;
          }
      return boost::math::tools::brent_find_minima(residual,
                                                   best - step,
                                                   best + step,
                                                   50)
        .first;
    }



    ScalingFit fit(const Range       &range,
                   const unsigned int m,
                   const bool         has_correction,
                   const double       largest_lambda)
    {
      double lambda = best_lambda(range, m, false, 0.01, 1.05 * largest_lambda);
      // Near that of the leading terms: where a correction leads, lambda is
      // too small by its power.
      if (has_correction)
        lambda = best_lambda(range, m, true, lambda - 0.1, lambda + 0.1);
      const auto linear = fit_linear(range, lambda, m, has_correction);
      ScalingFit result;
      result.lambda       = lambda;
      result.multiplicity = m;
      result.residual     = linear.largest;
      result.coefficients = linear.coefficients;
      return result;
    }



    /// @p n values from @p first on
    Range
    part(const Range &range, const unsigned int first, const unsigned int n)
    {
      const auto cut = [&](const std::vector<double> &v) {
        return std::vector<double>(v.begin() + first, v.begin() + first + n);
      };
      return {cut(range.x), cut(range.F), cut(range.error)};
    }
  } // namespace



  namespace
  {
    /// Whether the highest power of the logarithm is more than what errors make
    /// of a smaller multiplicity.
    bool is_seen(const ScalingFit &f, const Range &range)
    {
      const unsigned int m = f.multiplicity;
      if (m == 1)
        return f.coefficients[0] > 0;
      const unsigned int middle = range.x.size() / 2;
      const double       L      = std::log(1 / range.x[middle]);
      return f.coefficients.back() * std::pow(range.x[middle], f.lambda) *
               std::pow(L, m - 1) >
             0.05 * range.F[middle];
    }



    /// The smallest multiplicity, and for it the longest range, of which F has
    /// the form up to @p threshold. (A larger one can follow what is not yet
    /// asymptotic.)
    bool find_form(const Range       &all,
                   const unsigned int dim,
                   const double       threshold,
                   Range             &range,
                   ScalingFit        &result)
    {
      for (unsigned int m = 1; m <= dim; ++m)
        for (unsigned int n = all.x.size(); n >= 2 * m + 4; --n)
          {
            range = part(all, all.x.size() - n, n);
            const double data =
              *std::max_element(range.error.begin(), range.error.end());
            result = fit(range, m, true, dim / 2.);
            if (result.residual <= std::max(threshold, 3 * data) &&
                is_seen(result, range))
              return true;
          }
      return false;
    }
  } // namespace



  double ScalingFit::value(const double x) const
  {
    double sum = 0, L = 1;
    for (const double c : coefficients)
      {
        sum += c * L;
        L *= std::log(1 / x);
      }
    return std::pow(x, lambda) * sum;
  }



  ScalingFit fit_scaling(const std::vector<double> &x,
                         const std::vector<double> &F,
                         const std::vector<double> &error,
                         const unsigned int         dim)
  {
    ScalingFit result;
    if (x.size() < 6 || std::any_of(F.begin(), F.end(), [](const double f) {
          return !(f > 0);
        }))
      return result;
    const Range all = {x, F, error};
    Range       range;
    for (const double threshold : {1e-6, 1e-5, 1e-4, 1e-3})
      if (find_form(all, dim, threshold, range, result))
        {
          result.is_resolved = true;
          break;
        }
    if (!result.is_resolved)
      return result;
    // What of it depends on the range and on the correction
    const unsigned int n = range.x.size(), m = result.multiplicity,
                       half = std::max(m + 2, n / 2);
    const auto later        = fit(part(range, 1, n - 1), m, true, dim / 2.);
    const auto plain    = fit(part(range, n - half, half), m, false, dim / 2.);
    result.lambda_error = 2 * std::max(std::abs(later.lambda - result.lambda),
                                       std::abs(plain.lambda - result.lambda));
    return result;
  }
} // namespace sgdfp
