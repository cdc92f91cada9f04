// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_BASE_TEXT_H
#define SGDFP_BASE_TEXT_H

#include <boost/optional.hpp>

#include <string>
#include <vector>

namespace sgdfp
{
  /// The member of @p candidates that is closest to @p word in edit distance
  /// (case ignored), or "" where none is near enough to be meant.
  std::string nearest_name(const std::string              &word,
                           const std::vector<std::string> &candidates);



  /// Numbers for messages: 12 significant digits, no trailing zeros.
  std::string to_text(const double value);



  /// The finite number that @p word is; empty where it is anything else.
  boost::optional<double> to_number(const std::string &word);



  /// "1 row", "2 rows"
  std::string counted(const std::size_t n, const std::string &noun);



  /// A pattern of dealii::ParameterHandler in plain words: "[Double
  /// 0...MAX_DOUBLE (inclusive)]" is "a number >= 0".
  std::string plain_words(const std::string &pattern);
} // namespace sgdfp

#endif
