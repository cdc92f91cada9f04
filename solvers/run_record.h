// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_RUN_RECORD_H
#define SGDFP_SOLVERS_RUN_RECORD_H

#include "base/errors.h"
#include "postprocess/law_comparison.h"

#include <deal.II/base/mpi.h>

namespace sgdfp
{
  /// The folder of a complete run that has a law, with its summary.json.
  class RunRecord
  {
  public:
    /// Rank 0 reads. Collective.
    /// @throws UserError on every rank where there is no such run
    RunRecord(const MPI_Comm communicator, const std::string &folder);

    /// Whether its law is a histogram of chains.
    bool is_ensemble() const;

    std::string              program() const;
    unsigned int             dimension() const;
    std::vector<std::string> variables() const;

    /// Estimated L1 error of a density; 0 where there is none.
    double density_error() const;

    /// Of an ensemble, one per variable (BinnedLaw); empty where they are not
    /// known.
    std::vector<double> effective_samples() const;

    /// Observables, means and covariances of the parameters, as far as they
    /// are no nulls.
    std::vector<ReportedMean> means() const;

    /// "Cannot compare <folder>: <why>. <way out>"
    UserError error(const std::string &why, const std::string &way_out) const;

    const std::string folder;

  private:
    /// @throws UserError
    void check() const;

    Summary::Json summary;
  };
} // namespace sgdfp

#endif
