// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/summary.h"

#include "base/errors.h"
#include "tests/temporary_file.h"

#include <gtest/gtest.h>

#include <limits>

using namespace sgdfp;

TEST(Summary, KeepsNumbersAsNumbersAndTurnsNanIntoNullWithAReason)
{
  Summary summary;
  summary.set("density/mass", 1.);
  summary.set("density/minimum", std::numeric_limits<double>::quiet_NaN());
  summary.set("current/l1", std::numeric_limits<double>::infinity());
  EXPECT_EQ(summary.json()["density"]["mass"], 1.);
  EXPECT_TRUE(summary.json()["density"]["minimum"].is_null());
  EXPECT_TRUE(summary.json()["density"]["minimum_reason"].is_string());
  EXPECT_TRUE(summary.json()["current"]["l1"].is_null());
  // A number that is known after all has no reason to be null.
  summary.set("current/l1", 2.);
  EXPECT_FALSE(summary.json()["current"].contains("l1_reason"));
}



TEST(Summary, IsWrittenWholeAndReadsBack)
{
  const TemporaryFile file("old");
  Summary             summary;
  summary.set("a/b", 0.1);
  summary.append("messages", "x");
  summary.write(file.name);
  std::ifstream in(file.name);
  const auto    read = Summary::Json::parse(in);
  EXPECT_EQ(read["a"]["b"].get<double>(), 0.1);
  EXPECT_FALSE(std::filesystem::exists(file.name + ".draft"));
  EXPECT_THROW(summary.write("/no/such/folder/summary.json"), UserError);
}
