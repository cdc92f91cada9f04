// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_FRACTIONAL_RATIONAL_POWER_H
#define SGDFP_FRACTIONAL_RATIONAL_POWER_H

#include <vector>

namespace sgdfp
{
  /// The rational function with positive weights and poles on the negative axis
  ///
  ///     r(z) = sum_j w_j z/(z + mu_j)  ~  (z + m^2)^s - m^(2s),   0 < s < 1,
  ///
  /// m = 0: z^s. Every term z/(z + mu) is the symbol of a Markov generator (a
  /// diffusion stopped at exponential times), so that whatever the number of
  /// terms -r(-Lap) conserves mass and moves none the wrong way.
  ///
  /// From z^s = sin(pi s)/pi int_0^inf z/(z + x) x^(s-1) dx: the trapezoidal
  /// rule in log x with step k, whose dropped tails become one pole each, two
  /// moments of them matched; with m every pole moves to mu + m^2 and its
  /// weight shrinks by mu/(mu + m^2) [numerics.md, 3].
  class RationalPower
  {
  public:
    struct Term
    {
      double weight, pole;
    };

    /// @param exponent s
    /// @param tempering m
    /// @param least,greatest the interval of z + m^2 in which the relative
    /// error of z^s is at most @p tolerance
    RationalPower(const double exponent,
                  const double tempering,
                  const double least,
                  const double greatest,
                  const double tolerance);

    const std::vector<Term> &terms() const;

    /// r(z)
    double value(const double z) const;

  private:
    std::vector<Term> all_terms;
  };
} // namespace sgdfp

#endif
