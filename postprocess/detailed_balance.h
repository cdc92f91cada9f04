// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_DETAILED_BALANCE_H
#define SGDFP_POSTPROCESS_DETAILED_BALANCE_H

#include "postprocess/postprocessor.h"

#include <boost/optional.hpp>

namespace sgdfp
{
  /// Is the law an equilibrium?
  ///
  /// certificate: with r = b - (1-a) div D and F = D^-1 r, detailed balance
  /// holds iff F is a gradient, that is iff  grad F  is symmetric everywhere.
  /// Reported is the largest |grad F - (grad F)^T| / (2 |grad F|) over the
  /// quadrature points, between 0 and 1. It knows nothing of p: whether
  /// balance holds is decided by exact derivatives of the model, not by a
  /// threshold on a computed current. In one dimension it is 0.
  ///
  /// entropy_production = int J . D^-1 J / p, per unit t. Where D is singular
  /// it is infinite or undefined: null.
  ///
  /// For singular D the certificate is null, and balance is known to be broken
  /// if r leaves the range of D where there is mass (no density can make
  /// J = r p - D grad p vanish there); else it is left open [numerics.md, 9].
  template <int dim>
  class DetailedBalance : public Postprocessor<dim>
  {
  public:
    void visit(const typename Postprocessor<dim>::Sample &sample) override;

    void finish(const Law<dim> &law, Summary &summary) override;

    /// Empty: not known.
    boost::optional<bool> holds;

    /// Why it is not known.
    std::string reason;

  private:
    double       asymmetry      = 0;
    double       production     = 0;
    double       escaping_drift = 0;
    unsigned int n_singular     = 0;
  };
} // namespace sgdfp

#endif
