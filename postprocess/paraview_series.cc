// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/paraview_series.h"

#include "base/errors.h"
#include "postprocess/vtu_file.h"

#include <cstdio>
#include <fstream>

namespace sgdfp
{
  template <int dim>
  void add_to_series(const MPI_Comm                 communicator,
                     dealii::DataOutInterface<dim> &output,
                     const std::string             &folder,
                     const std::string             &name,
                     const double                   time,
                     ParaviewSeries                &series)
  {
    dealii::DataOutBase::VtkFlags flags;
    // The name of this type differs between versions of deal.II.
    flags.compression_level = decltype(flags.compression_level)::best_speed;
    output.set_flags(flags);
    // Each rank has a file of its own: the failure of one is one of all.
    std::string pvtu;
    bool        is_written = true;
    try
      {
        pvtu = output.write_vtu_with_pvtu_record(
          folder + "/solution/", name, series.size(), communicator, 4);
      }
    catch (const dealii::StandardExceptions::ExcIO &)
      {
        is_written = false;
      }
    if (dealii::Utilities::MPI::min(is_written ? 1 : 0, communicator) == 0)
      throw UserError("Cannot write '" + folder + "/solution/" + name +
                      "_*.vtu'. Check the free space.");
    series.emplace_back(time, "solution/" + pvtu);
    run_on_root(communicator, [&]() {
      // Complete at every moment: to a neighbour first.
      const std::string pvd_name = folder + "/solution.pvd";
      std::ofstream     pvd(pvd_name + ".tmp");
      write_into(pvd, [&](std::ostream &stream) {
        dealii::DataOutBase::write_pvd_record(stream, series);
      });
      pvd.close();
      if (!pvd ||
          std::rename((pvd_name + ".tmp").c_str(), pvd_name.c_str()) != 0)
        throw UserError("Cannot write '" + pvd_name +
                        "'. Check the free space.");
      return std::string();
    });
  }



#define INSTANTIATE(dim)                                       \
  template void add_to_series(const MPI_Comm,                  \
                              dealii::DataOutInterface<dim> &, \
                              const std::string &,             \
                              const std::string &,             \
                              const double,                    \
                              ParaviewSeries &);

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE
} // namespace sgdfp
