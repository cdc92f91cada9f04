// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/biorthogonal.h"

#include "base/errors.h"

#include <deal.II/lac/full_matrix.h>
#include <deal.II/lac/lapack_templates.h>

#include <algorithm>

namespace sgdfp
{
  using dealii::FullMatrix;

  namespace
  {
    // Slow modes within this factor of the round-off of A are mixtures.
    constexpr double safe = 1e6;

    // Eigenvalues that are closer than this, relatively, are a cluster.
    constexpr double close = 1e-4;



    /// The end of the cluster that begins at @p begin.
    unsigned int end_of_block(const Spectrum    &spectrum,
                              const double       round_off,
                              const unsigned int begin)
    {
      const auto  &values = spectrum.values;
      unsigned int end    = begin + 1;
      while (
        end < spectrum.size() &&
        (spectrum.is_conjugate(end) ||
         std::abs(values[end]) < safe * round_off ||
         std::abs(values[end] - values[begin]) < close * std::abs(values[end])))
        ++end;
      return end;
    }



    /// The end of the cluster of average_clusters() that begins at @p begin;
    /// begin + 1 if there is none.
    unsigned int end_of_cluster(const Spectrum    &spectrum,
                                const unsigned int begin)
    {
      // Right and left eigenvalues differ by about what either is off.
      constexpr double times = 4, small = 1e-2;
      const auto      &values = spectrum.values;
      for (unsigned int end = spectrum.size(); end > begin + 1; --end)
        {
          std::complex<double> sum   = 0;
          double               noise = 0, spread = 0;
          for (unsigned int i = begin; i < end; ++i)
            {
              sum += values[i];
              noise = std::max(noise, spectrum.disagreements[i]);
            }
          const double mean = sum.real() / (end - begin);
          for (unsigned int i = begin; i < end; ++i)
            spread = std::max(spread, std::abs(values[i] - mean));
          if (spread <= times * noise && spread < small * std::abs(mean) &&
              !(end < spectrum.size() && spectrum.is_conjugate(end)))
            return end;
        }
      return begin + 1;
    }



    /// F_b := T (F_b^T M R_b)^-1 F_b for the block [begin, end)
    void normalise_block(const Restriction &generator,
                         const unsigned int begin,
                         const unsigned int end,
                         Spectrum          &spectrum)
    {
      const unsigned int n = end - begin;
      FullMatrix<double> products(n, n), inverse(n, n);
      Vector             image = generator.zero();
      for (unsigned int j = 0; j < n; ++j)
        {
          generator.mass_matrix().vmult(image, spectrum.right[begin + j]);
          for (unsigned int i = 0; i < n; ++i)
            products(i, j) = spectrum.left[begin + i] * image;
        }
      try
        {
          inverse.invert(products);
        }
      catch (const dealii::ExceptionBase &)
        {
          throw SolverFailure(
            "Left and right eigenfunctions do not belong together: the "
            "operator has an eigenvalue with too few eigenfunctions (a Jordan "
            "block). Change a parameter of the problem slightly.");
        }
      std::vector<Vector> mixed(n);
      for (unsigned int i = 0; i < n; ++i)
        {
          const unsigned int mode   = begin + i;
          const double       target = (!spectrum.is_complex(mode)  ? 1. :
                                       spectrum.is_conjugate(mode) ? -0.5 :
                                                                     0.5);
          mixed[i]                  = generator.zero();
          for (unsigned int j = 0; j < n; ++j)
            mixed[i].add(target * inverse(i, j), spectrum.left[begin + j]);
        }
      for (unsigned int i = 0; i < n; ++i)
        spectrum.left[begin + i] = mixed[i];
    }



    /// Takes the slower modes, [0, begin), out of those of a block.
    void remove_slower(const Restriction &generator,
                       const unsigned int begin,
                       const unsigned int end,
                       Spectrum          &spectrum)
    {
      Vector right_image = generator.zero(), left_image = generator.zero();
      for (unsigned int i = 0; i < begin; ++i)
        {
          generator.mass_matrix().vmult(right_image, spectrum.right[i]);
          generator.mass_matrix().Tvmult(left_image, spectrum.left[i]);
          const double norm = spectrum.left[i] * right_image;
          for (unsigned int j = begin; j < end; ++j)
            {
              spectrum.left[j].add(-(spectrum.left[j] * right_image) / norm,
                                   spectrum.left[i]);
              spectrum.right[j].add(-(spectrum.right[j] * left_image) / norm,
                                    spectrum.right[i]);
            }
        }
    }
  } // namespace



