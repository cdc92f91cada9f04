// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/spectrum.h"

#include "base/errors.h"
#include "solvers/biorthogonal.h"
#include "solvers/krylov.h"

#include <algorithm>
#include <limits>

namespace sgdfp
{
  using Pair = ShiftedKrylov::Pair;

  namespace
  {
    // Pairs that are computed beyond those asked for, so that a cluster of
    // equal eigenvalues is not cut in two.
    constexpr unsigned int n_spare = 5;



    /// The fastest rate of the discrete operator, rates()/M_ii, in 1/t: its
    /// mean under the weights of the trial space. In the tails of a graded box
    /// it may be 1e30 times that where the law is.
    double fastest_rate(const Restriction &generator)
    {
      Vector a = generator.rates(), m = generator.zero();
      check_petsc(MatGetDiagonal(generator.mass_matrix(), m), "MatGetDiagonal");
      check_petsc(VecPointwiseDivide(a, a, m), "VecPointwiseDivide");
      check_petsc(VecAbs(a), "VecAbs");
      Vector measure = generator.mass_functional();
      measure.scale(generator.weights());
      return (a * measure) / measure.l1_norm();
    }



    /// The first pairs, with at least @p n eigenvalues.
    std::size_t pairs_for(const std::vector<Pair> &pairs, const unsigned int n)
    {
      std::size_t i = 0;
      for (unsigned int found = 0; i < pairs.size() && found < n; ++i)
        found += (pairs[i].value.imag() == 0 ? 1 : 2);
      return i;
    }



    /// How many pairs to keep so that the next one is far from the last.
    std::size_t end_of_cluster(const std::vector<Pair> &pairs,
                               const unsigned int       n)
    {
      std::size_t best    = pairs.size();
      double      largest = -1;
      for (std::size_t i = pairs_for(pairs, n); i < pairs.size(); ++i)
        {
          if (i == 0)
            continue;
          const double gap = pairs[i - 1].value.real() - pairs[i].value.real();
          if (gap > largest)
            {
              largest = gap;
              best    = i;
            }
        }
      return best;
    }



    /// A nearly defective pair may be two real ones here and complex there.
    bool is_nearly_real(const Pair &pair)
    {
      constexpr double small = 1e-2;
      return pair.value.imag() != 0 &&
             std::abs(pair.value.imag()) < small * std::abs(pair.value);
    }



    /// Replaces a complex pair by two real ones of the same invariant subspace.
    void split(std::vector<Pair> &pairs, const std::size_t i)
    {
      pairs[i].value.imag(0);
      Pair second = pairs[i];
      std::swap(second.real, second.imaginary);
      pairs.insert(pairs.begin() + i + 1, std::move(second));
    }



    /// The member of @p left that belongs to each of @p right, up to the first
    /// that has none.
    std::vector<Pair> match(std::vector<Pair> &right, std::vector<Pair> left)
    {
      std::vector<Pair> result;
      for (std::size_t r = 0; r < right.size();)
        {
          std::size_t best     = left.size();
          double      distance = std::numeric_limits<double>::infinity();
          for (std::size_t i = 0; i < left.size(); ++i)
            if (std::abs(left[i].value - right[r].value) < distance)
              {
                distance = std::abs(left[i].value - right[r].value);
                best     = i;
              }
          if (best == left.size())
            break;
          if ((left[best].value.imag() == 0) != (right[r].value.imag() == 0))
            {
              if (is_nearly_real(right[r]))
                split(right, r);
              else if (is_nearly_real(left[best]))
                split(left, best);
              else
                break;
              continue;
            }
          result.push_back(std::move(left[best]));
          left.erase(left.begin() + best);
          ++r;
        }
      return result;
    }



    /// Appends the real vectors of @p pair.
    void flatten(const Pair &pair, std::vector<Vector> &vectors)
    {
      vectors.push_back(pair.real);
      if (pair.value.imag() != 0)
        vectors.push_back(pair.imaginary);
    }



    /// |A v - lambda M v| / |diag(A) v|, or of the transposed matrices, in the
    /// norm of BalancedInverse: a right one is weighed with 1/d, a left one
    /// with W/d, as the tails of a law have no say.
    double residual(const Restriction         &generator,
                    const std::complex<double> lambda,
                    const Vector              &real,
                    const Vector              *imaginary,
                    const bool                 adjoint)
    {
      Vector       a = generator.zero(), m = generator.zero();
      const Vector d = generator.rates();

      Vector weights = generator.zero();
      check_petsc(MatGetDiagonal(generator.mass_matrix(), weights),
                  "MatGetDiagonal");
      for (const auto i : weights.locally_owned_elements())
        {
          const double W = generator.weights()(i), M_ii = weights(i);
          weights(i) =
            (adjoint ? std::sqrt(W / M_ii) : 1 / std::sqrt(W * M_ii));
        }
      weights.compress(dealii::VectorOperation::insert);
      const auto part = [&](const Vector &v, const Vector *w, const double b) {
        if (adjoint)
          generator.apply_adjoint(a, v);
        else
          generator.apply(a, v);
        const auto subtract = [&](const double factor, const Vector &x) {
          if (adjoint)
            generator.mass_matrix().Tvmult(m, x);
          else
            generator.mass_matrix().vmult(m, x);
          a.add(-factor, m);
        };
        subtract(lambda.real(), v);
        if (w != nullptr)
          subtract(b, *w);
        Vector scale = d;
        scale.scale(v);
        scale.scale(weights);
        a.scale(weights);
        return std::make_pair(static_cast<double>(a.l2_norm()),
                              static_cast<double>(scale.l2_norm()));
      };
      // A (x + iy) = (a + ib) M (x + iy)
      auto sum = part(real, imaginary, -lambda.imag());
      if (imaginary != nullptr)
        {
          const auto other = part(*imaginary, &real, lambda.imag());
          sum.first += other.first;
          sum.second += other.second;
        }
      return sum.second > 0 ? sum.first / sum.second : 0.;
    }



