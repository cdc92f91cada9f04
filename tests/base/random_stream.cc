// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/random_stream.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

using namespace sgdfp;

namespace
{
  /// Means of z^p over many draws, p = 1 .. 4, and of the product of a pair.
  struct Moments
  {
    std::array<double, 5> power{};
    double                product = 0, product_of_squares = 0;
    double                n = 0;
  };



  Moments normal_moments(const RandomStream &stream)
  {
    Moments m;
    auto    a = std::make_unique<Lanes>(), b = std::make_unique<Lanes>();
    for (std::uint64_t step = 0; step < 2000; ++step)
      {
        RandomStream::Draws draws(stream, 512, step);
        draws.normals(*a, *b);
        for (unsigned int i = 0; i < n_lanes; ++i)
          {
            for (const double z : {(*a)[i], (*b)[i]})
              for (unsigned int p = 1; p < 5; ++p)
                m.power[p] += std::pow(z, p);
            m.product += (*a)[i] * (*b)[i];
            m.product_of_squares += std::pow((*a)[i] * (*b)[i], 2);
            m.n += 2;
          }
      }
    return m;
  }
} // namespace



TEST(RandomStream, NormalMoments)
{
  const Moments m = normal_moments(RandomStream(7));
  const double  n = m.n;
  EXPECT_LT(std::abs(m.power[1] / n), 4 * std::sqrt(1 / n));
  EXPECT_LT(std::abs(m.power[2] / n - 1), 4 * std::sqrt(2 / n));
  EXPECT_LT(std::abs(m.power[3] / n), 4 * std::sqrt(15 / n));
  EXPECT_LT(std::abs(m.power[4] / n - 3), 4 * std::sqrt(96 / n));
  EXPECT_LT(std::abs(m.product / (n / 2)), 4 * std::sqrt(2 / n));
  EXPECT_LT(std::abs(m.product_of_squares / (n / 2) - 1),
            4 * std::sqrt(8 / (n / 2)));
}



TEST(RandomStream, UniformNumbersFillTheirInterval)
{
  const RandomStream stream(3);
  auto   a = std::make_unique<Lanes>(), b = std::make_unique<Lanes>();
  double sum = 0, squares = 0, least = 1, largest = 0;
  const unsigned int n_steps = 2000;
  for (std::uint64_t step = 0; step < n_steps; ++step)
    {
      RandomStream::Draws draws(stream, 0, step);
      draws.uniforms(*a, *b);
      for (unsigned int i = 0; i < n_lanes; ++i)
        {
          sum += (*a)[i];
          squares += (*b)[i] * (*b)[i];
          least   = std::min(least, (*a)[i]);
          largest = std::max(largest, (*b)[i]);
        }
    }
  const double n = n_steps * n_lanes;
  EXPECT_LT(std::abs(sum / n - 0.5), 4 * std::sqrt(1 / 12. / n));
  EXPECT_LT(std::abs(squares / n - 1 / 3.), 4 * std::sqrt(4 / 45. / n));
  EXPECT_GT(least, 0);
  EXPECT_LT(least, 1e-4);
  EXPECT_LT(largest, 1);
  EXPECT_GT(largest, 1 - 1e-4);
}



TEST(RandomStream, ALaneKnowsNothingOfItsBlock)
{
  // Lane 300 as the 44th of the block at 256 and as the first of its own.
  const RandomStream  stream(11, 5);
  RandomStream::Draws one(stream, 256, 9), other(stream, 300, 9);
  auto a = std::make_unique<Lanes>(), b = std::make_unique<Lanes>();
  for (unsigned int k = 0; k < 3; ++k)
    {
      one.normal(*a);
      other.normal(*b);
      EXPECT_EQ((*a)[44], (*b)[0]);
      EXPECT_NE((*a)[43], (*b)[0]);
    }
  const RandomStream  seed_12(12, 5), purpose_6(11, 6);
  RandomStream::Draws of_seed(seed_12, 256, 9);
  RandomStream::Draws of_purpose(purpose_6, 256, 9);
  RandomStream::Draws of_step(stream, 256, 10), again(stream, 256, 9);
  again.normal(*a);
  for (RandomStream::Draws *draws : {&of_seed, &of_purpose, &of_step})
    {
      draws->normal(*b);
      EXPECT_NE((*a)[0], (*b)[0]);
    }
}