  void biorthonormalise(const Restriction &generator,
                        const double       round_off,
                        Spectrum          &spectrum)
  {
    for (unsigned int begin = 0; begin < spectrum.size();)
      {
        const unsigned int end = end_of_block(spectrum, round_off, begin);
        remove_slower(generator, begin, end, spectrum);
        normalise_block(generator, begin, end, spectrum);
        begin = end;
      }
  }



  void separate_slow_modes(const Restriction &generator,
                           const double       round_off,
                           Spectrum          &spectrum)
  {
    unsigned int n = 0;
    while (n < spectrum.size() && !spectrum.is_complex(n) &&
           std::abs(spectrum.values[n].real()) < safe * round_off)
      ++n;
    if (n < 2)
      return;
    std::vector<double> reduced(n * n), real(n), imaginary(n), vectors(n * n);
    double              largest = 0;
    for (unsigned int i = 0; i < n; ++i)
      for (unsigned int j = 0; j < n; ++j)
        {
          const double entry =
            generator.product(spectrum.left[i], spectrum.right[j]);
          reduced[i + j * n] = entry;
          largest            = std::max(largest, std::abs(entry));
        }
    if (!(largest > 0))
      return;
    for (double &entry : reduced)
      entry /= largest;
    const dealii::types::blas_int size = n, work_size = 8 * n;
    dealii::types::blas_int       info = 0;
    std::vector<double>           work(work_size);
    dealii::geev("N",
                 "V",
                 &size,
                 reduced.data(),
                 &size,
                 real.data(),
                 imaginary.data(),
                 vectors.data(),
                 &size,
                 vectors.data(),
                 &size,
                 work.data(),
                 &work_size,
                 &info);
    std::vector<unsigned int> order(n);
    for (unsigned int i = 0; i < n; ++i)
      {
        order[i] = i;
        if (info != 0 || imaginary[i] != 0)
          return;
      }
    std::sort(order.begin(),
              order.end(),
              [&](const unsigned int a, const unsigned int b) {
                return real[a] > real[b];
              });
    FullMatrix<double> V(n, n), inverse(n, n);
    for (unsigned int i = 0; i < n; ++i)
      for (unsigned int j = 0; j < n; ++j)
        V(i, j) = vectors[i + order[j] * n];
    inverse.invert(V);
    std::vector<Vector> right(n), left(n);
    for (unsigned int j = 0; j < n; ++j)
      {
        right[j] = left[j] = generator.zero();
        for (unsigned int i = 0; i < n; ++i)
          {
            right[j].add(V(i, j), spectrum.right[i]);
            left[j].add(inverse(j, i), spectrum.left[i]);
          }
      }
    std::copy(right.begin(), right.end(), spectrum.right.begin());
    std::copy(left.begin(), left.end(), spectrum.left.begin());
  }



  void average_clusters(Spectrum &spectrum)
  {
    spectrum.spreads.assign(spectrum.size(), 0.);
    for (unsigned int begin = 0; begin < spectrum.size();)
      {
        const unsigned int end = end_of_cluster(spectrum, begin);
        if (end > begin + 1)
          {
            double mean = 0;
            for (unsigned int i = begin; i < end; ++i)
              {
                mean += spectrum.values[i].real() / (end - begin);
                // F^T M R = 1/2 and -1/2 becomes 1.
                if (spectrum.is_complex(i))
                  spectrum.left[i] *= (spectrum.is_conjugate(i) ? -2. : 2.);
              }
            for (unsigned int i = begin; i < end; ++i)
              {
                spectrum.spreads[i] = std::abs(spectrum.values[i] - mean);
                spectrum.values[i]  = mean;
              }
          }
        begin = end;
      }
  }
} // namespace sgdfp
