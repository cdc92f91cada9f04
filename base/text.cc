// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"

#include <deal.II/base/utilities.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <sstream>

namespace sgdfp
{
  using dealii::Utilities::trim;

  namespace
  {
    std::string lower(std::string word)
    {
      std::transform(word.begin(),
                     word.end(),
                     word.begin(),
                     [](unsigned char c) { return std::tolower(c); });
      return word;
    }



    /// Levenshtein distance.
    std::size_t edit_distance(const std::string &a, const std::string &b)
    {
      std::vector<std::size_t> row(b.size() + 1);
      std::iota(row.begin(), row.end(), 0);
      for (std::size_t i = 0; i < a.size(); ++i)
        {
          std::size_t diagonal = row[0];
          row[0]               = i + 1;
          for (std::size_t j = 0; j < b.size(); ++j)
            {
              const std::size_t substitution =
                diagonal + (a[i] == b[j] ? 0 : 1);
              diagonal   = row[j + 1];
              row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, substitution});
            }
        }
      return row.back();
    }
  } // namespace



  std::string nearest_name(const std::string              &word,
                           const std::vector<std::string> &candidates)
  {
    std::string best;
    std::size_t least = std::max<std::size_t>(2, word.size() / 2);
    for (const std::string &candidate : candidates)
      {
        const std::size_t distance =
          edit_distance(lower(word), lower(candidate));
        if (distance < least || (best.empty() && distance == least))
          {
            best  = candidate;
            least = distance;
          }
      }
    return best;
  }



  std::string to_text(const double value)
  {
    std::ostringstream out;
    out.precision(12);
    out << value;
    return out.str();
  }



  boost::optional<double> to_number(const std::string &word)
  {
    char        *end   = nullptr;
    const double value = std::strtod(word.c_str(), &end);
    if (word.empty() || end != word.c_str() + word.size() ||
        !std::isfinite(value))
      return {};
    return value;
  }



  std::string counted(const std::size_t n, const std::string &noun)
  {
    return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
  }



  std::string plain_words(const std::string &pattern)
  {
    std::istringstream in(pattern);
    std::string        kind, range;
    in >> kind >> range;
    if (range == "range")
      in >> range;
    if (kind == "[Double" || kind == "[Integer")
      {
        const std::string noun =
          (kind == "[Double" ? "a number" : "an integer");
        const auto dots = range.find("...");
        if (dots == std::string::npos)
          return noun;
        const std::string low  = range.substr(0, dots);
        std::string       high = range.substr(dots + 3);
        const bool        no_low =
          (low.find("MAX") != std::string::npos || low == "-2147483648");
        const bool no_high =
          (high.find("MAX") != std::string::npos || high == "2147483647");
        if (no_low && no_high)
          return noun;
        if (no_high)
          return noun + " >= " + low;
        if (no_low)
          return noun + " <= " + high;
        return noun + " between " + low + " and " + high;
      }
    if (kind == "[Bool]")
      return "true or false";
    if (kind == "[Selection")
      {
        std::string options = trim(pattern.substr(10, pattern.size() - 11));
        return "one of: " +
               dealii::Utilities::replace_in_string(options, "|", " | ");
      }
    if (kind == "[List" &&
        pattern.find("separated by <;>") != std::string::npos)
      return "rows of numbers, entries separated by commas and rows by "
             "semicolons";
    if (kind == "[List" && pattern.find("[Double") != std::string::npos)
      return "numbers separated by commas";
    if (kind == "[List" && pattern.find("[Integer") != std::string::npos)
      return "integers separated by commas";
    if (kind == "[List")
      return "a list separated by commas";
    return "text";
  }
} // namespace sgdfp
