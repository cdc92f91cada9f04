// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_BASE_NUMPY_READER_H
#define SGDFP_BASE_NUMPY_READER_H

#include <deal.II/base/mpi.h>

#include <map>
#include <string>
#include <vector>

namespace sgdfp
{
  /// Reads the arrays of numbers in a .npz file as NumpyArchive writes it:
  /// members that are stored, not compressed, doubles with the first index
  /// fastest.
  class NumpyReader
  {
  public:
    /// Rank 0 reads, every rank gets all. Collective.
    /// @throws UserError on every rank if the file cannot be read, or is no
    /// such archive, or damaged (checksums)
    NumpyReader(const MPI_Comm communicator, const std::string &filename);

    struct Array
    {
      std::vector<double>      values; ///< first index fastest
      std::vector<std::size_t> shape;
    };

    /// @throws UserError if there is no such array of doubles
    Array array(const std::string &name) const;

  private:
    [[noreturn]] void complain(const std::string &why) const;

    /// Notes the member whose header begins at @p at. @return where it ends
    std::size_t read_member(const std::string &bytes, const std::size_t at);

    const std::string filename;
    /// Bytes of each member, by its name
    std::map<std::string, std::string> members;
  };
} // namespace sgdfp

#endif
