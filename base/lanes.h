// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_BASE_LANES_H
#define SGDFP_BASE_LANES_H

#include <array>

/// Compiles a function for several instruction sets, of which the one of the
/// machine is taken when the program starts: Debian's flags know only SSE2.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#  define SGDFP_FOR_EVERY_CPU \
    __attribute__((           \
      target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#  define SGDFP_FOR_EVERY_CPU
#endif

namespace sgdfp
{
  /// How many independent chains go through the same arithmetic at once. The
  /// loops over lanes have this constant length, so that what a lane computes
  /// does not depend on its neighbours or on how chains are shared out.
  constexpr unsigned int n_lanes = 256;

  /// One number of every lane.
  struct alignas(64) Lanes
  {
    std::array<double, n_lanes> value;

    double &operator[](const unsigned int i)
    {
      return value[i];
    }
    const double &operator[](const unsigned int i) const
    {
      return value[i];
    }

    /// every lane = c
    void fill(const double c);

    /// = c a
    void set(const double c, const Lanes &a);

    /// = c a b
    void set(const double c, const Lanes &a, const Lanes &b);

    /// += c
    void shift(const double c);

    /// += c a
    void add(const double c, const Lanes &a);

    /// += c a b
    void add(const double c, const Lanes &a, const Lanes &b);

    /// *= c
    Lanes &operator*=(const double c);

    /// *= a
    Lanes &operator*=(const Lanes &a);

    /// = c a + b: what momentum does to a velocity
    void scale_and_add(const double c, const Lanes &b);
  };
} // namespace sgdfp

#endif
