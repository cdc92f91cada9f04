// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_BASE_SUMMARY_H
#define SGDFP_BASE_SUMMARY_H

#include <string>

#include <nlohmann/json.hpp>

namespace sgdfp
{
  /// The content of summary.json (names: docs/running.md).
  ///
  /// Paths are written "density/mass". A number that does not exist is null
  /// and stands beside "<key>_reason"; set() turns a NaN or an infinity into
  /// that form by itself, so that no file ever holds an invalid number.
  class Summary
  {
  public:
    using Json = nlohmann::ordered_json;

    void set(const std::string &path, const Json &value);

    void set_null(const std::string &path, const std::string &reason);

    /// Appends to the array at @p path.
    void append(const std::string &path, const Json &value);

    const Json &json() const;

    /// Writes the file atomically: to a neighbour first, then renamed. Call on
    /// one rank.
    /// @throws UserError if the file cannot be written.
    void write(const std::string &filename) const;

  private:
    Json &node(const std::string &path);

    Json content;
  };
} // namespace sgdfp

#endif