    /// The two lists, of the same shift.
    struct BothSides
    {
      std::vector<Pair> right, left;
    };



    /// @return the distance from the shift up to which all are known
    double reach(const ShiftedKrylov &krylov, const std::vector<Pair> &pairs)
    {
      double largest = 0;
      for (const Pair &pair : pairs)
        largest = std::max(largest, std::abs(pair.value - krylov.shift));
      return largest;
    }



    /// Largest imaginary part b such that every eigenvalue at least as far
    /// right as @p real with |Im| < b is within @p radius of @p shift.
    double
    imaginary_reach(const double radius, const double shift, const double real)
    {
      const double square = radius * radius - (shift - real) * (shift - real);
      return std::sqrt(std::max(0., square));
    }
  } // namespace



  unsigned int Spectrum::size() const
  {
    return values.size();
  }



  bool Spectrum::is_complex(const unsigned int i) const
  {
    return values[i].imag() != 0;
  }



  bool Spectrum::is_conjugate(const unsigned int i) const
  {
    return values[i].imag() < 0;
  }



  unsigned int Spectrum::n_leading(const unsigned int n_values) const
  {
    unsigned int n = std::min(n_values, size());
    if (n > 0 && n < size() && is_complex(n - 1) && !is_conjugate(n - 1))
      ++n;
    return n;
  }



  void Spectrum::truncate(const unsigned int n_values)
  {
    const unsigned int n = n_leading(n_values);
    values.resize(n);
    disagreements.resize(n);
    spreads.resize(n);
    right.resize(n);
    left.resize(n);
    if (residuals.size() > n)
      {
        residuals.resize(n);
        left_residuals.resize(n);
      }
  }



  std::string Spectrum::function_name(const unsigned int i) const
  {
    return !is_complex(i)  ? std::to_string(i + 1) :
           is_conjugate(i) ? std::to_string(i) + "_imaginary" :
                             std::to_string(i + 1) + "_real";
  }



  SpectrumSolver::SpectrumSolver(const SolverParameters &parameters)
    : parameters(parameters)
  {}



  namespace
  {
    /// Both lists from the disc around a shift that holds the leading ones.
    BothSides find_pairs(const Restriction      &generator,
                         const SolverParameters &parameters,
                         const unsigned int      n_values,
                         const Vector           *law,
                         const bool              is_reversible,
                         const double            small_shift,
                         Spectrum               &spectrum)
    {
      BothSides          result;
      const unsigned int n_wanted = n_values + n_spare;
      {
        ShiftedKrylov krylov(generator, parameters, law, small_shift);
        result.right = krylov.solve(n_wanted, /*adjoint=*/false, is_reversible);
        result.left  = krylov.solve(n_wanted, /*adjoint=*/true, is_reversible);
        spectrum.iterations += krylov.iterations();
        spectrum.imaginary_reach = std::numeric_limits<double>::infinity();
        if (is_reversible || result.right.empty())
          return result;
      }
      // The nearest to zero are not the leading ones where some oscillate: a
      // disc around a point far to the right comes close to a half plane.
      constexpr double       far_right = 6;
      constexpr unsigned int more      = 2;
      const double           real      = std::abs(
        result.right[pairs_for(result.right, n_values) - 1].value.real());
      ShiftedKrylov krylov(generator, parameters, law, far_right * real);
      auto right = krylov.solve(more * n_wanted, /*adjoint=*/false, false);
      spectrum.iterations += krylov.iterations();
      const auto last = pairs_for(right, n_values);
      if (last == 0)
        return result;
      spectrum.imaginary_reach = imaginary_reach(reach(krylov, right),
                                                 krylov.shift,
                                                 right[last - 1].value.real());
      const auto   nearest     = pairs_for(result.right, n_values);
      bool         are_equal   = (nearest == last);
      const double scale       = std::abs(right[last - 1].value);
      // Jordan blocks have few digits, fewer yet from far away.
      constexpr double same = 1e-3;
      for (std::size_t i = 0; i < std::min(last, nearest); ++i)
        are_equal = are_equal && std::abs(right[i].value -
                                          result.right[i].value) < same * scale;
      if (are_equal)
        return result;
      result.right = std::move(right);
      result.left  = krylov.solve(more * n_wanted, /*adjoint=*/true, false);
      spectrum.iterations += krylov.iterations();
      return result;
    }



