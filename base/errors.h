// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_BASE_ERRORS_H
#define SGDFP_BASE_ERRORS_H

#include <deal.II/base/mpi.h>

#include <functional>
#include <stdexcept>
#include <string>

namespace sgdfp
{
  /// Exit status of every executable (docs/running.md).
  enum class ExitStatus : int
  {
    done           = 0,
    user_mistake   = 1,
    refused        = 2,
    solver_failure = 3
  };



  /// The user's mistake: a case file, an argument or data that cannot be used.
  /// Printed once, on rank 0, without a stack trace; exit status 1.
  class UserError : public std::runtime_error
  {
  public:
    explicit UserError(const std::string &message);
  };



  /// A mistake in one entry of the case file. `entry` is the full path such
  /// as "Noise/diffusion"; ParameterFile::explain() adds the line where it was
  /// set. The message reads: entry = 'value' reason. remedy
  class EntryError : public UserError
  {
  public:
    EntryError(const std::string &entry,
               const std::string &value,
               const std::string &reason,
               const std::string &remedy);

    const std::string entry, value, reason, remedy;
  };



  /// The problem has no trustworthy answer (no stationary law, not resolved):
  /// exit status 2. `status` is the short word written to summary.json.
  class Refusal : public std::runtime_error
  {
  public:
    Refusal(const std::string &status, const std::string &reason);

    const std::string status;
  };



  /// A linear or nonlinear solver did not deliver: exit status 3.
  class SolverFailure : public std::runtime_error
  {
  public:
    explicit SolverFailure(const std::string &message);
  };



  /// Runs @p work on rank 0 only and gives its result (a string, possibly
  /// empty) to every rank. A UserError thrown on rank 0 is thrown on every
  /// rank, so that no rank waits for another one that has stopped.
  std::string run_on_root(const MPI_Comm                      communicator,
                          const std::function<std::string()> &work);
} // namespace sgdfp

#endif
