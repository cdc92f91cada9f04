// SPDX-License-Identifier: GPL-3.0-or-later
#include "fractional/mittag_leffler.h"

#include "fractional/hyperbola.h"

#include <deal.II/base/exceptions.h>

namespace sgdfp
{
  double mittag_leffler(const double b, const double x)
  {
    AssertThrow(x >= 0 && b > 0 && b <= 1,
                dealii::ExcMessage("E_b(-x) is known for x >= 0, 0 < b <= 1"));
    constexpr unsigned int n     = 14;
    static const auto      nodes = hyperbola(n, 1.);
    // Divided by the same sum for x = 0, where the value is 1.
    double sum = 0, one = 0;
    for (const auto &[z, weight] : nodes)
      {
        const auto power = std::pow(z, b);
        sum += (weight * power / z / (power + x)).real();
        one += (weight / z).real();
      }
    return sum / one;
  }
} // namespace sgdfp
