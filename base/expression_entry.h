// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_BASE_EXPRESSION_ENTRY_H
#define SGDFP_BASE_EXPRESSION_ENTRY_H

#include "base/expression.h"

namespace sgdfp
{
  /// What the expressions of a case may name.
  struct Vocabulary
  {
    std::vector<std::string> variables;
    Expression::Constants    constants;
  };



  /// The expression text[begin, end) of the case entry @p entry.
  /// @throws EntryError with the column in it, counted in the whole text
  Expression parse_entry(const std::string &entry,
                         const std::string &text,
                         const Vocabulary  &vocabulary,
                         const std::size_t  begin = 0,
                         const std::size_t  end   = std::string::npos);



  /// A matrix of expressions: rows end with ';', entries with ','. Commas
  /// inside parentheses belong to a function.
  /// @throws EntryError unless it is n x n
  std::vector<std::vector<Expression>>
  parse_matrix_entry(const std::string &entry,
                     const std::string &text,
                     const Vocabulary  &vocabulary,
                     const unsigned int n);



  /// A vector of expressions separated by ','. Commas inside parentheses belong
  /// to a function.
  /// @throws EntryError unless there are n
  std::vector<Expression> parse_vector_entry(const std::string &entry,
                                             const std::string &text,
                                             const Vocabulary  &vocabulary,
                                             const unsigned int n);



  /// "w = 1, k = 2*pi*w": a constant may use those before it.
  /// @throws EntryError also for a name that is taken
  Expression::Constants
  parse_constants(const std::string              &entry,
                  const std::string              &text,
                  const std::vector<std::string> &variables);



  /// Whether @p name can name a variable or constant: a letter, then letters,
  /// digits and _, and no function of that name.
  bool is_free_name(const std::string &name);
} // namespace sgdfp

#endif
