// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_LAW_BINNING_H
#define SGDFP_POSTPROCESS_LAW_BINNING_H

#include "operators/law.h"
#include "postprocess/binned_law.h"

namespace sgdfp
{
  /// Integrates a density over bins,
  ///
  ///     p_i = int_{bin i} p / int p,
  ///
  /// by Gauss rules on the parts into which the bins cut the cells: on each of
  /// them the density is smooth, however narrow its peaks are beside a bin, and
  /// the sum of the p_i is the mass on the mesh. Twice, with more points the
  /// second time; the difference is BinnedLaw::integration_error.
  ///
  /// Every rank works on its own cells. Collective; every rank gets all bins.
  template <int dim>
  BinnedLaw bin_law(const Law<dim> &law, const Bins &bins);
} // namespace sgdfp

#endif
