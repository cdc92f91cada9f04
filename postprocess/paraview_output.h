// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_PARAVIEW_OUTPUT_H
#define SGDFP_POSTPROCESS_PARAVIEW_OUTPUT_H

#include "postprocess/closed_current.h"
#include "postprocess/gibbs_comparison.h"
#include "postprocess/paraview_series.h"

#include <boost/optional.hpp>

namespace sgdfp
{
  /// Writes solution/law_0000.*.vtu (one file a rank), the .pvtu that joins
  /// them and solution.pvd, which ParaView opens.
  ///
  /// Every cell is cut into degree^dim linear pieces. Fields: density,
  /// log_density, loss, sharpness, current, velocity, curl (of J; a number in
  /// 2-D, a vector in 3-D), entropy_production_density, in more than one
  /// dimension closed_current, in 2-D its stream_function, and, where there is
  /// a reference, gibbs_density and log_ratio = log p/q.
  ///
  /// Densities below 1e-18 of the maximum are taken as that in logarithms;
  /// velocity and entropy production are set to 0 where p is below 1e-12 of
  /// the maximum, where J/p is round-off.
  ///
  /// @throws UserError if the files cannot be written.
  template <int dim>
  void write_paraview(const ClosedCurrent<dim>                 &closed,
                      const boost::optional<GibbsDensity<dim>> &reference,
                      const std::string                        &folder);



  /// The same for one time of a series: adds its files and its record.
  template <int dim>
  void write_paraview(const ClosedCurrent<dim>                 &closed,
                      const boost::optional<GibbsDensity<dim>> &reference,
                      const std::string                        &folder,
                      const double                              time,
                      ParaviewSeries                           &series);
} // namespace sgdfp

#endif
