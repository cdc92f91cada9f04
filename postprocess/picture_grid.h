// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_PICTURE_GRID_H
#define SGDFP_POSTPROCESS_PICTURE_GRID_H

#include "postprocess/closed_current.h"
#include "postprocess/gibbs_comparison.h"

#include <boost/optional.hpp>

namespace sgdfp
{
  /// The law on a regular grid of the window that holds all but a millionth of
  /// its maximum: solution/@p name.npz, for numpy.load() or
  /// plots/sgdfp_results.py. Its arrays are
  ///
  ///   density, loss, current_1 .., in more than one dimension
  ///     closed_current_1 .., in 2-D its stream_function, and gibbs_density
  ///     where there is a reference: index [i, j, k] = first, second, third
  ///     parameter;
  ///   axis_1 ..: the coordinates of the grid along each parameter;
  ///   variables: their names;
  ///   notes: @p notes as JSON in one string.
  ///
  /// Its size is that of a picture whatever the mesh, so it is summed onto one
  /// rank.
  ///
  /// @throws UserError if the file cannot be written.
  template <int dim>
  void write_picture_grid(const ClosedCurrent<dim>                 &closed,
                          const boost::optional<GibbsDensity<dim>> &reference,
                          const std::vector<std::string>           &variables,
                          const Summary::Json                      &notes,
                          const std::string                        &folder,
                          const std::string &name = "grid");
} // namespace sgdfp

#endif
