// SPDX-License-Identifier: GPL-3.0-or-later
#include "fractional/hyperbola.h"

#include <cmath>

namespace sgdfp
{
  std::vector<ContourNode> hyperbola(const unsigned int n, const double t)
  {
    using complex       = std::complex<double>;
    const double  angle = 1.1721, step = 1.0818 / n, mu = 4.4921 * n;
    const complex i(0, 1);

    std::vector<ContourNode> nodes;
    for (unsigned int k = 0; k < n; ++k)
      {
        const complex y  = i * ((k + 0.5) * step) - angle;
        const complex z  = mu * (1. + std::sin(y));
        const complex dz = mu * i * std::cos(y);
        nodes.push_back({z / t, std::exp(z) * dz * step / (2 * M_PI * i) / t});
      }
    return nodes;
  }
} // namespace sgdfp