    /// Eigenvalues as Rayleigh quotients, and residuals.
    void fill(const Restriction       &generator,
              const std::vector<Pair> &right,
              const std::vector<Pair> &left,
              const double             round_off,
              Spectrum                &spectrum)
    {
      for (std::size_t p = 0; p < right.size(); ++p)
        {
          const bool is_complex = (right[p].value.imag() != 0);
          flatten(right[p], spectrum.right);
          flatten(left[p], spectrum.left);
          for (int member = 0; member < (is_complex ? 2 : 1); ++member)
            {
              spectrum.values.push_back(
                member == 0 ? right[p].value : std::conj(right[p].value));
              spectrum.disagreements.push_back(
                std::abs(right[p].value - left[p].value));
            }
        }
      const unsigned int n = spectrum.size();
      biorthonormalise(generator, round_off, spectrum);
      separate_slow_modes(generator, round_off, spectrum);
      const auto product = [&](const unsigned int i, const unsigned int j) {
        return generator.product(spectrum.left[i], spectrum.right[j]);
      };
      for (unsigned int i = 0; i < n; ++i)
        if (!spectrum.is_complex(i))
          spectrum.values[i] = product(i, i);
        else
          {
            const unsigned int         c = i + 1;
            const std::complex<double> value(product(i, i) - product(c, c),
                                             product(i, c) + product(c, i));
            // Round-off must not make it real.
            const double b     = std::max(std::abs(value.imag()),
                                      std::numeric_limits<double>::min());
            spectrum.values[i] = {value.real(), b};
            spectrum.values[c] = {value.real(), -b};
            ++i;
          }
    }



    void measure(const Restriction &generator, Spectrum &spectrum)
    {
      for (unsigned int i = 0; i < spectrum.size(); ++i)
        {
          if (spectrum.is_conjugate(i))
            {
              spectrum.residuals.push_back(spectrum.residuals.back());
              spectrum.left_residuals.push_back(spectrum.left_residuals.back());
              continue;
            }
          const bool z = spectrum.is_complex(i);
          spectrum.residuals.push_back(
            residual(generator,
                     spectrum.values[i],
                     spectrum.right[i],
                     z ? &spectrum.right[i + 1] : nullptr,
                     /*adjoint=*/false));
          spectrum.left_residuals.push_back(
            residual(generator,
                     spectrum.values[i],
                     spectrum.left[i],
                     z ? &spectrum.left[i + 1] : nullptr,
                     /*adjoint=*/true));
        }
    }



    /// Puts the stationary pair in front.
    void prepend_law(const Restriction &generator,
                     const Vector      &law,
                     Spectrum          &spectrum)
    {
      // F_i^T M law = 0: what is left of it is a constant.
      Vector image = generator.zero();
      generator.mass_matrix().vmult(image, law);
      for (Vector &f : spectrum.left)
        f.add(-(f * image), generator.left_null_vector());
      for (Vector &r : spectrum.right)
        r.add(-(generator.mass_functional() * r), law);
      spectrum.values.insert(spectrum.values.begin(), 0.);
      spectrum.disagreements.insert(spectrum.disagreements.begin(), 0.);
      spectrum.spreads.insert(spectrum.spreads.begin(), 0.);
      spectrum.right.insert(spectrum.right.begin(), law);
      spectrum.left.insert(spectrum.left.begin(), generator.left_null_vector());
    }
  } // namespace



  Spectrum SpectrumSolver::solve(const Restriction &generator,
                                 const unsigned int n_values,
                                 const Vector      *law,
                                 const bool         is_reversible) const
  {
    Spectrum         spectrum;
    const double     fastest     = fastest_rate(generator);
    constexpr double epsilon     = 1e-13;
    constexpr double small_shift = 1e-12;
    // Where the columns of a matrix do not sum to zero its round-off counts.
    constexpr double round_off = 1e-15;
    spectrum.resolution =
      (generator.is_assembled() && !generator.is_exact() ? round_off :
                                                           epsilon * epsilon) *
      fastest;
    const unsigned int n_nonzero = n_values - (law != nullptr ? 1 : 0);
    if (n_nonzero > 0)
      {
        BothSides   pairs = find_pairs(generator,
                                     parameters,
                                     n_nonzero,
                                     law,
                                     is_reversible,
                                     small_shift * fastest,
                                     spectrum);
        std::size_t keep  = end_of_cluster(pairs.right, n_nonzero);
        pairs.right.resize(keep);
        pairs.left = match(pairs.right, std::move(pairs.left));
        pairs.right.resize(pairs.left.size());
        if (pairs.right.empty())
          throw SolverFailure("The eigensolver found no eigenvalue. Refine the "
                              "mesh or ask for more of Spectrum/eigenvalues.");
        fill(generator, pairs.right, pairs.left, 1e-16 * fastest, spectrum);
        average_clusters(spectrum);
      }
    if (law != nullptr)
      prepend_law(generator, *law, spectrum);
    spectrum.truncate(n_values);
    measure(generator, spectrum);
    return spectrum;
  }
} // namespace sgdfp
