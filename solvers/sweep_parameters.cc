// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/sweep_parameters.h"

#include "base/errors.h"
#include "base/text.h"

#include <deal.II/base/utilities.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>
#include <set>
#include <sstream>

namespace sgdfp
{
  using dealii::Utilities::trim;

  namespace
  {
    const std::vector<std::string> known_questions = {"stationary",
                                                      "spectrum",
                                                      "ensemble",
                                                      "transient"};

    /// Names of axes that are no paths.
    const std::vector<std::pair<std::string, std::string>> known_axes = {
      {"learning rate", "Optimiser/learning rate"},
      {"batch size", "Optimiser/batch size"},
      {"label noise", "Loss/Deep linear network/label noise"},
      {"floor", "Noise/isotropic floor"},
      {"temperature", "Noise/temperature"}};

    constexpr const char *form_of_a_switch =
      "Write name: Section/entry=value & Section/entry=value ; name: ..";
    constexpr const char *form_of_an_axis =
      "Write learning rate: 0.05, 0.1, 0.2 or learning rate: log 0.01 1 5; "
      "names are learning rate, batch size, label noise, floor, temperature, "
      "or the path of an entry such as Noise/Stable/alpha.";



    /// Whether it can be the path of an entry in a section.
    bool is_path(const std::string &text)
    {
      return text.find('/') != std::string::npos &&
             std::all_of(text.begin(), text.end(), [](const unsigned char c) {
               return std::isalnum(c) || c == ' ' || c == '/' || c == '_';
             });
    }



    /// "Section/entry=.."
    bool begins_assignment(const std::string &piece)
    {
      const auto equals = piece.find('=');
      return equals != std::string::npos && is_path(piece.substr(0, equals));
    }



    /// "name: Section/entry=.."
    bool begins_switch(const std::string &piece)
    {
      const auto colon = piece.find(':');
      return colon != std::string::npos && piece.find('=') > colon &&
             begins_assignment(piece.substr(colon + 1));
    }



    /// The parts of @p text that @p begins accepts. A separator that none of
    /// them follows belongs to a value, such as that of a matrix.
    std::vector<std::string>
    split(const std::string                              &text,
          const char                                      separator,
          const std::function<bool(const std::string &)> &begins)
    {
      std::vector<std::string> parts;
      std::istringstream       in(text);
      std::string              piece;
      while (std::getline(in, piece, separator))
        if (parts.empty() || begins(piece))
          parts.push_back(piece);
        else
          parts.back() += separator + piece;
      for (std::string &part : parts)
        {
          part = trim(part);
          while (!part.empty() && part.back() == separator)
            part = trim(part.substr(0, part.size() - 1));
        }
      return parts;
    }



    SweepSwitch parse_switch(const std::string &text)
    {
      const auto fail = [&](const std::string &reason) {
        return EntryError("Sweep/switches", text, reason, form_of_a_switch);
      };
      if (!begins_switch(text))
        throw fail("that is no switch");
      const auto  colon = text.find(':');
      SweepSwitch result;
      result.name = trim(text.substr(0, colon));
      if (result.name.empty())
        throw fail("it has no name");
      result.assignments =
        split(text.substr(colon + 1), '&', begins_assignment);
      for (const std::string &assignment : result.assignments)
        for (const char *section : {"Sweep/", "Output/"})
          if (assignment.rfind(section, 0) == 0)
            throw fail("it changes an entry of the whole sweep");
      return result;
    }



    /// "log 0.01 1 5", "linear 0 1 5"; empty where it is neither.
    std::vector<double> range_of(const std::string &text)
    {
      std::istringstream words(text);
      std::string        scale, rest;
      double             first = 0, last = 0;
      unsigned int       n = 0;
      words >> scale >> first >> last >> n;
      const bool is_log = (scale == "log");
      if (!words || words >> rest || n < 2 || !(first < last) ||
          (!is_log && scale != "linear") || (is_log && !(first > 0)))
        return {};
      std::vector<double> values;
      for (unsigned int i = 0; i < n; ++i)
        {
          const double share = static_cast<double>(i) / (n - 1);
          values.push_back(is_log ? first * std::pow(last / first, share) :
                                    first + share * (last - first));
        }
      return values;
    }



    std::vector<double> values_of(const std::string &text)
    {
      std::vector<double> values;
      std::istringstream  in(text);
      std::string         word;
      while (std::getline(in, word, ','))
        {
          const auto value = to_number(trim(word));
          if (!value)
            return range_of(trim(text));
          values.push_back(*value);
        }
      return values;
    }



