// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_BASE_RUN_FOLDER_H
#define SGDFP_BASE_RUN_FOLDER_H

#include "base/summary.h"

#include <deal.II/base/mpi.h>

#include <string>
#include <vector>

namespace sgdfp
{
  /// The folder of a run: <directory>/<case>-<question>/ with case.prm (as
  /// typed), parameters.prm (as resolved), log.txt, summary.json, solution/,
  /// figures/.
  ///
  /// summary.json is the mark of a complete run: open() removes an old one
  /// before anything else is touched, finish() writes the new one last.
  class RunFolder
  {
  public:
    RunFolder(const MPI_Comm     communicator,
              const std::string &directory,
              const std::string &case_name,
              const std::string &question);

    /// A folder that is no <case>-<question>.
    /// @param results what a run leaves in it, first the mark of a complete one
    RunFolder(const MPI_Comm                  communicator,
              const std::string              &folder,
              const std::vector<std::string> &results);

    /// Makes the folder and keeps other runs out of it until the process ends,
    /// however it ends. Waits a few seconds for a run that is being killed.
    /// @throws UserError on every rank if it cannot be written, or another run
    /// is at work in it.
    void lock() const;

    /// Makes the folder, removes what an earlier run left in it.
    /// @throws UserError on every rank if it cannot be written.
    void open(const std::string &case_text,
              const std::string &resolved_text) const;

    /// Writes case.prm and parameters.prm.
    /// @throws UserError on every rank if that fails
    void keep_case(const std::string &case_text,
                   const std::string &resolved_text) const;

    /// Makes the folder, removes the results of an earlier run.
    /// @throws UserError on every rank if it cannot be written.
    void clear() const;

    /// Whether an earlier run in it is complete. Collective.
    bool is_complete() const;

    /// Writes summary.json (or what else is the mark), last and atomically.
    void finish(const Summary &summary) const;

    /// Removes the density files of a run that turned out to have no density.
    void remove_solution() const;

    const std::string &path() const;

  private:
    const MPI_Comm                 communicator;
    const std::string              folder;
    const std::vector<std::string> results;
  };
} // namespace sgdfp

#endif
