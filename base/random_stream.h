// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_BASE_RANDOM_STREAM_H
#define SGDFP_BASE_RANDOM_STREAM_H

#include "base/lanes.h"

#include <cstdint>

namespace sgdfp
{
  /// Counter-based random numbers for chains: what chain c draws in step k is
  /// a function of (seed, c, k, which draw) alone. There is no state to carry,
  /// so chains can be shared out over any ranks, and a run can go on anywhere.
  ///
  /// Threefry-2x64 with 20 rounds of Random123, key (seed, purpose), counter
  /// (c, 2^16 k + draw). On this library's machines four times as fast as its
  /// Philox-4x32, whose products do not vectorise as well.
  ///
  /// The vectorised logarithm of the C library has up to 4 ulp of error that
  /// depend on the instruction set: the same numbers on any number of ranks,
  /// but to the last bit only on the same kind of processor.
  ///
  /// Source: Salmon, Moraes, Dror, Shaw, Parallel random numbers: as easy as
  /// 1, 2, 3 (SC11).
  class RandomStream
  {
  public:
    /// Different purposes (dynamics, initial states) draw different numbers.
    explicit RandomStream(const std::uint64_t seed,
                          const std::uint64_t purpose = 0);

    /// The draws of the lanes [first, first + n_lanes) in one step, one after
    /// another.
    class Draws
    {
    public:
      Draws(const RandomStream &stream,
            const std::uint64_t first_lane,
            const std::uint64_t step);

      /// Two independent N(0, 1), by Box and Muller, from a radius of 52 bits
      /// and an angle of 55: |z| < 8.5
      void normals(Lanes &a, Lanes &b);

      /// Two independent uniform numbers, (j + 1/2)/2^52 for j = 0 .. 2^52 - 1
      void uniforms(Lanes &a, Lanes &b);

      /// Independent N(0, 1), one after another; every second one is kept for
      /// the next call.
      void normal(Lanes &a);

    private:
      /// The next 128 bits of every lane.
      /// @throws std::length_error after 2^16 of them
      void draw_bits();

      const RandomStream &stream;
      const std::uint64_t first_lane, step;
      std::uint64_t       n_draws   = 0;
      bool                has_spare = false;
      Lanes               spare;
      alignas(64) std::array<std::array<std::uint64_t, n_lanes>, 2> bits;
    };

    const std::uint64_t seed, purpose;
  };
} // namespace sgdfp

#endif
