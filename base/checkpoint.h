// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_BASE_CHECKPOINT_H
#define SGDFP_BASE_CHECKPOINT_H

#include <deal.II/base/mpi.h>

#include <map>
#include <string>

#include <nlohmann/json.hpp>

namespace sgdfp
{
  /// The folder checkpoint/ of a run: generations checkpoint/1, checkpoint/2,
  /// .., of which the last two are kept. Each holds what its writer put there
  /// and state.json.
  ///
  /// A generation is written under another name and renamed when it is
  /// complete: a run that is killed at any moment leaves only whole ones.
  class Checkpoint
  {
  public:
    using Json = nlohmann::ordered_json;

    /// Values of entries by path, such as "Noise/temperature".
    using Entries = std::map<std::string, std::string>;

    /// @param folder of the run
    Checkpoint(const MPI_Comm communicator, const std::string &folder);

    /// Makes an empty folder for the next generation. Collective.
    /// @return its path
    /// @throws UserError if it cannot be written
    std::string begin() const;

    /// Completes the generation begun: writes @p state with the version of the
    /// program and the entries of the case, renames, removes the generation
    /// before the last one. Collective.
    void commit(const Json &state, const Entries &entries) const;

    /// Whether there is a complete generation. Collective.
    bool exists() const;

    /// Path of the last complete generation. Collective.
    std::string latest() const;

    /// Its state. Collective.
    /// @throws UserError if it was written by another version, or for a case
    /// in which an entry has another value, with that entry
    Json read(const Entries &entries) const;

  private:
    /// 0 where there is none; on rank 0
    unsigned int last_generation() const;

    std::string path_of(const unsigned int generation) const;

    const MPI_Comm    communicator;
    const std::string folder;
  };
} // namespace sgdfp

#endif