    SweepAxis parse_axis(const std::string &entry, const std::string &text)
    {
      const auto fail = [&](const std::string &reason) {
        return EntryError(entry, text, reason, form_of_an_axis);
      };
      const auto colon = text.find(':');
      if (colon == std::string::npos)
        throw fail("that is no axis");
      SweepAxis axis;
      axis.name = trim(text.substr(0, colon));
      axis.path = axis.name;
      for (const auto &[name, path] : known_axes)
        if (axis.name == name)
          axis.path = path;
      if (!is_path(axis.path))
        throw fail("'" + axis.name + "' is no name of an axis");
      axis.values = values_of(text.substr(colon + 1));
      if (axis.values.empty())
        throw fail("there are no values in it");
      auto sorted = axis.values;
      std::sort(sorted.begin(), sorted.end());
      if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
        throw fail("a value is there twice");
      axis.values = sorted;
      return axis;
    }
  } // namespace



  void SweepParameters::add_parameters(dealii::ParameterHandler &prm)
  {
    namespace Patterns = dealii::Patterns;
    prm.enter_subsection("Sweep");
    prm.add_parameter("questions",
                      questions,
                      "What sgdfp-sweep asks of every row: stationary, "
                      "spectrum, ensemble, transient");
    prm.add_parameter("switches",
                      switches,
                      "Rows of the ledger beside the case as it is: name: "
                      "Section/entry=value & Section/entry=value ; name: ..");
    prm.add_parameter("chain",
                      chain,
                      "Runs sgdfp-ensemble on the case as it is, and compares "
                      "the stationary law of every row with it");
    prm.add_parameter("first axis",
                      first_axis,
                      "Of the phase diagram: learning rate | batch size | "
                      "label noise | floor | temperature | Section/entry, then "
                      ": and numbers, or log FIRST LAST N, linear FIRST LAST "
                      "N");
    prm.add_parameter("second axis", second_axis, "May be empty");
    prm.add_parameter("ranks per run",
                      ranks_per_run,
                      "Runs go side by side, each on that many ranks",
                      Patterns::Integer(1));
    prm.leave_subsection();
  }



  void SweepParameters::check() const
  {
    const auto fail = [](const std::string &value, const std::string &reason) {
      return EntryError("Sweep/questions",
                        value,
                        reason,
                        "Choose from stationary, spectrum, ensemble and "
                        "transient, separated by commas.");
    };
    if (questions.empty())
      throw fail("", "nothing is asked");
    std::set<std::string> seen;
    for (const std::string &question : questions)
      {
        if (std::find(known_questions.begin(),
                      known_questions.end(),
                      question) == known_questions.end())
          throw fail(question, "that is no question");
        if (!seen.insert(question).second)
          throw fail(question, "it is asked twice");
      }
    if (first_axis.empty() && !second_axis.empty())
      throw EntryError("Sweep/second axis",
                       second_axis,
                       "there is no first axis",
                       "Give a diagram of one axis as first axis.");
    const auto all_axes = axes();
    if (all_axes.size() == 2 && all_axes[0].path == all_axes[1].path)
      throw EntryError("Sweep/second axis",
                       second_axis,
                       "it is the first axis once more",
                       "Choose another entry, or leave it empty.");
    if (chain && parsed_switches().empty())
      throw EntryError("Sweep/chain",
                       "true",
                       "the laws of a ledger are compared with the chain, and "
                       "there are no switches",
                       "Give Sweep/switches, or set chain = false.");
  }



  std::vector<SweepSwitch> SweepParameters::parsed_switches() const
  {
    std::vector<SweepSwitch> result;
    if (trim(switches).empty())
      return result;
    std::set<std::string> names = {as_given};
    for (const std::string &text : split(switches, ';', begins_switch))
      {
        result.push_back(parse_switch(text));
        if (!names.insert(result.back().name).second)
          throw EntryError("Sweep/switches",
                           text,
                           "there is another row of that name",
                           "Give every switch a name of its own; '" +
                             std::string(as_given) +
                             "' is the case without any.");
      }
    return result;
  }



  std::vector<SweepAxis> SweepParameters::axes() const
  {
    std::vector<SweepAxis> result;
    if (!first_axis.empty())
      result.push_back(parse_axis("Sweep/first axis", first_axis));
    if (!second_axis.empty())
      result.push_back(parse_axis("Sweep/second axis", second_axis));
    return result;
  }



  bool SweepParameters::asks(const std::string &question) const
  {
    return std::find(questions.begin(), questions.end(), question) !=
           questions.end();
  }



  std::vector<std::string> without_sweep()
  {
    return {"Sweep/questions=stationary",
            "Sweep/switches=",
            "Sweep/chain=false",
            "Sweep/first axis=",
            "Sweep/second axis=",
            "Sweep/ranks per run=1"};
  }
} // namespace sgdfp
