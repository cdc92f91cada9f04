// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_DETAILED_BALANCE_H
#define SGDFP_POSTPROCESS_DETAILED_BALANCE_H

#include "postprocess/postprocessor.h"

#include <boost/optional.hpp>

namespace sgdfp
{
  /// What is known of the current besides the model: integrals of |.|, per
  /// unit t.
  struct CurrentEvidence
  {
    double l1              = 0; ///< int |J_h|
    double estimated_error = 0; ///< of int |J - J_h|; NaN: not known
    double scale           = 0; ///< 1/2 int |r p| + |D grad p|
    /// int |J_h| of the negative control, whose current is zero; empty where
    /// there is no control
    boost::optional<double> control;

    /// The current that errors alone could look like: twice the estimate,
    /// whose safety factor is 2 [numerics.md, 1], the control's, or the
    /// round-off of the terms that J is the difference of.
    double noise() const;
  };



  /// Is the law an equilibrium?
  ///
  /// certificate: with r = b - (1-a) div D and F = D^-1 r, detailed balance
  /// holds iff F is a gradient, that is iff  grad F  is symmetric everywhere.
  /// Reported is the largest |grad F - (grad F)^T| / (2 |grad F|) over the
  /// quadrature points, between 0 and 1; an asymmetry within the round-off of
  /// the derivatives it is made of counts as 0. In one dimension it is 0.
  ///
  /// entropy_production = int J . D^-1 J / p, per unit t. Where D is singular
  /// it is infinite or undefined: null.
  ///
  /// For singular D the certificate is null, and balance is known to be broken
  /// if r leaves the range of D where there is mass (no density can make
  /// J = r p - D grad p vanish there) [numerics.md, 9].
  ///
  /// The certificate alone does not say that a computed current is more than
  /// error, nor does a current alone say that it is not: decide() takes both.
  template <int dim>
  class DetailedBalance : public Postprocessor<dim>
  {
  public:
    void visit(const typename Postprocessor<dim>::Sample &sample) override;

    /// Writes certificate and entropy production.
    void finish(const Law<dim> &law, Summary &summary) override;

    /// Decides and writes detailed_balance/holds, after finish():
    ///  - true:  the model is in balance, and the current is within its noise;
    ///  - false: the model is not (or D is singular), and the current is more
    ///    than its noise;
    ///  - null:  the two disagree, with the reason.
    void decide(const CurrentEvidence &evidence, Summary &summary);

    /// Whether D is singular somewhere. After finish().
    bool is_singular() const;

    /// Empty: not known.
    boost::optional<bool> holds;

    /// Why it is not known.
    std::string reason;

  private:
    /// What the model says; empty where D is singular and r in its range.
    boost::optional<bool> model_in_balance() const;

    double       asymmetry      = 0;
    double       production     = 0;
    double       escaping_drift = 0;
    unsigned int n_singular     = 0;
  };
} // namespace sgdfp

#endif
