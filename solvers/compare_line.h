// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_COMPARE_LINE_H
#define SGDFP_SOLVERS_COMPARE_LINE_H

#include <string>
#include <vector>

namespace sgdfp
{
  /// What sgdfp-compare understands:
  ///
  ///     sgdfp-compare A B [C ..] [--bins N] [--lower=..] [--upper=..]
  ///                   [--symmetrise] [--output DIR] [--quiet] [--help]
  ///                   [--version]
  struct CompareLine
  {
    /// Run folders; the first one is the reference.
    std::vector<std::string> folders;
    unsigned int             bins = 0; ///< per direction; 0: by itself
    /// Corners of the box of the bins; empty: by itself
    std::vector<double> lower, upper;
    bool                symmetrise = false;
    std::string         output     = "output/comparison";
    bool                quiet      = false;
  };



  /// @throws Answered for --help and --version, UserError
  CompareLine parse_compare_line(int argc, char **argv);
} // namespace sgdfp

#endif
