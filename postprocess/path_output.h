// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_PATH_OUTPUT_H
#define SGDFP_POSTPROCESS_PATH_OUTPUT_H

#include <string>
#include <vector>

namespace sgdfp
{
  /// A curve in the space of parameters with numbers along it.
  struct Curve
  {
    /// [point][coordinate], one to three coordinates
    std::vector<std::vector<double>> points;
    /// [name][point], names alike for all curves
    std::vector<std::vector<double>> values;
  };

  /// Writes curves as line segments for ParaView (.vtu).
  /// @param names of the values
  /// @throws UserError if the file cannot be written
  void write_curves(const std::vector<Curve>       &curves,
                    const std::vector<std::string> &names,
                    const std::string              &file);
} // namespace sgdfp

#endif
