// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/sweep_table.h"

#include "base/text.h"

#include <algorithm>
#include <iomanip>
#include <sstream>

namespace sgdfp
{
  using Json = Summary::Json;

  namespace
  {
    /// Of a row; "" where there is no number.
    std::string
    number(const Json &row, const std::string &key, const int digits)
    {
      const auto found = row.find(key);
      if (found == row.end() || !found->is_number())
        return "";
      std::ostringstream out;
      out << std::setprecision(digits) << found->get<double>();
      return out.str();
    }



    std::string name_of(const Json &row)
    {
      return row.at("name").get<std::string>();
    }



    /// A field of a csv file.
    std::string csv_field(const std::string &text)
    {
      std::string result = "\"";
      for (const char c : text)
        if (c == '"')
          result += "\"\"";
        else
          result += (c == '\n' ? ' ' : c);
      return result + '"';
    }



    /// A field of a Markdown table.
    std::string markdown_field(const std::string &text)
    {
      std::string result;
      for (const char c : text)
        if (c == '|')
          result += "\\|";
        else
          result += (c == '\n' ? ' ' : c);
      return result;
    }



    std::vector<std::string> questions_of(const Json &row)
    {
      std::vector<std::string> questions;
      for (const auto &[question, run] : row.at("runs").items())
        {
          (void)run;
          questions.push_back(question);
        }
      return questions;
    }
  } // namespace



  std::vector<std::string> reasons_of(const Json &row)
  {
    // Reason -> the columns that it is given for, in the order of columns
    std::vector<std::pair<std::string, std::string>> reasons;
    for (const SweepColumn &column : sweep_columns())
      {
        const auto why = row.find(column.key + "_reason");
        if (why == row.end())
          continue;
        const std::string reason = why->get<std::string>();
        const auto        known =
          std::find_if(reasons.begin(), reasons.end(), [&](const auto &entry) {
            return entry.first == reason;
          });
        if (known == reasons.end())
          reasons.emplace_back(reason, column.key);
        else
          known->second += ", " + column.key;
      }
    std::vector<std::string> lines;
    for (const auto &[reason, columns] : reasons)
      lines.push_back(columns + ": " + reason);
    return lines;
  }



  SweepTable::SweepTable(const std::vector<std::string> &axes)
    : axes(axes)
  {}



  void SweepTable::add(const Json &row)
  {
    list.push_back(row);
  }



  const Json &SweepTable::rows() const
  {
    return list;
  }



  std::vector<const SweepColumn *> SweepTable::shown() const
  {
    std::vector<const SweepColumn *> result;
    for (const SweepColumn &column : sweep_columns())
      if (std::any_of(list.begin(), list.end(), [&](const Json &row) {
            return !number(row, column.key, 1).empty();
          }))
        result.push_back(&column);
    return result;
  }



  std::string SweepTable::csv() const
  {
    // The chain belongs to one row alone, which is the first.
    const auto  questions = questions_of(list.front());
    std::string text      = "row";
    for (const std::string &axis : axes)
      text += "," + csv_field("axis: " + axis);
    for (const std::string &question : questions)
      text += "," + question + "_status";
    for (const SweepColumn &column : sweep_columns())
      text += "," + column.key;
    text += ",reasons\n";
    for (const Json &row : list)
      {
        text += csv_field(name_of(row));
        for (const std::string &axis : axes)
          text += "," + to_text(row.at("at").at(axis).get<double>());
        for (const std::string &question : questions)
          text +=
            "," +
            csv_field(
              row.at("runs").contains(question) ?
                row.at("runs").at(question).at("status").get<std::string>() :
                "not asked");
        constexpr int all_digits = 12;
        for (const SweepColumn &column : sweep_columns())
          text += "," + number(row, column.key, all_digits);
        std::string reasons;
        for (const std::string &reason : reasons_of(row))
          reasons += (reasons.empty() ? "" : "; ") + reason;
        text += "," + csv_field(reasons) + "\n";
      }
    return text;
  }



  std::string SweepTable::markdown(const std::string &title) const
  {
    constexpr int digits  = 4;
    const auto    columns = shown();
    std::string   text = "# " + title + "\n\n| row |", line = "|---|";
    for (const SweepColumn *column : columns)
      {
        text += " " + markdown_field(column->heading) + " |";
        line += "---:|";
      }
    text += "\n" + line + "\n";
    for (const Json &row : list)
      {
        text += "| " + markdown_field(name_of(row)) + " |";
        for (const SweepColumn *column : columns)
          text += " " + number(row, column->key, digits) + " |";
        text += "\n";
      }
    text += "\n";
    for (const SweepColumn *column : columns)
      text += "- " + markdown_field(column->heading) + ": " +
              markdown_field(column->meaning) + "\n";
    text += "\nRows:\n\n";
    for (const Json &row : list)
      {
        std::string entries;
        for (const Json &assignment : row.at("set"))
          entries += (entries.empty() ? "" : ", ") +
                     ("`" + assignment.get<std::string>() + "`");
        text += "- " + markdown_field(name_of(row)) + ": " +
                (entries.empty() ? "the case file" : entries) + "\n";
        for (const std::string &reason : reasons_of(row))
          text += "  - " + markdown_field(reason) + "\n";
      }
    return text;
  }



  std::string SweepTable::text() const
  {
    constexpr int digits = 4, narrowest = 11, widest = 110;
    const auto    columns = shown();
    std::size_t   longest = 0;
    for (const Json &row : list)
      longest = std::max(longest, name_of(row).size());
    std::ostringstream out;
    const auto         width = [&](const SweepColumn &column) {
      return 2 +
             std::max<int>(narrowest, static_cast<int>(column.heading.size()));
    };
    const auto left = [&](const std::string &name) {
      out << "    " << std::left << std::setw(static_cast<int>(longest)) << name
          << std::right;
    };
    // As many columns below each other as a screen is wide
    for (auto first = columns.begin(); first != columns.end();)
      {
        auto last = first;
        for (int used = static_cast<int>(longest); last != columns.end();
             ++last)
          {
            used += width(**last);
            if (used > widest && last != first)
              break;
          }
        if (first != columns.begin())
          out << "\n\n";
        left("");
        for (auto column = first; column != last; ++column)
          out << std::setw(width(**column)) << (*column)->heading;
        for (const Json &row : list)
          {
            out << '\n';
            left(name_of(row));
            for (auto column = first; column != last; ++column)
              {
                const std::string value = number(row, (*column)->key, digits);
                out << std::setw(width(**column))
                    << (value.empty() ? "-" : value);
              }
          }
        first = last;
      }
    return out.str();
  }
} // namespace sgdfp
