// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_VTU_FILE_H
#define SGDFP_POSTPROCESS_VTU_FILE_H

#include "base/errors.h"

#include <deal.II/base/data_out_base.h>

#include <fstream>
#include <string>
#include <vector>

namespace sgdfp
{
  /// Calls @p write with @p out. Where a disk is full deal.II throws; here the
  /// state of the stream says so, as it does of what we write ourselves.
  template <typename Write>
  void write_into(std::ofstream &out, const Write &write)
  {
    try
      {
        write(out);
      }
    catch (const dealii::StandardExceptions::ExcIO &)
      {
        out.setstate(std::ios::failbit);
      }
  }



  /// A .vtu file of one rank.
  /// @throws UserError if it cannot be written
  template <int dim, int spacedim>
  void write_vtu_file(
    const std::vector<dealii::DataOutBase::Patch<dim, spacedim>> &patches,
    const std::vector<std::string>                               &names,
    const std::string                                            &file)
  {
    std::ofstream out(file);
    write_into(out, [&](std::ostream &stream) {
      const dealii::DataOutBase::VtkFlags flags;
      dealii::DataOutBase::write_vtu(patches, names, {}, flags, stream);
    });
    out.close();
    if (!out)
      throw UserError("Cannot write '" + file + "'. Check the free space.");
  }
} // namespace sgdfp

#endif
