// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_FIGURES_H
#define SGDFP_POSTPROCESS_FIGURES_H

#include <deal.II/base/mpi.h>

#include <string>

namespace sgdfp
{
  /// Draws figures/*.png of a run folder with a Python script of
  /// postprocess/plots, such as plot_law.py.
  ///
  /// The Python is $SGDFP_PYTHON, else the one found at configuration (with
  /// numpy and matplotlib). Collective; rank 0 works.
  ///
  /// @return "" or why there are no figures; a run without them is still whole
  std::string draw_figures(const MPI_Comm     communicator,
                           const std::string &script_name,
                           const std::string &folder);
} // namespace sgdfp

#endif
