// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/checkpoint.h"

#include "base/errors.h"
#include "base/statistics_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace
{
  using namespace sgdfp;
  namespace fs = std::filesystem;

  const MPI_Comm world = MPI_COMM_WORLD;

  /// An empty folder that all ranks know.
  std::string empty_folder(const std::string &name)
  {
    return run_on_root(world, [&]() {
      const fs::path path = fs::temp_directory_path() / ("sgdfp-" + name);
      fs::remove_all(path);
      fs::create_directories(path);
      return path.string();
    });
  }



  std::string message_of(const std::function<void()> &work)
  {
    try
      {
        work();
      }
    catch (const UserError &error)
      {
        return error.what();
      }
    return "no error";
  }



  TEST(Checkpoint, KeepsTwoWholeGenerations)
  {
    const Checkpoint          checkpoint(world, empty_folder("generations"));
    const Checkpoint::Entries entries = {{"Time/end time", "1"}};
    EXPECT_FALSE(checkpoint.exists());
    for (int i = 1; i <= 3; ++i)
      {
        checkpoint.begin();
        checkpoint.commit({{"step", i}}, entries);
      }
    EXPECT_TRUE(checkpoint.exists());
    EXPECT_EQ(checkpoint.read(entries).at("step").get<int>(), 3);
    const fs::path last = checkpoint.latest();
    EXPECT_EQ(last.filename(), "3");
    EXPECT_TRUE(fs::exists(last.parent_path() / "2"));
    EXPECT_FALSE(fs::exists(last.parent_path() / "1"));
    MPI_Barrier(world);

    // What was begun and not completed does not count.
    const fs::path unfinished = checkpoint.begin();
    EXPECT_EQ(checkpoint.read(entries).at("step").get<int>(), 3);
    EXPECT_TRUE(fs::exists(unfinished));
  }



  TEST(Checkpoint, RefusesAnotherCase)
  {
    const Checkpoint checkpoint(world, empty_folder("other-case"));
    checkpoint.begin();
    checkpoint.commit({{"step", 1}},
                      {{"Noise/temperature", "0.1"}, {"dimension", "2"}});
    const std::string changed = message_of([&]() {
      checkpoint.read({{"Noise/temperature", "0.2"}, {"dimension", "2"}});
    });
    EXPECT_NE(changed.find("Noise/temperature is '0.2' here and was '0.1'"),
              std::string::npos)
      << changed;
    const std::string added = message_of([&]() {
      checkpoint.read({{"Noise/temperature", "0.1"},
                       {"dimension", "2"},
                       {"Noise/type", "none"}});
    });
    EXPECT_NE(added.find("Noise/type did not exist"), std::string::npos)
      << added;
  }



  TEST(StatisticsFile, GoesOnAfterTheRowsOfACheckpoint)
  {
    const std::string name = empty_folder("statistics") + "/statistics.csv";
    StatisticsFile    first(world, name, {"time", "mass"});
    first.open();
    first.add({0, 1});
    first.add({0.1, std::nan("")});
    first.add({0.2, 1. / 3});
    StatisticsFile resumed(world, name, {"time", "mass"});
    resumed.open(2);
    resumed.add({0.25, 1});
    EXPECT_EQ(resumed.n_rows(), 3u);
    MPI_Barrier(world);
    std::ifstream     in(name);
    std::stringstream text;
    text << in.rdbuf();
    EXPECT_EQ(text.str(), "time,mass\n0,1\n0.10000000000000001,\n0.25,1\n");
    EXPECT_NE(message_of([&]() { resumed.open(9); }).find("holds 3 rows"),
              std::string::npos);
  }
} // namespace
