// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_COMMON_BINS_H
#define SGDFP_SOLVERS_COMMON_BINS_H

#include "postprocess/binned_law.h"
#include "solvers/compare_line.h"

namespace sgdfp
{
  /// Where a law lives: in the bins of its histogram, or on a mesh of the box
  /// bins.lower .. bins.upper.
  struct BinOwner
  {
    std::string folder;
    bool        is_histogram = false;
    Bins        bins;
  };



  /// The bins on which all of them can be compared: the coarsest histogram,
  /// whose number must divide that of the others, in the same box; without
  /// histograms 200, 60, 24 per direction in 1-D, 2-D, 3-D, in the box that
  /// holds all meshes. --bins, --lower and --upper have the last word.
  /// @throws UserError where there are none, or not those asked for
  Bins common_bins(const std::vector<BinOwner> &owners,
                   const CompareLine           &line);
} // namespace sgdfp

#endif
