// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_TESTS_TEMPORARY_FILE_H
#define SGDFP_TESTS_TEMPORARY_FILE_H

#include <deal.II/base/mpi.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

/// A file with the given content that lives as long as the object; one for
/// each rank of MPI_COMM_WORLD, or one for all.
struct TemporaryFile
{
  explicit TemporaryFile(const std::string &content, const bool shared = false)
    : shared(shared)
    , rank(dealii::Utilities::MPI::this_mpi_process(MPI_COMM_WORLD))
  {
    static int        count = 0;
    const std::string mark =
      shared ? dealii::Utilities::MPI::broadcast(MPI_COMM_WORLD,
                                                 std::to_string(getpid())) :
               std::to_string(getpid());
    name = (std::filesystem::temp_directory_path() /
            ("sgdfp-test-" + mark + "-" + std::to_string(count++) + ".csv"))
             .string();
    if (!shared || rank == 0)
      std::ofstream(name) << content;
    if (shared)
      MPI_Barrier(MPI_COMM_WORLD);
  }

  ~TemporaryFile()
  {
    if (shared)
      MPI_Barrier(MPI_COMM_WORLD);
    std::error_code ignored;
    if (!shared || rank == 0)
      std::filesystem::remove(name, ignored);
  }

  const bool         shared;
  const unsigned int rank;
  std::string        name;
};

#endif
