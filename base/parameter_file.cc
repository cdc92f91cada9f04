// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/parameter_file.h"

#include <deal.II/base/utilities.h>

#include <boost/locale/encoding_utf.hpp>

#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

namespace sgdfp
{
  using dealii::ParameterHandler;
  using dealii::Utilities::trim;

  namespace
  {
    std::string join(const std::vector<std::string> &path,
                     const std::string              &entry = "")
    {
      std::string result;
      for (const std::string &part : path)
        result += (result.empty() ? "" : "/") + part;
      if (!entry.empty())
        result += (result.empty() ? "" : "/") + entry;
      return result;
    }



    /// ParameterHandler escapes blanks in names as "_20" in some versions.
    std::string demangle(const std::string &name)
    {
      std::string result;
      for (std::size_t i = 0; i < name.size(); ++i)
        if (name[i] == '_' && i + 2 < name.size() &&
            std::isxdigit(static_cast<unsigned char>(name[i + 1])) &&
            std::isxdigit(static_cast<unsigned char>(name[i + 2])))
          {
            result +=
              static_cast<char>(std::stoi(name.substr(i + 1, 2), nullptr, 16));
            i += 2;
          }
        else
          result += name[i];
      return result;
    }



    void collect(const nlohmann::json                                  &node,
                 const std::string                                     &path,
                 const std::function<void(const std::string &,
                                          const nlohmann::json &node)> &visit)
    {
      for (auto item = node.begin(); item != node.end(); ++item)
        {
          const std::string here =
            (path.empty() ? "" : path + "/") + demangle(item.key());
          if (item->is_object() && item->contains("pattern_description"))
            visit(here, *item);
          else if (item->is_object())
            collect(*item, here, visit);
        }
    }



    bool is_utf8(const std::string &text)
    {
      try
        {
          boost::locale::conv::utf_to_utf<char32_t>(text,
                                                    boost::locale::conv::stop);
          return true;
        }
      catch (const boost::locale::conv::conversion_error &)
        {
          return false;
        }
    }



    /// "Section/Subsection" of "Section/Subsection/entry", "" at the top.
    std::string section_of(const std::string &path)
    {
      const auto slash = path.rfind('/');
      return slash == std::string::npos ? "" : path.substr(0, slash);
    }



    /// @p text as it is in a cell of a Markdown table.
    std::string table_cell(const std::string &text)
    {
      std::string result;
      for (const char c : text)
        {
          if (std::string("\\|*<").find(c) != std::string::npos)
            result += '\\';
          result += c;
        }
      return result;
    }



    /// @p text as code in such a cell, where only | is more than itself.
    std::string code_cell(const std::string &text)
    {
      return text.empty() ?
               "" :
               "`" + dealii::Utilities::replace_in_string(text, "|", "\\|") +
                 "`";
    }
  } // namespace



  ParameterHandler &ParameterFile::handler()
  {
    return prm;
  }



  const std::map<std::string, ParameterFile::Declared> &
  ParameterFile::declared_entries() const
  {
    if (!entries.empty())
      return entries;
    std::ostringstream out;
    prm.print_parameters(out, ParameterHandler::JSON);
    collect(nlohmann::json::parse(out.str()),
            "",
            [&](const std::string &path, const nlohmann::json &node) {
              entries[path] = {
                node.at("default_value").get<std::string>(),
                node.at("pattern_description").get<std::string>(),
                node.value("documentation", "")};
            });
    return entries;
  }



  std::vector<std::string> ParameterFile::declared_sections() const
  {
    std::set<std::string> sections;
    for (const auto &[path, entry] : declared_entries())
      for (auto slash = path.find('/'); slash != std::string::npos;
           slash      = path.find('/', slash + 1))
        sections.insert(path.substr(0, slash));
    return {sections.begin(), sections.end()};
  }



