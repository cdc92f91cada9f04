// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/expression_entry.h"

#include "base/errors.h"
#include "base/text.h"

#include <deal.II/base/utilities.h>

#include <algorithm>
#include <cctype>

namespace sgdfp
{
  namespace
  {
    using dealii::Utilities::trim;

    std::string known_names(const Vocabulary &vocabulary)
    {
      std::string list;
      for (const std::string &name : vocabulary.variables)
        list += (list.empty() ? "" : ", ") + name;
      std::string text = "The variables are " + list;
      for (const auto &[name, value] : vocabulary.constants)
        text +=
          (name == vocabulary.constants.begin()->first ? ", the constants " :
                                                         ", ") +
          name;
      return text + ".";
    }



    /// The pieces of text[begin, end) between separators that are in no
    /// parenthesis, as (begin, end).
    std::vector<std::pair<std::size_t, std::size_t>>
    split(const std::string &text,
          const char         separator,
          std::size_t        begin,
          const std::size_t  end)
    {
      std::vector<std::pair<std::size_t, std::size_t>> pieces;
      int                                              depth = 0;
      for (std::size_t i = begin; i < end; ++i)
        {
          depth += (text[i] == '(') - (text[i] == ')');
          if (text[i] == separator && depth <= 0)
            {
              pieces.emplace_back(begin, i);
              begin = i + 1;
            }
        }
      pieces.emplace_back(begin, end);
      return pieces;
    }
  } // namespace



  Expression parse_entry(const std::string &entry,
                         const std::string &text,
                         const Vocabulary  &vocabulary,
                         const std::size_t  begin,
                         const std::size_t  end)
  {
    try
      {
        return Expression::parse(text.substr(begin, end - begin),
                                 vocabulary.variables,
                                 vocabulary.constants);
      }
    catch (const ExpressionError &error)
      {
        throw EntryError(entry,
                         text,
                         "cannot be read at column " +
                           std::to_string(error.column + begin) + ": " +
                           error.reason,
                         known_names(vocabulary));
      }
  }



  std::vector<std::vector<Expression>>
  parse_matrix_entry(const std::string &entry,
                     const std::string &text,
                     const Vocabulary  &vocabulary,
                     const unsigned int n)
  {
    std::vector<std::vector<Expression>> matrix;
    const auto complain = [&](const std::string &reason) {
      throw EntryError(entry,
                       text,
                       reason,
                       "Write " + std::to_string(n) + " rows of " +
                         std::to_string(n) +
                         " expressions, entries separated by commas and rows "
                         "by semicolons.");
    };
    const auto rows = split(text, ';', 0, text.size());
    if (rows.size() != n)
      complain("has " + counted(rows.size(), "row"));
    for (const auto &row : rows)
      {
        const auto pieces = split(text, ',', row.first, row.second);
        if (pieces.size() != n)
          complain("row " + std::to_string(matrix.size() + 1) + " has " +
                   (pieces.size() == 1 ?
                      "1 entry" :
                      std::to_string(pieces.size()) + " entries"));
        matrix.emplace_back();
        for (const auto &piece : pieces)
          matrix.back().push_back(
            parse_entry(entry, text, vocabulary, piece.first, piece.second));
      }
    return matrix;
  }



  std::vector<Expression> parse_vector_entry(const std::string &entry,
                                             const std::string &text,
                                             const Vocabulary  &vocabulary,
                                             const unsigned int n)
  {
    const auto pieces = split(text, ',', 0, text.size());
    if (pieces.size() != n)
      throw EntryError(entry,
                       text,
                       "has " + counted(pieces.size(), "expression"),
                       "Write " + std::to_string(n) +
                         ", one per parameter, separated by commas.");
    std::vector<Expression> vector;
    for (const auto &piece : pieces)
      vector.push_back(
        parse_entry(entry, text, vocabulary, piece.first, piece.second));
    return vector;
  }



  Expression::Constants
  parse_constants(const std::string              &entry,
                  const std::string              &text,
                  const std::vector<std::string> &variables)
  {
    Vocabulary known;
    const auto complain = [&](const std::string &reason) {
      throw EntryError(entry,
                       text,
                       reason,
                       "Write name = number, name = number, such as w=1, "
                       "k=2*pi.");
    };
    if (trim(text).empty())
      return {};
    for (const auto &piece : split(text, ',', 0, text.size()))
      {
        const std::size_t equals = text.find('=', piece.first);
        if (equals >= piece.second)
          complain("'" +
                   trim(text.substr(piece.first, piece.second - piece.first)) +
                   "' has no value");
        const std::string name =
          trim(text.substr(piece.first, equals - piece.first));
        if (!is_free_name(name))
          complain("'" + name + "' cannot be a name");
        if (known.constants.count(name) != 0 ||
            std::count(variables.begin(), variables.end(), name) != 0)
          complain("'" + name + "' has a meaning already");
        const ExpressionTape tape(
          {parse_entry(entry, text, known, equals + 1, piece.second)});
        double value;
        tape.evaluate(nullptr, &value);
        known.constants[name] = value;
      }
    return known.constants;
  }



  bool is_free_name(const std::string &name)
  {
    bool is_name =
      !name.empty() && std::isalpha(static_cast<unsigned char>(name[0]));
    for (const char c : name)
      is_name =
        is_name && (std::isalnum(static_cast<unsigned char>(c)) || c == '_');
    const auto reserved = Expression::reserved_names();
    return is_name && std::count(reserved.begin(), reserved.end(), name) == 0;
  }
} // namespace sgdfp
