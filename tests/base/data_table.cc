// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/data_table.h"

#include "base/errors.h"
#include "tests/temporary_file.h"

#include <gtest/gtest.h>

using namespace sgdfp;

namespace
{
  std::string message(const std::string &content)
  {
    const TemporaryFile file(content);
    try
      {
        DataTable(file.name).for_each_row([](const auto &) {});
      }
    catch (const UserError &error)
      {
        return error.what();
      }
    return "";
  }
} // namespace



TEST(DataTable, ReadsRowsAndSkipsBlankLines)
{
  const TemporaryFile file("x1, y1\n1,2\n\n 3 , -4e-1 \n");
  const DataTable     table(file.name);
  EXPECT_EQ(table.columns(), (std::vector<std::string>{"x1", "y1"}));
  std::vector<double> all;
  EXPECT_EQ(table.for_each_row([&](const auto &row) {
    all.insert(all.end(), row.begin(), row.end());
  }),
            2u);
  EXPECT_EQ(all, (std::vector<double>{1, 2, 3, -0.4}));
}



TEST(DataTable, RefusesWhatIsNotATableOfFiniteNumbers)
{
  EXPECT_NE(message("").find("empty"), std::string::npos);
  EXPECT_NE(message("x1,y1\n").find("no data row"), std::string::npos);
  EXPECT_NE(message("x1,y1\n1,2\n1\n").find("line 3 has 1 field"),
            std::string::npos);
  for (const char *bad : {"nan", "inf", "1e999", "a", "", "1;2"})
    EXPECT_NE(message(std::string("x1,y1\n1,2\n1,") + bad + "\n")
                .find("line 3, column 'y1'"),
              std::string::npos)
      << bad;
  EXPECT_THROW(DataTable("no such file.csv"), UserError);
  EXPECT_THROW(DataTable("/"), UserError);
}
