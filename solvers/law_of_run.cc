// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/law_of_run.h"

#include "base/text.h"
#include "postprocess/histogram_file.h"
#include "postprocess/law_binning.h"

#include <filesystem>

namespace sgdfp
{
  template <int dim>
  LawOfRun<dim>::LawOfRun(const MPI_Comm   communicator,
                          const RunRecord &record,
                          RunLog          &log)
    : record(record)
  {
    if (record.is_ensemble())
      {
        histogram = read_histogram(
          communicator,
          (std::filesystem::path(record.folder) / "histogram.npz").string());
        if (histogram->bins.dimension() != dim)
          throw record.error("its histogram.npz has " +
                               counted(histogram->bins.dimension(),
                                       "variable") +
                               ", its summary.json has " + std::to_string(dim),
                             "Run the case anew.");
        return;
      }
    // It speaks of the case that would begin with that law.
    try
      {
        density = std::make_unique<const PreviousLaw<dim>>(
          communicator, record.folder, log, PreviousLaw<dim>::Use::comparison);
      }
    catch (const EntryError &error)
      {
        throw record.error(error.reason,
                           "Run its case anew with this version; a data "
                           "file is looked for from where you start the "
                           "program.");
      }
  }



  template <int dim>
  BinOwner LawOfRun<dim>::owner() const
  {
    BinOwner owner;
    owner.folder       = record.folder;
    owner.is_histogram = record.is_ensemble();
    if (histogram)
      owner.bins = histogram->bins;
    else
      {
        const auto &box  = density->law().discretisation.box;
        owner.bins.lower = {box.lower().begin_raw(), box.lower().end_raw()};
        owner.bins.upper = {box.upper().begin_raw(), box.upper().end_raw()};
      }
    return owner;
  }



  template <int dim>
  ComparedLaw LawOfRun<dim>::on(const Bins &bins) const
  {
    ComparedLaw compared;
    compared.folder        = record.folder;
    compared.program       = record.program();
    compared.density_error = record.density_error();
    compared.means         = record.means();
    compared.law           = histogram ? merged(*histogram, bins.number) :
                                         bin_law(density->law(), bins);
    compared.law.effective_samples = record.effective_samples();
    return compared;
  }



  void check_variables(const RunRecord &reference, const RunRecord &record)
  {
    const auto names_of = [](const RunRecord &record) {
      std::string text;
      for (const std::string &name : record.variables())
        text += (text.empty() ? "" : ", ") + name;
      return text;
    };
    if (record.dimension() != reference.dimension() ||
        record.variables() != reference.variables())
      throw record.error(
        "its law is one of " + names_of(record) + ", that of '" +
          reference.folder + "' is one of " + names_of(reference),
        "Compare laws of the same variables; `set variables` names them.");
  }



  namespace
  {
    template <int dim>
    Summary::Json compare_records(const MPI_Comm   communicator,
                                  const RunRecord &reference,
                                  const RunRecord &record,
                                  RunLog          &log)
    {
      const LawOfRun<dim> q(communicator, reference, log),
        p(communicator, record, log);
      const Bins bins = common_bins({q.owner(), p.owner()}, {});
      return compare(q.on(bins), p.on(bins), reference.variables());
    }
  } // namespace



  Summary::Json compare_folders(const MPI_Comm     communicator,
                                const std::string &reference_folder,
                                const std::string &folder,
                                RunLog            &log)
  {
    const RunRecord reference(communicator, reference_folder);
    const RunRecord record(communicator, folder);
    check_variables(reference, record);
    switch (reference.dimension())
      {
        case 1:
          return compare_records<1>(communicator, reference, record, log);
        case 2:
          return compare_records<2>(communicator, reference, record, log);
        default:
          return compare_records<3>(communicator, reference, record, log);
      }
  }



  template class LawOfRun<1>;
  template class LawOfRun<2>;
  template class LawOfRun<3>;
} // namespace sgdfp
