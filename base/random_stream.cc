// SPDX-License-Identifier: GPL-3.0-or-later
// Compiled with -O3 -ffast-math, which lets the compiler use the vectorised
// logarithm of the C library.
#include "base/random_stream.h"

#include <cmath>
#include <cstring>
#include <stdexcept>

#include <Random123/threefry.h>

namespace sgdfp
{
  namespace
  {
    constexpr unsigned int counter_bits = 16;



    /// Uniform in [1, 2), from 52 random bits: the exponent of 1 and a random
    /// mantissa.
    inline double mantissa(const std::uint64_t bits)
    {
      const std::uint64_t pattern = (bits >> 12) | 0x3ff0000000000000ull;
      double              result;
      std::memcpy(&result, &pattern, sizeof(result));
      return result;
    }



    SGDFP_FOR_EVERY_CPU void random_bits(const std::uint64_t first_lane,
                                         const std::uint64_t counter,
                                         const std::uint64_t seed,
                                         const std::uint64_t purpose,
                                         std::uint64_t *__restrict a,
                                         std::uint64_t *__restrict b)
    {
      for (unsigned int i = 0; i < n_lanes; ++i)
        {
          const threefry2x64_ctr_t where = {{first_lane + i, counter}};
          const threefry2x64_key_t key   = {{seed, purpose}};
          const threefry2x64_ctr_t bits  = threefry2x64_R(20, where, key);
          a[i]                           = bits.v[0];
          b[i]                           = bits.v[1];
        }
    }



    SGDFP_FOR_EVERY_CPU void to_uniforms(const std::uint64_t *__restrict bits,
                                         double *__restrict a)
    {
      constexpr double half = 1.1102230246251565e-16; // 2^-53
      for (unsigned int i = 0; i < n_lanes; ++i)
        a[i] = (mantissa(bits[i]) - 1) + half;
    }



    /// -x for sign = 2^63, x for 0
    inline double with_sign(const double x, const std::uint64_t sign)
    {
      std::uint64_t pattern;
      std::memcpy(&pattern, &x, sizeof(x));
      pattern ^= sign;
      double result;
      std::memcpy(&result, &pattern, sizeof(x));
      return result;
    }



    /// Of |x| <= pi/4, to one unit in the last place: the polynomials of
    /// fdlibm's __kernel_sin and __kernel_cos (Sun, 1993). The C library's
    /// vectorised functions reduce their arguments first, which is not needed
    /// here and took a fifth of a step of SGD.
    inline double sin_of_octant(const double x)
    {
      const double z = x * x;
      return x + x * z *
                   (-1.66666666666666324348e-01 +
                    z * (8.33333333332248946124e-03 +
                         z * (-1.98412698298579493134e-04 +
                              z * (2.75573137070700676789e-06 +
                                   z * (-2.50507602534068634195e-08 +
                                        z * 1.58969099521155010221e-10)))));
    }



    inline double cos_of_octant(const double x)
    {
      const double z = x * x;
      return 1 - z / 2 +
             z * z *
               (4.16666666666666019037e-02 +
                z * (-1.38888888888741095749e-03 +
                     z * (2.48015872894767294178e-05 +
                          z * (-2.75573143513906633035e-07 +
                               z * (2.08757232129817482790e-09 -
                                    z * 1.13596475577881948265e-11)))));
    }



    /// Box and Muller. The upper 52 bits of the second number are an angle
    /// between 0 and pi/4, the lowest three say in which octant it is.
    SGDFP_FOR_EVERY_CPU void
    to_normals(const std::uint64_t *__restrict radius_bits,
               const std::uint64_t *__restrict angle_bits,
               double *__restrict a,
               double *__restrict b)
    {
      constexpr std::uint64_t sign_bit = 0x8000000000000000ull;
      for (unsigned int i = 0; i < n_lanes; ++i)
        a[i] = std::log(2 - mantissa(radius_bits[i]));
      for (unsigned int i = 0; i < n_lanes; ++i)
        {
          const double radius = std::sqrt(-2 * a[i]);
          const double angle  = (mantissa(angle_bits[i]) - 1) * (M_PI / 4);
          const double s = sin_of_octant(angle), c = cos_of_octant(angle);
          const bool   is_mirrored = (angle_bits[i] & 1) != 0;
          a[i]                     = with_sign(radius * (is_mirrored ? s : c),
                           (angle_bits[i] << 62) & sign_bit);
          b[i]                     = with_sign(radius * (is_mirrored ? c : s),
                           (angle_bits[i] << 61) & sign_bit);
        }
    }
  } // namespace



  RandomStream::RandomStream(const std::uint64_t seed,
                             const std::uint64_t purpose)
    : seed(seed)
    , purpose(purpose)
  {}



  RandomStream::Draws::Draws(const RandomStream &stream,
                             const std::uint64_t first_lane,
                             const std::uint64_t step)
    : stream(stream)
    , first_lane(first_lane)
    , step(step)
  {}



  void RandomStream::Draws::draw_bits()
  {
    if (n_draws >> counter_bits != 0)
      throw std::length_error("More than 65536 draws in one step of a chain");
    random_bits(first_lane,
                (step << counter_bits) + n_draws++,
                stream.seed,
                stream.purpose,
                bits[0].data(),
                bits[1].data());
  }



  void RandomStream::Draws::uniforms(Lanes &a, Lanes &b)
  {
    draw_bits();
    to_uniforms(bits[0].data(), a.value.data());
    to_uniforms(bits[1].data(), b.value.data());
  }



  void RandomStream::Draws::normals(Lanes &a, Lanes &b)
  {
    draw_bits();
    to_normals(bits[0].data(), bits[1].data(), a.value.data(), b.value.data());
  }



  void RandomStream::Draws::normal(Lanes &a)
  {
    if (has_spare)
      a = spare;
    else
      normals(a, spare);
    has_spare = !has_spare;
  }
} // namespace sgdfp
