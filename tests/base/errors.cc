// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/errors.h"

#include <gtest/gtest.h>

using namespace sgdfp;

TEST(RunOnRoot, GivesTheResultToEveryRankAndWorksOnRankZeroOnly)
{
  unsigned int      calls  = 0;
  const std::string result = run_on_root(MPI_COMM_WORLD, [&]() {
    ++calls;
    return std::string("done");
  });
  EXPECT_EQ(result, "done");
  EXPECT_EQ(dealii::Utilities::MPI::sum(calls, MPI_COMM_WORLD), 1u);
}



TEST(RunOnRoot, ThrowsTheMessageOfRankZeroOnEveryRank)
{
  try
    {
      run_on_root(MPI_COMM_WORLD,
                  []() -> std::string { throw UserError("no space left"); });
      FAIL();
    }
  catch (const UserError &error)
    {
      EXPECT_STREQ(error.what(), "no space left");
    }
}
