// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/path_output.h"

#include "postprocess/vtu_file.h"

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
    write_vtu_file(patches, names, file);
  }
} // namespace sgdfp
