// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/paraview_output.h"
#include "postprocess/picture_grid.h"
#include "tests/problem.h"
#include "tests/temporary_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

using namespace sgdfp;
namespace fs = std::filesystem;

namespace
{
  /// A folder shared by all ranks, removed at the end.
  struct TemporaryFolder
  {
    TemporaryFolder()
      : name("sgdfp-test-" +
             dealii::Utilities::MPI::broadcast(MPI_COMM_WORLD,
                                               std::to_string(getpid())))
    {
      name = (fs::temp_directory_path() / name).string();
      if (is_root())
        fs::create_directories(fs::path(name) / "solution");
      MPI_Barrier(MPI_COMM_WORLD);
    }

    ~TemporaryFolder()
    {
      MPI_Barrier(MPI_COMM_WORLD);
      std::error_code ignored;
      if (is_root())
        fs::remove_all(name, ignored);
    }

    static bool is_root()
    {
      return dealii::Utilities::MPI::this_mpi_process(MPI_COMM_WORLD) == 0;
    }

    std::string content(const std::string &file) const
    {
      std::ifstream     in(name + "/" + file);
      std::stringstream text;
      text << in.rdbuf();
      return text.str();
    }

    std::string name;
  };
} // namespace



TEST(Output, ParaviewFilesHoldTheFieldsOfTheContract)
{
  auto problem = ornstein_uhlenbeck({{0.2, 0.1}, {0.1, 0.3}}, 3);
  problem->solve();
  const TemporaryFolder                  folder;
  const boost::optional<GibbsDensity<2>> reference(
    GibbsDensity<2>{0.25, 0., 0.});
  write_paraview(problem->solver->law(), reference, folder.name);
  if (!TemporaryFolder::is_root())
    return;
  const std::string pvtu = folder.content("solution/law_0000.pvtu");
  for (const char *field : {"density",
                            "log_density",
                            "gibbs_density",
                            "log_ratio",
                            "current",
                            "velocity",
                            "curl",
                            "entropy_production_density",
                            "loss",
                            "sharpness"})
    EXPECT_NE(pvtu.find("\"" + std::string(field) + "\""), std::string::npos)
      << field;
  EXPECT_NE(folder.content("solution.pvd").find("solution/law_0000.pvtu"),
            std::string::npos);
}



TEST(Output, ThePictureGridIntegratesToOne)
{
  auto problem = ornstein_uhlenbeck({{0.2, 0.1}, {0.1, 0.3}}, 5);
  problem->solve();
  const TemporaryFolder folder;
  write_picture_grid(
    problem->solver->law(), {}, {"u", "v"}, {{"case", "test"}}, folder.name);
  if (!TemporaryFolder::is_root())
    return;
  const auto note = Summary::Json::parse(folder.content("solution/grid.json"));
  EXPECT_EQ(note["variables"], (Summary::Json{"u", "v"}));
  const std::string array = folder.content("solution/grid.npy");
  ASSERT_EQ(array.substr(1, 5), "NUMPY");
  EXPECT_NE(array.find("(4, 241, 241)"), std::string::npos);
  const std::size_t header = 10 + static_cast<unsigned char>(array[8]) +
                             256 * static_cast<unsigned char>(array[9]);
  EXPECT_EQ(header % 64, 0u);
  ASSERT_EQ(array.size(), header + 4 * 241 * 241 * sizeof(double));
  std::vector<double> density(241 * 241);
  std::memcpy(density.data(),
              array.data() + header,
              density.size() * sizeof(double));
  // Some points of this grid lie on faces of cells; none is left out.
  EXPECT_GT(*std::min_element(density.begin(), density.end()), 0);
  double sum = 0;
  for (const double p : density)
    sum += p;
  for (unsigned int d = 0; d < 2; ++d)
    sum *=
      (note["upper"][d].get<double>() - note["lower"][d].get<double>()) / 240;
  EXPECT_NEAR(sum, 1, 1e-4);
}
