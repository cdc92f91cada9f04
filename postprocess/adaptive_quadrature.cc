// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/adaptive_quadrature.h"

#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/quadrature/gauss_kronrod.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>

namespace sgdfp
{
  namespace
  {
    constexpr unsigned int n_points = 15;

    struct Piece
    {
      double              a, b;
      std::vector<double> value, error;
      double key = 0; ///< largest error in units of what is allowed
    };

    struct SmallerKey
    {
      bool operator()(const Piece &left, const Piece &right) const
      {
        return left.key < right.key;
      }
    };



    /// The rules on [-1, 1]: weights of Gauss are 0 where it has no point.
    struct Rules
    {
      std::vector<double> x, kronrod, gauss;

      Rules()
      {
        namespace quadrature = boost::math::quadrature;
        using Kronrod        = quadrature::gauss_kronrod<double, n_points>;
        using Gauss          = quadrature::gauss<double, 7>;
        for (unsigned int i = 0; i < Kronrod::abscissa().size(); ++i)
          for (const double sign : {-1., 1.})
            if (i > 0 || sign > 0)
              {
                x.push_back(sign * Kronrod::abscissa()[i]);
                kronrod.push_back(Kronrod::weights()[i]);
                gauss.push_back(i % 2 == 0 ? Gauss::weights()[i / 2] : 0.);
              }
      }
    };



    const Rules &rules()
    {
      static const Rules the_rules;
      return the_rules;
    }



    void add_points(const Piece &piece, std::vector<double> &x)
    {
      for (const double point : rules().x)
        x.push_back((piece.a + piece.b) / 2 + (piece.b - piece.a) / 2 * point);
    }



    /// From the values at the points from @p first on.
    void use_values(const double *values, const std::size_t n, Piece &piece)
    {
      const double half = (piece.b - piece.a) / 2;
      const auto  &rule = rules();

      constexpr double u = std::numeric_limits<double>::epsilon();
      piece.value.assign(n, 0.);
      piece.error.assign(n, 0.);
      std::vector<double> sums(3 * n);
      double *const coarse = sums.data(), *const absolute = coarse + n,
                    *const spread = absolute + n;
      for (unsigned int i = 0; i < n_points; ++i)
        for (std::size_t c = 0; c < n; ++c)
          {
            const double f = values[i * n + c];
            piece.value[c] += rule.kronrod[i] * f;
            coarse[c] += rule.gauss[i] * f;
            absolute[c] += rule.kronrod[i] * std::abs(f);
          }
      for (unsigned int i = 0; i < n_points; ++i)
        for (std::size_t c = 0; c < n; ++c)
          spread[c] +=
            rule.kronrod[i] * std::abs(values[i * n + c] - piece.value[c] / 2);
      for (std::size_t c = 0; c < n; ++c)
        {
          double error = std::abs(piece.value[c] - coarse[c]);
          if (spread[c] > 0 && error > 0)
            {
              const double ratio = 200 * error / spread[c];
              error = spread[c] * std::min(1., ratio * std::sqrt(ratio));
            }
          // Halving does not help against round-off.
          if (error < 50 * u * absolute[c])
            error = 0;
          piece.error[c] = half * error;
          piece.value[c] *= half;
        }
      // Nor where there are no more points between a and b.
      if (half < 8 * u * std::max(std::abs(piece.a), std::abs(piece.b)))
        piece.error.assign(n, 0.);
    }



    class Adaptive
    {
    public:
      Adaptive(const VectorIntegrand &f, const QuadratureTolerance &tolerance)
        : f(f)
        , tolerance(tolerance)
        , n(tolerance.relative.size())
      {}

      VectorIntegral run(const std::vector<double> &breakpoints)
      {
        std::vector<Piece> fresh(breakpoints.size() - 1);
        for (unsigned int i = 0; i < fresh.size(); ++i)
          {
            fresh[i].a = breakpoints[i];
            fresh[i].b = breakpoints[i + 1];
          }
        evaluate(fresh);
        total.value.assign(n, 0.);
        total.error = total.value;
        for (const Piece &piece : fresh)
          add(piece, 1);
        push(fresh);
        while (!is_done() && pieces.size() < tolerance.most_pieces)
          {
            const auto parts = halves_of_worst();
            if (parts.empty())
              break;
            fresh = parts;
            evaluate(fresh);
            for (const Piece &piece : fresh)
              add(piece, 1);
            push(fresh);
          }
        total.has_converged = is_done();
        sum_anew();
        return total;
      }

    private:
      void evaluate(std::vector<Piece> &fresh) const
      {
        std::vector<double> x;
        for (const Piece &piece : fresh)
          add_points(piece, x);
        std::vector<double> values(x.size() * n);
        f(x, values);
        for (std::size_t i = 0; i < fresh.size(); ++i)
          use_values(&values[i * n_points * n], n, fresh[i]);
      }

      void add(const Piece &piece, const double sign)
      {
        for (std::size_t c = 0; c < piece.value.size(); ++c)
          {
            total.value[c] += sign * piece.value[c];
            total.error[c] += sign * piece.error[c];
          }
      }

      double allowed(const std::size_t c) const
      {
        return std::max({tolerance.relative[c] * std::abs(total.value[c]),
                         tolerance.absolute[c],
                         std::numeric_limits<double>::min()});
      }

      void push(std::vector<Piece> &fresh)
      {
        for (Piece &piece : fresh)
          {
            for (std::size_t c = 0; c < piece.error.size(); ++c)
              piece.key = std::max(piece.key, piece.error[c] / allowed(c));
            pieces.push(std::move(piece));
          }
      }

      bool is_done() const
      {
        for (std::size_t c = 0; c < total.error.size(); ++c)
          if (total.error[c] > allowed(c))
            return false;
        return true;
      }

      std::vector<Piece> halves_of_worst()
      {
        std::vector<Piece> halves;
        const double       worst = pieces.top().key;
        while (!pieces.empty() && halves.size() < 2 * tolerance.batch &&
               pieces.top().key > 0.1 * worst && pieces.top().key > 0)
          {
            const Piece &piece  = pieces.top();
            const double middle = (piece.a + piece.b) / 2;
            Piece        left, right;
            left.a  = piece.a;
            left.b  = middle;
            right.a = middle;
            right.b = piece.b;
            halves.push_back(left);
            halves.push_back(right);
            add(piece, -1);
            pieces.pop();
          }
        return halves;
      }

      /// Without what differences have left in the sums.
      void sum_anew()
      {
        std::fill(total.value.begin(), total.value.end(), 0.);
        std::fill(total.error.begin(), total.error.end(), 0.);
        while (!pieces.empty())
          {
            add(pieces.top(), 1);
            pieces.pop();
          }
      }

      const VectorIntegrand     &f;
      const QuadratureTolerance &tolerance;
      const std::size_t          n; ///< components
      VectorIntegral             total;
      std::priority_queue<Piece, std::vector<Piece>, SmallerKey> pieces;
    };
  } // namespace



  VectorIntegral integrate(const VectorIntegrand     &f,
                           const std::vector<double> &breakpoints,
                           const QuadratureTolerance &tolerance)
  {
    return Adaptive(f, tolerance).run(breakpoints);
  }
} // namespace sgdfp
