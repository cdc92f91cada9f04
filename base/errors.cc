// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/errors.h"

#include <utility>

namespace sgdfp
{
  UserError::UserError(const std::string &message)
    : std::runtime_error(message)
  {}



  EntryError::EntryError(const std::string &entry,
                         const std::string &value,
                         const std::string &reason,
                         const std::string &remedy)
    : UserError(entry + " is '" + value + "' but " + reason + ". " + remedy)
    , entry(entry)
    , value(value)
    , reason(reason)
    , remedy(remedy)
  {}



  Refusal::Refusal(const std::string &status, const std::string &reason)
    : std::runtime_error(reason)
    , status(status)
  {}



  SolverFailure::SolverFailure(const std::string &message)
    : std::runtime_error(message)
  {}



  std::string run_on_root(const MPI_Comm                      communicator,
                          const std::function<std::string()> &work)
  {
    // The first member tells whether the second is a result or a message.
    std::pair<bool, std::string> outcome(true, "");
    if (dealii::Utilities::MPI::this_mpi_process(communicator) == 0)
      {
        try
          {
            outcome.second = work();
          }
        catch (const UserError &error)
          {
            outcome = {false, error.what()};
          }
      }
    outcome = dealii::Utilities::MPI::broadcast(communicator, outcome);
    if (!outcome.first)
      throw UserError(outcome.second);
    return outcome.second;
  }
} // namespace sgdfp
