// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/progress.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

using namespace sgdfp;

TEST(Progress, SaysHowLongTheRestTakes)
{
  const Progress whole, resumed(0.5);
  EXPECT_EQ(whole.to_go(0.5), "") << "too early to say";
  std::this_thread::sleep_for(std::chrono::milliseconds(3100));
  EXPECT_EQ(whole.to_go(0), "");
  EXPECT_EQ(whole.to_go(1), "");
  EXPECT_EQ(resumed.to_go(0.5), "") << "nothing is done since the restart";
  // 3.1 s for a half, a quarter of a half, a hundredth, a ten thousandth
  EXPECT_EQ(whole.to_go(0.5), "about 4 s to go");
  EXPECT_EQ(resumed.to_go(0.625), "about 10 s to go");
  EXPECT_EQ(whole.to_go(0.01), "about 6 min to go");
  EXPECT_EQ(whole.to_go(0.0001), "about 9 h to go");
  EXPECT_EQ(in_brackets(12.125, "about 4 s to go"),
            "(12.1 s, about 4 s to go)");
  EXPECT_EQ(in_brackets(12.125), "(12.1 s)");
}
