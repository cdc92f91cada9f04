// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/paraview_output.h"
#include "postprocess/picture_grid.h"
#include "tests/numpy_reader.h"
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
      std::ifstream     in(name + "/" + file, std::ios::binary);
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
    GibbsDensity<2>{0.25, 0., 0., [](const dealii::Point<2> &theta) {
                      return 0.5 * theta.square();
                    }});
  write_paraview(ClosedCurrent<2>(problem->solver->law()),
                 reference,
                 folder.name);
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
                            "closed_current",
                            "stream_function",
                            "entropy_production_density",
                            "loss",
                            "sharpness"})
    EXPECT_NE(pvtu.find("\"" + std::string(field) + "\""), std::string::npos)
      << field;
  EXPECT_NE(folder.content("solution.pvd").find("solution/law_0000.pvtu"),
            std::string::npos);
}



TEST(Output, ThePictureGridHoldsTheLawAtEveryPoint)
{
  // A law that is not symmetric in u and v; some points of the grid lie on
  // faces of cells.
  auto problem = ornstein_uhlenbeck({{0.2, 0.1}, {0.1, 0.3}}, 5);
  problem->solve();
  const TemporaryFolder                  folder;
  const boost::optional<GibbsDensity<2>> reference(
    GibbsDensity<2>{0.25, 0., 0., [&](const dealii::Point<2> &theta) {
                      return problem->loss->value(theta);
                    }});
  write_picture_grid(ClosedCurrent<2>(problem->solver->law()),
                     reference,
                     {"u", "v"},
                     {{"case", "test"}},
                     folder.name);
  if (!TemporaryFolder::is_root())
    return;
  const auto arrays = read_npz(folder.content("solution/grid.npz"));
  EXPECT_EQ(arrays.size(), 12u);
  const auto u = arrays.at("axis_1.npy").numbers();
  const auto v = arrays.at("axis_2.npy").numbers();
  ASSERT_EQ(u.size(), 241u);
  ASSERT_EQ(v.size(), 241u);

  const auto expect_field =
    [&](const std::string                                     &name,
        const std::function<double(const dealii::Point<2> &)> &exact,
        const double                                           tolerance) {
      const NumpyArray &array = arrays.at(name + ".npy");
      EXPECT_NE(array.header.find("(241,241,)"), std::string::npos) << name;
      const std::vector<double> values = array.numbers();
      ASSERT_EQ(values.size(), u.size() * v.size());
      double worst = 0;
      for (std::size_t j = 0; j < v.size(); ++j)
        for (std::size_t i = 0; i < u.size(); ++i)
          worst =
            std::max(worst,
                     std::abs(values[i + u.size() * j] - exact({u[i], v[j]})));
      EXPECT_LT(worst, tolerance) << name;
    };
  const auto loss = [](const auto &x) {
    return (x[0] * x[0] + 3 * x[1] * x[1]) / 2;
  };
  const auto density = [](const auto &x) {
    return normal_density(x, 0.2, 0.05, 0.1);
  };
  expect_field("loss", loss, 1e-12);
  expect_field(
    "gibbs_density",
    [&](const auto &x) { return std::exp(-loss(x) / 0.25); },
    1e-12);
  expect_field("density", density, 1e-4);
  // J = p (D S^-1 - H) theta
  expect_field(
    "current_1",
    [&](const auto &x) { return density(x) * (4 * x[1] - x[0]) / 7; },
    1e-4);
  expect_field(
    "current_2",
    [&](const auto &x) { return density(x) * (x[1] - 2 * x[0]) / 7; },
    1e-4);
  expect_field(
    "closed_current_1",
    [&](const auto &x) { return density(x) * (4 * x[1] - x[0]) / 7; },
    1e-4);
  expect_field(
    "stream_function", [&](const auto &x) { return -0.05 * density(x); }, 1e-6);
}
