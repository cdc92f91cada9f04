// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/progress.h"

#include <cmath>
#include <iomanip>
#include <sstream>

namespace sgdfp
{
  namespace
  {
    constexpr double patience = 3; // seconds without a word
  }



  Progress::Progress(const double begin)
    : begin(begin)
  {}



  std::string Progress::to_go(const double share) const
  {
    const double so_far = timer.wall_time();
    if (so_far < patience || !(share > begin) || !(share < 1))
      return "";
    const double seconds = so_far * (1 - share) / (share - begin);
    const auto   text    = [](const double number, const char *unit) {
      return "about " + std::to_string(std::lround(std::ceil(number))) + unit +
             " to go";
    };
    constexpr double minute = 60, hour = 3600;
    return seconds < 2 * minute ? text(seconds, " s") :
           seconds < 2 * hour   ? text(seconds / minute, " min") :
                                  text(seconds / hour, " h");
  }



  void
  Progress::report(const std::string &name, const double share, RunLog &log)
  {
    if (timer.wall_time() - last < patience || !(share < 1))
      return;
    last = timer.wall_time();
    log.say("  " + name + " " + std::to_string(std::lround(100 * share)) +
            " %  " + in_brackets(log.seconds(), to_go(share)));
  }



  std::string in_brackets(const double seconds, const std::string &to_go)
  {
    std::ostringstream out;
    out << '(' << std::fixed << std::setprecision(1) << seconds << " s"
        << (to_go.empty() ? "" : ", ") << to_go << ')';
    return out.str();
  }
} // namespace sgdfp
