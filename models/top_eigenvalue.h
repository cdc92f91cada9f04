// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_TOP_EIGENVALUE_H
#define SGDFP_MODELS_TOP_EIGENVALUE_H

#include <array>
#include <cmath>

namespace sgdfp
{
  /// The largest eigenvalue of a symmetric matrix and the projector on its
  /// eigenvector, smooth where eigenvalues cross:
  ///
  ///     S = s log tr exp(H/s),   P = exp(H/s)/tr exp(H/s) = dS/dH.
  ///
  /// Where the gap to the next eigenvalue is g, both differ from the largest
  /// eigenvalue and e e^T by exp(-g/s).
  template <int dim, typename Number>
  struct SmoothTopEigenvalue
  {
    using Matrix = std::array<std::array<Number, dim>, dim>;

    Number value;
    Matrix projector;

    /// @param width s > 0, in units of H
    /// @param value_of the double in a Number, for automatic differentiation
    template <typename ValueOf>
    SmoothTopEigenvalue(const Matrix  &H,
                        const double   width,
                        const ValueOf &value_of)
    {
      if constexpr (dim == 2)
        {
          use_closed_form(H, width, value_of);
          return;
        }
      // exp(K), K = H/s - m I without trace, by squaring: each square is
      // divided by its trace, the log of which is kept.
      Number m = 0.;
      for (unsigned int i = 0; i < dim; ++i)
        m += H[i][i] / (dim * width);
      double size = 0;
      for (unsigned int i = 0; i < dim; ++i)
        for (unsigned int j = 0; j < dim; ++j)
          size +=
            std::abs(value_of(H[i][j]) / width - (i == j ? value_of(m) : 0.));
      const int squarings =
        std::max(0, static_cast<int>(std::ceil(std::log2(size / 0.25))));
      const double scale = std::ldexp(1., -squarings);
      Matrix       K;
      for (unsigned int i = 0; i < dim; ++i)
        for (unsigned int j = 0; j < dim; ++j)
          {
            K[i][j] = H[i][j] * (scale / width);
            if (i == j)
              K[i][j] -= m * scale;
          }
      Matrix       &P         = projector;
      constexpr int n_terms   = 12; // .25^13/13! is below round-off
      Number        logarithm = 0.;
      P                       = identity();
      for (int n = n_terms; n > 0; --n)
        {
          P = product(K, P);
          for (unsigned int i = 0; i < dim; ++i)
            for (unsigned int j = 0; j < dim; ++j)
              P[i][j] = P[i][j] / double(n) + (i == j ? 1. : 0.);
        }
      normalise(logarithm);
      for (int n = 0; n < squarings; ++n)
        {
          P         = product(P, P);
          logarithm = logarithm * 2.;
          normalise(logarithm);
        }
      value = (logarithm + m) * width;
    }

  private:
    /// S = m + s log(2 cosh(r/s)),  P = (I + tanh(r/s) K/r)/2,  K = H - m I of
    /// trace 0 with K^2 = r^2 I.
    template <typename ValueOf>
    void use_closed_form(const Matrix  &H,
                         const double   width,
                         const ValueOf &value_of)
    {
      using std::exp;
      using std::log;
      using std::sqrt;
      const Number m  = (H[0][0] + H[1][1]) * 0.5;
      const Number k  = (H[0][0] - H[1][1]) * 0.5;
      const Number x2 = (k * k + H[0][1] * H[0][1]) / (width * width);
      Number       slope, logarithm; // tanh(x)/x and log(2 cosh x), even in x
      if (value_of(x2) < 1e-4)
        {
          slope =
            x2 * x2 * (2. / 15) - x2 * x2 * x2 * (17. / 315) - x2 / 3. + 1.;
          logarithm =
            x2 * 0.5 - x2 * x2 / 12. + x2 * x2 * x2 / 45. + std::log(2.);
        }
      else
        {
          const Number x = sqrt(x2), e = exp(x * -2.);
          slope     = (-e + 1.) / ((e + 1.) * x);
          logarithm = log(e + 1.) + x;
        }
      value           = logarithm * width + m;
      projector[0][0] = slope * k * (0.5 / width) + 0.5;
      projector[1][1] = slope * k * (-0.5 / width) + 0.5;
      projector[0][1] = slope * H[0][1] * (0.5 / width);
      projector[1][0] = projector[0][1];
    }

    static Matrix identity()
    {
      Matrix I;
      for (unsigned int i = 0; i < dim; ++i)
        for (unsigned int j = 0; j < dim; ++j)
          I[i][j] = (i == j ? 1. : 0.);
      return I;
    }

    static Matrix product(const Matrix &A, const Matrix &B)
    {
      Matrix C;
      for (unsigned int i = 0; i < dim; ++i)
        for (unsigned int j = 0; j < dim; ++j)
          {
            C[i][j] = 0.;
            for (unsigned int k = 0; k < dim; ++k)
              C[i][j] += A[i][k] * B[k][j];
          }
      return C;
    }

    /// Divides the projector by its trace and adds the log of that.
    void normalise(Number &logarithm)
    {
      using std::log;
      Number trace = 0.;
      for (unsigned int i = 0; i < dim; ++i)
        trace += projector[i][i];
      for (auto &row : projector)
        for (auto &entry : row)
          entry = entry / trace;
      logarithm += log(trace);
    }
  };
} // namespace sgdfp

#endif
