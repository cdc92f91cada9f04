// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_BASE_PARAMETER_FILE_H
#define SGDFP_BASE_PARAMETER_FILE_H

#include "base/errors.h"
#include "base/text.h"

#include <deal.II/base/parameter_handler.h>

#include <map>
#include <string>
#include <vector>

namespace sgdfp
{
  /// A case file: the syntax of dealii::ParameterHandler, read strictly and
  /// with messages for people.
  ///
  /// The entries are declared in handler() (each parameter struct does so in
  /// its add_parameters()). parse() then takes the text line by line, so that
  /// a mistake is reported with its line, its entry, its value and the nearest
  /// declared name; `--set` goes through the same door.
  class ParameterFile
  {
  public:
    /// Where the entries are declared.
    dealii::ParameterHandler &handler();

    /// Reads @p text; @p name is what messages call the file.
    /// @throws UserError at the first line that cannot be used.
    void parse(const std::string &text, const std::string &name);

    /// Applies one assignment "Section/Subsection/entry=value", the form that
    /// `--set` takes.
    /// @param source what messages say it comes from
    /// @throws UserError if the entry is not declared or the value unusable.
    void override_entry(const std::string &assignment,
                        const std::string &source = "--set");

    /// The message of @p error with the place where its entry was set.
    std::string explain(const EntryError &error) const;

    /// All entries as a case file, with every default spelt out.
    std::string resolved() const;

    /// The value of every entry, by full path.
    std::map<std::string, std::string> values() const;

    /// The help page of @p section ("" is the top level): every entry with its
    /// default, allowed values and meaning.
    /// @throws UserError if there is no such section, naming the nearest one.
    std::string help(const std::string &section) const;

    /// The same of all sections, one Markdown table for each.
    std::string markdown() const;

  private:
    struct Declared
    {
      std::string value;
      std::string pattern;
      std::string meaning;
    };

    /// Everything that is declared, by full path. Collected at the first call,
    /// so declare before asking.
    const std::map<std::string, Declared> &declared_entries() const;

    /// The sections of declared_entries(), by full path, without the top.
    std::vector<std::string> declared_sections() const;

    void set(const std::vector<std::string> &section,
             const std::string              &entry,
             const std::string              &value,
             const std::string              &place);

    dealii::ParameterHandler prm;

    mutable std::map<std::string, Declared> entries;

    /// Full path of an entry -> where it was set ("case.prm, line 12").
    std::map<std::string, std::string> places;
  };
} // namespace sgdfp

#endif