  void ParameterFile::set(const std::vector<std::string> &section,
                          const std::string              &entry,
                          const std::string              &value,
                          const std::string              &place)
  {
    const std::string path  = join(section, entry);
    const auto       &known = declared_entries();
    const auto        found = known.find(path);
    if (found == known.end())
      {
        // A name nearby in the same section is likelier than one elsewhere,
        // but a right name in the wrong section is likelier than a typo.
        std::vector<std::string> here, elsewhere;
        const std::string prefix = (section.empty() ? "" : join(section) + "/");
        for (const auto &[name, declared] : known)
          {
            const std::string last = name.substr(name.rfind('/') + 1);
            if (name == prefix + last)
              here.push_back(last);
            if (last == entry)
              elsewhere.push_back(name);
          }
        std::string       hint;
        const std::string near = nearest_name(entry, here);
        if (!elsewhere.empty())
          hint = " The entry exists as '" + elsewhere.front() + "'.";
        else if (!near.empty())
          hint = " Did you mean '" + near + "'?";
        throw UserError(place + ": there is no entry '" + entry + "' in " +
                        (section.empty() ? std::string("the top level") :
                                           "section '" + join(section) + "'") +
                        " (it was set to '" + value + "')." + hint +
                        " `--help" +
                        (section.empty() ? "" : " " + section.front()) +
                        "` lists what there is.");
      }
    // JSON and ParaView files are in UTF-8 as well.
    if (!is_utf8(value))
      throw UserError(place + ": " + path + " is '" + value +
                      "' but that is no text in UTF-8. Save the case file in "
                      "UTF-8, or use names of plain letters.");

    for (const std::string &part : section)
      prm.enter_subsection(part);
    std::string failure;
    try
      {
        prm.set(entry, value);
      }
    catch (const dealii::ExceptionBase &)
      {
        failure = place + ": " + path + " is '" + value + "' but must be " +
                  plain_words(found->second.pattern) + ". Its default is '" +
                  found->second.value + "'.";
      }
    for (std::size_t i = 0; i < section.size(); ++i)
      prm.leave_subsection();
    if (!failure.empty())
      throw UserError(failure);
    places[path] = place;
  }



  void ParameterFile::parse(const std::string &text, const std::string &name)
  {
    const std::vector<std::string> sections = declared_sections();
    std::vector<std::string>       section;
    std::vector<std::string>       opened_at;

    std::istringstream in(text);
    // The mark with which some editors begin files in UTF-8
    if (text.compare(0, 3, "\xef\xbb\xbf") == 0)
      in.ignore(3);
    std::string line;
    for (unsigned int number = 1; std::getline(in, line); ++number)
      {
        const std::string place = name + ", line " + std::to_string(number);
        // A backslash at the end continues the line, as in ParameterHandler.
        std::string more;
        while (!line.empty() && trim(line).back() == '\\' &&
               std::getline(in, more))
          {
            line        = trim(line);
            line.back() = ' ';
            line += trim(more);
            ++number;
          }
        line = trim(line.substr(0, line.find('#')));
        if (line.empty())
          continue;

        std::istringstream words(line);
        std::string        keyword, rest;
        words >> keyword;
        std::getline(words, rest);
        rest = trim(rest);

        if (keyword == "subsection")
          {
            section.push_back(rest);
            opened_at.push_back(place);
            const std::string path = join(section);
            if (std::find(sections.begin(), sections.end(), path) ==
                sections.end())
              {
                const std::string near = nearest_name(path, sections);
                throw UserError(
                  place + ": there is no section '" + path + "'." +
                  (near.empty() ? "" : " Did you mean '" + near + "'?") +
                  " `--help` lists the sections.");
              }
          }
        else if (keyword == "end" && rest.empty())
          {
            if (section.empty())
              throw UserError(place +
                              ": 'end' closes no subsection. Remove it, or "
                              "add the missing 'subsection' line above.");
            section.pop_back();
            opened_at.pop_back();
          }
        else if (keyword == "set" && rest.find('=') != std::string::npos)
          {
            const auto        equals = rest.find('=');
            const std::string entry  = trim(rest.substr(0, equals));
            const auto        first  = places.find(join(section, entry));
            if (first != places.end())
              throw UserError(place + ": " + first->first +
                              " is set a second time (first at " +
                              first->second + "). Remove one of the lines.");
            set(section, entry, trim(rest.substr(equals + 1)), place);
          }
        else
          throw UserError(place + ": cannot read '" + line +
                          "'. A line is 'set entry = value', 'subsection "
                          "Name', 'end' or a # comment.");
      }
    if (!section.empty())
      throw UserError(opened_at.back() + ": subsection '" + join(section) +
                      "' is never closed. Add 'end' after its last entry.");
  }



