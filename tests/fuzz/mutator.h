// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_TESTS_FUZZ_MUTATOR_H
#define SGDFP_TESTS_FUZZ_MUTATOR_H

#include <random>
#include <string>
#include <vector>

/// Makes texts that nobody wrote of texts that somebody did: single bytes,
/// lines, and values that programs trip over.
class Mutator
{
public:
  Mutator(const std::vector<std::string> &seeds, const unsigned int seed)
    : seeds(seeds)
    , random(seed)
  {}

  /// A seed after a few changes.
  std::string next()
  {
    std::string text = pick(seeds);
    for (std::size_t n = 1 + below(6); n > 0; --n)
      change(text);
    return text;
  }

private:
  std::size_t below(const std::size_t n)
  {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  }

  template <typename T>
  const T &pick(const std::vector<T> &list)
  {
    return list[below(list.size())];
  }

  /// Where a line begins and how long it is, without its end.
  std::pair<std::size_t, std::size_t> line(const std::string &text)
  {
    const std::size_t somewhere = below(text.size() + 1);
    const auto before = text.rfind('\n', somewhere == 0 ? 0 : somewhere - 1);
    const std::size_t begin =
      (before == std::string::npos || before >= text.size() ? 0 : before + 1);
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    return {begin, end - begin};
  }

  void change(std::string &text)
  {
    if (text.empty())
      text = "\n";
    const auto [begin, length] = line(text);
    const std::string copy     = text.substr(begin, length);
    switch (below(9))
      {
        case 0:
          text[below(text.size())] = static_cast<char>(below(256));
          break;
        case 1:
          text.insert(below(text.size()), 1, static_cast<char>(below(256)));
          break;
        case 2:
          text.erase(below(text.size()), 1 + below(4));
          break;
        case 3:
          text.erase(begin, length + 1);
          break;
        case 4:
          text.insert(begin, copy + "\n");
          break;
        case 5:
          {
            // A line of another text
            const std::string &other = pick(seeds);
            const auto [b, n]        = line(other);
            text.insert(begin, other.substr(b, n) + "\n");
            break;
          }
        case 6:
          {
            const auto place = text.find_first_of("0123456789", begin);
            if (place != std::string::npos)
              text.replace(place, 1 + below(3), pick(values));
            break;
          }
        default:
          {
            // The value of an entry, or a field
            const auto place = text.find_first_of("=,", begin);
            if (place == std::string::npos)
              break;
            const auto end = std::min(text.find('\n', place), text.size());
            text.replace(place + 1, end - place - 1, " " + pick(values));
          }
      }
  }

  const std::vector<std::string> seeds;
  std::mt19937                   random;

  const std::vector<std::string> values = {"",
                                           "nan",
                                           "inf",
                                           "-1",
                                           "0",
                                           "1e308",
                                           "1e-320",
                                           "99999999999999999999",
                                           "2147483647",
                                           "-2147483648",
                                           "true",
                                           "u, v, w",
                                           "1, 2; 3",
                                           ";;,,",
                                           "1 | 2",
                                           "$(touch sgdfp-fuzz-ran)",
                                           "`ls`",
                                           "../../../../etc/passwd",
                                           "/dev/zero",
                                           "\\",
                                           "\xff\xfe\xc3\x28",
                                           "1/0",
                                           "u^v^u^v",
                                           "if(u>0,1,if(v>0,",
                                           "sqrt(-1)*log(0)",
                                           std::string(300, '('),
                                           std::string(300, '-') + "u",
                                           std::string(5000, 'x'),
                                           "u^1000000",
                                           "exp(exp(exp(exp(9))))",
                                           "9^9^9^9"};
};

#endif
