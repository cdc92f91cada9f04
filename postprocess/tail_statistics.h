// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_TAIL_STATISTICS_H
#define SGDFP_POSTPROCESS_TAIL_STATISTICS_H

#include "base/summary.h"
#include "fractional/axis.h"
#include "operators/law.h"

#include <boost/optional.hpp>

namespace sgdfp
{
  /// The tail of a law in a graded box:  P(|theta|_max > r) ~ C r^-gamma.
  ///
  /// gamma is fitted to the masses of shells of the chart between R/100 and
  /// R/10, R the largest coordinate of the box (beyond, the box is felt
  /// [numerics.md, 3]); its error is the larger one of the standard error of
  /// the fit and the change against the decade before. The law has moments of
  /// order m < gamma only.
  struct Tail
  {
    /// Empty where `reason` says why
    boost::optional<double> index;
    double                  index_error = 0;
    /// C R^-gamma, the mass that the law without a box has outside of it
    double outside_mass = 0;
    double from = 0, to = 0; ///< the radii of the fit
    /// Edges of the shells, and the mass of the box beyond each
    std::vector<double> radii, mass_beyond;
    std::string         reason;

    /// Whether the moment of order @p m exists; empty where the error bar of
    /// the index does not tell.
    boost::optional<bool> has_moment(const double m) const;

    /// Why a moment is null.
    std::string why_no_moment(const double m) const;
  };

  /// Collective.
  template <int dim>
  Tail fit_tail(const Law<dim> &law);

  /// Writes density/outside_mass and the section "tail"; where the index says
  /// so, moments/mean and /covariance become null with that reason, or the
  /// mean, whose existence the postprocessor doubts, a number again.
  template <int dim>
  void report_tail(const Tail &tail, const Law<dim> &law, Summary &summary);



  /// Quantiles of each coordinate, [d][i] for level i: the marginal density is
  /// a polynomial of degree k on every cell of the axis, whose integral is
  /// inverted. Needs a tensor mesh. Collective.
  template <int dim>
  std::vector<std::vector<double>>
  marginal_quantiles(const Law<dim> &law, const std::vector<double> &levels);
} // namespace sgdfp

#endif