  void ParameterFile::override_entry(const std::string &assignment,
                                     const std::string &source)
  {
    const std::string place  = source + " \"" + assignment + "\"";
    const auto        equals = assignment.find('=');
    if (equals == std::string::npos)
      throw UserError(place + " has no '='. Write \"Section/entry=value\".");
    std::vector<std::string> section =
      dealii::Utilities::split_string_list(assignment.substr(0, equals), '/');
    if (section.empty())
      throw UserError(place +
                      " names no entry. Write \"Section/entry=value\".");
    const std::string entry = trim(section.back());
    section.pop_back();
    set(section, entry, trim(assignment.substr(equals + 1)), place);
  }



  std::string ParameterFile::explain(const EntryError &error) const
  {
    const auto place = places.find(error.entry);
    return (place == places.end() ? std::string("(default) ") :
                                    place->second + ": ") +
           error.what();
  }



  std::string ParameterFile::resolved() const
  {
    std::ostringstream out;
    prm.print_parameters(out, ParameterHandler::ShortPRM);
    return out.str();
  }



  std::map<std::string, std::string> ParameterFile::values() const
  {
    std::ostringstream out;
    prm.print_parameters(out, ParameterHandler::JSON);
    std::map<std::string, std::string> result;
    collect(nlohmann::json::parse(out.str()),
            "",
            [&](const std::string &path, const nlohmann::json &node) {
              result[path] = node.at("value").get<std::string>();
            });
    return result;
  }



  std::string ParameterFile::help(const std::string &section) const
  {
    const std::vector<std::string> sections = declared_sections();
    if (!section.empty() &&
        std::find(sections.begin(), sections.end(), section) == sections.end())
      {
        std::string       all;
        const std::string near = nearest_name(section, sections);
        for (const std::string &name : sections)
          all += "\n  " + name;
        throw UserError("--help " + section + ": there is no such section." +
                        (near.empty() ? "" : " Did you mean '" + near + "'?") +
                        " The sections are:" + all);
      }

    std::ostringstream out;
    if (section.empty())
      out << "Entries of a case file (set entry = value):\n";
    else
      out << "subsection " << section << '\n';
    for (const auto &[path, entry] : declared_entries())
      {
        if (section_of(path) != section)
          continue;
        out << "  set " << path.substr(path.rfind('/') + 1) << " = "
            << entry.value << "\n      " << entry.meaning << "\n      ["
            << plain_words(entry.pattern) << "]\n";
      }
    std::string inner;
    for (const std::string &name : sections)
      if (section.empty() || name.rfind(section + "/", 0) == 0)
        inner += "\n  --help \"" + name + "\"";
    if (!inner.empty())
      out << "Sections:" << inner << '\n';
    return out.str();
  }



  std::string ParameterFile::markdown() const
  {
    std::map<std::string, std::string> rows; // by section, the top level first
    for (const auto &[path, entry] : declared_entries())
      rows[section_of(path)] += "| " + path.substr(path.rfind('/') + 1) +
                                " | " + code_cell(entry.value) + " | " +
                                table_cell(plain_words(entry.pattern)) + " | " +
                                table_cell(entry.meaning) + " |\n";

    std::string result;
    for (const auto &[section, table] : rows)
      result += "\n## " +
                (section.empty() ? std::string("Top level") : section) +
                "\n\n| entry | default | allowed values | meaning |\n"
                "|---|---|---|---|\n" +
                table;
    return result;
  }
} // namespace sgdfp
