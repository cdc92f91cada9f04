// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_HISTOGRAM_FILE_H
#define SGDFP_POSTPROCESS_HISTOGRAM_FILE_H

#include "postprocess/binned_law.h"

#include <deal.II/base/mpi.h>

namespace sgdfp
{
  /// What Histogram::write() wrote, of any dimension. Collective.
  /// @throws UserError on every rank if the file cannot be read or is no
  /// histogram
  BinnedLaw read_histogram(const MPI_Comm     communicator,
                           const std::string &filename);
} // namespace sgdfp

#endif
