// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_FRACTIONAL_LINE_POWER_H
#define SGDFP_FRACTIONAL_LINE_POWER_H

#include "fractional/axis.h"
#include "fractional/fractional_laplacian.h"
#include "fractional/rational_power.h"

#include <memory>

namespace sgdfp
{
  /// FractionalLaplacian in one dimension, on any mesh:
  ///
  ///     q = sum_j w_j (mu_j M + K)^-1 M v
  ///
  /// with the terms of a RationalPower and banded Cholesky factors. The terms
  /// are shared among the ranks; each holds the line, which is short.
  class LinePower : public FractionalLaplacian<1>
  {
  public:
    /// @param exponent s
    /// @param tempering m
    LinePower(const LumpedLaplacian<1> &laplacian,
              const double              exponent,
              const double              tempering);

    void prepare() override;

    void potential(AnyVector         &q,
                   const AnyVector   &v,
                   const unsigned int part) const override;

    std::string description() const override;

  private:
    const LumpedLaplacian<1>      &laplacian;
    const double                   exponent, tempering;
    std::unique_ptr<Lattice<1>>    lattice;
    std::unique_ptr<RationalPower> power;
    /// Terms of this rank: weight and factor, in LAPACK's banded storage
    std::vector<std::pair<double, std::vector<double>>> factors;
  };
} // namespace sgdfp

#endif
