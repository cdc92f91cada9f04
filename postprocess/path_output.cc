// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/path_output.h"

#include "base/errors.h"

#include <deal.II/base/data_out_base.h>

#include <fstream>

namespace sgdfp
{
  void write_curves(const std::vector<Curve>       &curves,
                    const std::vector<std::string> &names,
                    const std::string              &file)
  {
    using Patch = dealii::DataOutBase::Patch<1, 3>;
    std::vector<Patch> patches;
    for (const Curve &curve : curves)
      for (std::size_t p = 0; p + 1 < curve.points.size(); ++p)
        {
          Patch patch;
          patch.n_subdivisions = 1;
          patch.reference_cell = dealii::ReferenceCells::Line;
          patch.patch_index    = patches.size();
          patch.data.reinit(names.size(), 2);
          for (unsigned int v = 0; v < 2; ++v)
            {
              for (unsigned int d = 0; d < curve.points[p].size(); ++d)
                patch.vertices[v][d] = curve.points[p + v][d];
              for (unsigned int i = 0; i < names.size(); ++i)
                patch.data(i, v) = curve.values[i][p + v];
            }
          patches.push_back(patch);
        }
    std::ofstream                 out(file);
    dealii::DataOutBase::VtkFlags flags;
    try
      {
        dealii::DataOutBase::write_vtu(patches, names, {}, flags, out);
      }
    catch (const dealii::StandardExceptions::ExcIO &)
      {
        out.setstate(std::ios::failbit);
      }
    out.close();
    if (!out)
      throw UserError("Cannot write '" + file + "'. Check the free space.");
  }
} // namespace sgdfp
