// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/parameter_file.h"

#include <gtest/gtest.h>

using namespace sgdfp;

namespace
{
  /// A small set of entries to read case files with.
  struct Example
  {
    double                           rate   = 0.1;
    unsigned int                     size   = 1;
    std::vector<std::vector<double>> matrix = {{1, 0}, {0, 1}};
    std::string                      kind   = "a";
    ParameterFile                    file;

    Example()
    {
      namespace Patterns = dealii::Patterns;
      auto &prm          = file.handler();
      prm.add_parameter("kind", kind, "", Patterns::Selection("a|bee"));
      prm.enter_subsection("Optimiser");
      prm.add_parameter("learning rate", rate, "", Patterns::Double(0));
      prm.add_parameter("batch size", size, "", Patterns::Integer(1));
      prm.enter_subsection("Deep");
      prm.add_parameter("matrix", matrix, "");
      prm.leave_subsection();
      prm.leave_subsection();
    }

    /// The message of reading @p text, "" if it can be read.
    std::string message(const std::string &text)
    {
      try
        {
          file.parse(text, "x.prm");
        }
      catch (const UserError &error)
        {
          return error.what();
        }
      return "";
    }
  };



  void expect_all_in(const std::string              &message,
                     const std::vector<std::string> &parts)
  {
    for (const std::string &part : parts)
      EXPECT_NE(message.find(part), std::string::npos)
        << "'" << part << "' is missing in: " << message;
  }
} // namespace



TEST(ParameterFile, ReadsEntriesSectionsCommentsAndContinuedLines)
{
  Example x;
  EXPECT_EQ(x.message(
              "# a story\nset kind = bee # why\n\nsubsection Optimiser\n"
              "  set learning rate = 0.25\n  subsection Deep\n"
              "    set matrix = 1, 2; \\\n  3, 4\n  end\nend\n"),
            "");
  EXPECT_EQ(x.kind, "bee");
  EXPECT_EQ(x.rate, 0.25);
  EXPECT_EQ(x.matrix[1][0], 3);
}



TEST(ParameterFile, NamesLineEntryValueAndNearestNameOfATypo)
{
  expect_all_in(Example().message("\nsubsection Optimiser\n"
                                  "  set lerning rate = 3\nend\n"),
                {"x.prm, line 3", "'lerning rate'", "'3'", "'learning rate'"});
}



TEST(ParameterFile, SaysWhereAnEntryOfTheWrongSectionBelongs)
{
  expect_all_in(Example().message("set batch size = 3\n"),
                {"line 1", "Optimiser/batch size"});
}



TEST(ParameterFile, SaysWhatAValueMustBe)
{
  expect_all_in(Example().message("subsection Optimiser\n"
                                  "set batch size = 2.5\nend"),
                {"line 2", "Optimiser/batch size", "'2.5'", "an integer >= 1"});
  expect_all_in(Example().message("set kind = b"), {"'b'", "one of: a | bee"});
  expect_all_in(Example().message("subsection Optimiser\nsubsection Deep\n"
                                  "set matrix = 1, x; 2, 3\nend\nend"),
                {"line 3", "matrix", "1, x; 2, 3", "rows"});
}



TEST(ParameterFile, FindsUnclosedAndUnknownSectionsAndUnreadableLines)
{
  expect_all_in(Example().message("subsection Optimiser\n"),
                {"line 1", "never closed"});
  expect_all_in(Example().message("end\n"), {"line 1", "closes no"});
  expect_all_in(Example().message("subsection Optimizer\nend"),
                {"line 1", "'Optimizer'", "'Optimiser'"});
  expect_all_in(Example().message("kind = a\n"), {"line 1", "kind = a"});
}



TEST(ParameterFile, RefusesAnEntryThatIsSetTwiceButNotAnOverride)
{
  Example x;
  expect_all_in(x.message("set kind = a\nset kind = bee\n"),
                {"line 2", "kind", "second time", "line 1"});
  Example y;
  ASSERT_EQ(y.message("set kind = a\n"), "");
  y.file.override_entry("kind=bee");
  y.file.override_entry("kind=a");
  EXPECT_EQ(y.kind, "a");
}



TEST(ParameterFile, OverridesGoThroughTheSameChecks)
{
  Example x;
  x.file.override_entry("Optimiser/batch size=7");
  x.file.override_entry("Optimiser/Deep/matrix = 5, 0; 0, 5");
  EXPECT_EQ(x.size, 7u);
  EXPECT_EQ(x.matrix[1][1], 5);
  EXPECT_THROW(x.file.override_entry("Optimiser/batch size"), UserError);
  EXPECT_THROW(x.file.override_entry("Optimiser/batch size=0"), UserError);
  EXPECT_THROW(x.file.override_entry("Optimiser/batch=1"), UserError);
}



TEST(ParameterFile, ExplainsALaterErrorWithTheLineOfItsEntry)
{
  Example x;
  ASSERT_EQ(x.message("subsection Optimiser\nset batch size = 9\nend"), "");
  const EntryError error("Optimiser/batch size", "9", "too large", "Fix it.");
  expect_all_in(x.file.explain(error),
                {"x.prm, line 2", "Optimiser/batch size", "'9'", "Fix it."});
}



TEST(ParameterFile, ResolvedTextReadsBackToTheSameValues)
{
  Example x;
  ASSERT_EQ(x.message("subsection Optimiser\nset learning rate = 0.125\nend"),
            "");
  Example y;
  ASSERT_EQ(y.message(x.file.resolved()), "");
  EXPECT_EQ(y.rate, 0.125);
}



TEST(ParameterFile, HelpListsASectionAndRefusesAnUnknownOne)
{
  Example x;
  expect_all_in(x.file.help("Optimiser"), {"learning rate", "0.1", ">= 0"});
  try
    {
      x.file.help("Optimize");
      FAIL();
    }
  catch (const UserError &error)
    {
      expect_all_in(error.what(), {"Optimize", "Optimiser"});
    }
}



TEST(ParameterFile, HasATableOfMarkdownForEachSection)
{
  Example x;
  expect_all_in(x.file.markdown(),
                {"\n## Top level\n",
                 "\n| kind | `a` | one of: a \\| bee |  |\n",
                 "\n## Optimiser\n",
                 "\n| learning rate | `0.1` | a number >= 0 |  |\n",
                 "\n## Optimiser/Deep\n"});
}
