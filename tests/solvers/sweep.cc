// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/errors.h"
#include "solvers/sweep_parameters.h"

#include <gtest/gtest.h>

namespace sgdfp
{
  namespace
  {
    std::vector<SweepSwitch> parse(const std::string &text)
    {
      SweepParameters sweep;
      sweep.switches = text;
      return sweep.parsed_switches();
    }
  } // namespace



  TEST(Sweep, SwitchesMayHoldWhatSeparatesThem)
  {
    const auto switches =
      parse("tilted: Noise/type=constant & Noise/diffusion=2, 1; 1, 2 ;"
            "seen: Observables/functions=a: u*v; b: if(u>0 && v>=0, 1, 0) & "
            "Noise/temperature = 0.1 ;");
    ASSERT_EQ(switches.size(), 2u);
    EXPECT_EQ(switches[0].name, "tilted");
    EXPECT_EQ(switches[0].assignments,
              (std::vector<std::string>{"Noise/type=constant",
                                        "Noise/diffusion=2, 1; 1, 2"}));
    EXPECT_EQ(switches[1].assignments,
              (std::vector<std::string>{
                "Observables/functions=a: u*v; b: if(u>0 && v>=0, 1, 0)",
                "Noise/temperature = 0.1"}));
  }



  TEST(Sweep, SwitchesThatCannotBeReadAreNamed)
  {
    for (const char *text : {"no colon",
                             "name: no equals",
                             ": Noise/temperature=1",
                             "mine: Output/figures=true",
                             "as given: Noise/temperature=1",
                             "a: Noise/temperature=1; a: Noise/temperature=2"})
      EXPECT_THROW(parse(text), EntryError) << text;
  }



  TEST(Sweep, AxesHaveNamesPathsAndRanges)
  {
    SweepParameters sweep;
    sweep.first_axis  = "learning rate: 0.2, 0.1";
    sweep.second_axis = "Noise/Stable/scale: log 0.01 1 3";
    sweep.check();
    const auto axes = sweep.axes();
    ASSERT_EQ(axes.size(), 2u);
    EXPECT_EQ(axes[0].path, "Optimiser/learning rate");
    EXPECT_EQ(axes[0].values, (std::vector<double>{0.1, 0.2}));
    EXPECT_EQ(axes[1].path, "Noise/Stable/scale");
    ASSERT_EQ(axes[1].values.size(), 3u);
    EXPECT_NEAR(axes[1].values[1], 0.1, 1e-15);
    for (const char *text : {"learning rate",
                             "speed: 1, 2",
                             "learning rate: ",
                             "learning rate: 0.1, 0.1",
                             "learning rate: log 0 1 3",
                             "learning rate: linear 1 0 3"})
      {
        sweep.second_axis = text;
        EXPECT_THROW(sweep.axes(), EntryError) << text;
      }
  }
} // namespace sgdfp
