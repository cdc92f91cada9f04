// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_FINDINGS_H
#define SGDFP_POSTPROCESS_FINDINGS_H

#include "base/summary.h"

#include <string>

namespace sgdfp
{
  /// The closing block of a run, from its summary: is detailed balance broken
  /// and by how much, how far the law is from Gibbs, where the files are.
  std::string findings(const Summary &summary, const std::string &folder);



  /// The same of a law without a current of its own.
  std::string density_findings(const Summary     &summary,
                               const std::string &folder);



  /// The same of a run with momentum.
  std::string kinetic_findings(const Summary     &summary,
                               const std::string &folder);
} // namespace sgdfp

#endif
