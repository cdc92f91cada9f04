// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_LAW_OF_RUN_H
#define SGDFP_SOLVERS_LAW_OF_RUN_H

#include "solvers/common_bins.h"
#include "solvers/previous_law.h"
#include "solvers/run_record.h"

#include <boost/optional.hpp>

namespace sgdfp
{
  /// The law that a run folder holds, a density or a histogram of chains, to be
  /// compared with others on common bins.
  template <int dim>
  class LawOfRun
  {
  public:
    /// Collective.
    /// @throws UserError where it cannot be read
    LawOfRun(const MPI_Comm communicator, const RunRecord &record, RunLog &log);

    /// The bins of the histogram, or the box of the mesh.
    BinOwner owner() const;

    /// On @p bins. Collective.
    ComparedLaw on(const Bins &bins) const;

  private:
    const RunRecord                         record;
    std::unique_ptr<const PreviousLaw<dim>> density;
    boost::optional<BinnedLaw>              histogram;
  };



  /// @throws UserError unless it is a law of the same variables as @p reference
  void check_variables(const RunRecord &reference, const RunRecord &record);



  /// compare() of the laws in two run folders, on the bins that they have in
  /// common by themselves. Collective.
  /// @throws UserError where that is not possible
  Summary::Json compare_folders(const MPI_Comm     communicator,
                                const std::string &reference,
                                const std::string &folder,
                                RunLog            &log);
} // namespace sgdfp

#endif
