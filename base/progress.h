// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_BASE_PROGRESS_H
#define SGDFP_BASE_PROGRESS_H

#include "base/run_log.h"

namespace sgdfp
{
  /// How much of a work of known length is done, and how long the rest will
  /// take if it goes on at the pace so far.
  class Progress
  {
  public:
    /// @param begin the share that is done already, as after a restart
    explicit Progress(const double begin = 0);

    /// "about 40 s to go" (or min, h); "" in the first three seconds, at the
    /// end, and where nothing is done yet.
    /// @param share of the whole that is done, 0 to 1
    std::string to_go(const double share) const;

    /// Says "  NAME 30 %  (12.1 s, about 40 s to go)", at most every three
    /// seconds.
    void report(const std::string &name, const double share, RunLog &log);

  private:
    const double  begin;
    dealii::Timer timer;
    double        last = 0;
  };



  /// "(12.1 s, about 40 s to go)", as lines of a report end.
  std::string in_brackets(const double seconds, const std::string &to_go = "");
} // namespace sgdfp

#endif
