// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_SLICE_STATISTICS_H
#define SGDFP_POSTPROCESS_SLICE_STATISTICS_H

#include "postprocess/postprocessor.h"

namespace sgdfp
{
  /// How far a law on an affine slice of a larger network is from being one of
  /// its laws: the shares of drift and noise that would leave the slice,
  ///
  ///     drift_leaving = (E|N grad L|^2 / E|grad L|^2)^(1/2),
  ///     noise_leaving = (E tr(N C N) / E tr C)^(1/2),
  ///
  /// N the projector normal to the slice, both 0 where the slice is invariant.
  /// Nothing is written for other cases.
  template <int dim>
  class SliceStatistics : public Postprocessor<dim>
  {
  public:
    explicit SliceStatistics(const Loss<dim> &loss);

    void visit(const typename Postprocessor<dim>::Sample &sample) override;

    void finish(const Law<dim> &law, Summary &summary) override;

    boost::optional<double> drift_leaving, noise_leaving;

  private:
    const Loss<dim> &loss;
    const bool       is_slice;
    SliceLeak        sum;
  };
} // namespace sgdfp

#endif
