// SPDX-License-Identifier: GPL-3.0-or-later
#include "fractional/rational_power.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace sgdfp;

namespace
{
  /// Largest relative error of r(z) against (z + m^2)^s - m^(2s) in the
  /// interval.
  double largest_error(const RationalPower &r,
                       const double         s,
                       const double         m,
                       const double         least,
                       const double         greatest)
  {
    double             largest  = 0;
    constexpr unsigned n_points = 2000;
    for (unsigned int i = 0; i <= n_points; ++i)
      {
        const double z =
          least * std::pow(greatest / least, static_cast<double>(i) / n_points);
        const double exact =
          (m == 0 ?
             std::pow(z, s) :
             std::pow(m, 2 * s) * std::expm1(s * std::log1p(z / (m * m))));
        largest = std::max(largest, std::abs(r.value(z) / exact - 1));
      }
    return largest;
  }
} // namespace



TEST(RationalPower, IsWithinItsToleranceOverTenDecades)
{
  for (const double alpha : {0.3, 0.7, 1., 1.5, 1.9})
    for (const double tolerance : {1e-4, 1e-6, 1e-8, 1e-10})
      {
        const RationalPower r(alpha / 2, 0., 1e-4, 1e6, tolerance);
        EXPECT_LE(largest_error(r, alpha / 2, 0., 1e-4, 1e6), tolerance)
          << "alpha " << alpha;
        for (const auto &term : r.terms())
          {
            EXPECT_GT(term.weight, 0);
            EXPECT_GT(term.pole, 0);
          }
      }
}



TEST(RationalPower, NeedsAsManyPolesAsItsTheorySays)
{
  // numerics.md, 3: 28 for 1e-6 and 50 for 1e-10 over eight decades.
  EXPECT_EQ(RationalPower(0.5, 0., 1., 1e8, 1e-6).terms().size(), 28u);
  EXPECT_EQ(RationalPower(0.5, 0., 1., 1e8, 1e-10).terms().size(), 50u);
}



TEST(RationalPower, IsTemperedByMovingItsPoles)
{
  const double m = 0.3;
  for (const double alpha : {0.7, 1.5})
    {
      const RationalPower r(alpha / 2, m, 1e-8 + m * m, 1e6 + m * m, 1e-10);
      // Next to 0 the difference of two powers is the derivative, whose error
      // is larger by a little.
      EXPECT_LE(largest_error(r, alpha / 2, m, 1e-8, 1e6), 1e-8);
    }
}
