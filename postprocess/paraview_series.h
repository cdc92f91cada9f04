// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_PARAVIEW_SERIES_H
#define SGDFP_POSTPROCESS_PARAVIEW_SERIES_H

#include <deal.II/base/data_out_base.h>
#include <deal.II/base/mpi.h>

#include <string>
#include <utility>
#include <vector>

namespace sgdfp
{
  /// Time and file (relative to the run folder) of each member of a series.
  using ParaviewSeries = std::vector<std::pair<double, std::string>>;

  /// Writes solution/<name>_<number>.*.vtu (one a rank), .pvtu, and
  /// solution.pvd, which is complete at every moment, of @p series with them.
  /// @throws UserError if the files cannot be written
  template <int dim>
  void add_to_series(const MPI_Comm                 communicator,
                     dealii::DataOutInterface<dim> &output,
                     const std::string             &folder,
                     const std::string             &name,
                     const double                   time,
                     ParaviewSeries                &series);
} // namespace sgdfp

#endif
