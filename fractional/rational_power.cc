// SPDX-License-Identifier: GPL-3.0-or-later
#include "fractional/rational_power.h"

#include <deal.II/base/exceptions.h>
#include <deal.II/base/numbers.h>

#include <cmath>

namespace sgdfp
{
  using dealii::numbers::PI;

  namespace
  {
    /// The terms for m = 0.
    std::vector<RationalPower::Term> power_terms(const double s,
                                                 const double least,
                                                 const double greatest,
                                                 const double tolerance)
    {
      const double S = std::sin(PI * s);
      const double k = 2 * PI * PI / std::log(8 * S / tolerance);
      // Where the tails may be cut: what their end poles then miss is below
      // the tolerance.
      const double left =
        std::pow(tolerance * PI * (2 + s) / (4 * S), 1 / (2 + s));
      const double right =
        std::pow(tolerance * PI * (3 - s) / (4 * S), 1 / (3 - s));
      const int first =
        static_cast<int>(std::floor(std::log(least * left) / k));
      const int last =
        static_cast<int>(std::ceil(std::log(greatest / right) / k));

      // int x^(a-1) over the dropped tails, by the same rule
      const auto left_tail = [&](const double a) {
        return k * S / PI * std::exp(a * (first - 1) * k) / -std::expm1(-a * k);
      };
      const auto right_tail = [&](const double a) {
        return k * S / PI * std::exp(-a * (last + 1) * k) / -std::expm1(-a * k);
      };
      std::vector<RationalPower::Term> terms;
      terms.push_back({left_tail(s), left_tail(1 + s) / left_tail(s)});
      for (int j = first; j <= last; ++j)
        terms.push_back({k * S / PI * std::exp(s * j * k), std::exp(j * k)});
      const double end = right_tail(1 - s) / right_tail(2 - s);
      terms.push_back({right_tail(1 - s) * end, end});
      return terms;
    }
  } // namespace



  RationalPower::RationalPower(const double exponent,
                               const double tempering,
                               const double least,
                               const double greatest,
                               const double tolerance)
    : all_terms(power_terms(exponent, least, greatest, tolerance))
  {
    Assert(exponent > 0 && exponent < 1, dealii::ExcInternalError());
    Assert(0 < least && least <= greatest, dealii::ExcInternalError());
    const double square = tempering * tempering;
    for (Term &term : all_terms)
      {
        term.weight *= term.pole / (term.pole + square);
        term.pole += square;
      }
  }



  const std::vector<RationalPower::Term> &RationalPower::terms() const
  {
    return all_terms;
  }



  double RationalPower::value(const double z) const
  {
    double sum = 0;
    for (const Term &term : all_terms)
      sum += term.weight * z / (z + term.pole);
    return sum;
  }
} // namespace sgdfp
