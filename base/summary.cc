// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/summary.h"

#include "base/errors.h"

#include <cmath>
#include <cstdio>
#include <fstream>

namespace sgdfp
{
  Summary::Json &Summary::node(const std::string &path)
  {
    Json       *here  = &content;
    std::size_t start = 0;
    for (auto slash = path.find('/'); slash != std::string::npos;
         start = slash + 1, slash = path.find('/', start))
      here = &(*here)[path.substr(start, slash - start)];
    return (*here)[path.substr(start)];
  }



  void Summary::set(const std::string &path, const Json &value)
  {
    if (value.is_number_float() && !std::isfinite(value.get<double>()))
      set_null(path, "the computed value is not a finite number");
    else
      {
        node(path) = value;
        if (value.is_null())
          return;
        // No longer null for any reason.
        const auto slash = path.rfind('/');
        if (slash == std::string::npos)
          content.erase(path + "_reason");
        else
          node(path.substr(0, slash)).erase(path.substr(slash + 1) + "_reason");
      }
  }



  void Summary::set_null(const std::string &path, const std::string &reason)
  {
    node(path)             = nullptr;
    node(path + "_reason") = reason;
  }



  void Summary::append(const std::string &path, const Json &value)
  {
    Json &array = node(path);
    if (!array.is_array())
      array = Json::array();
    array.push_back(value);
  }



  const Summary::Json &Summary::json() const
  {
    return content;
  }



  void Summary::write(const std::string &filename) const
  {
    const std::string draft = filename + ".draft";
    std::ofstream     out(draft);
    // Bytes of a file name that are no UTF-8 are replaced, not fatal.
    out << content.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    out.close();
    if (out && std::rename(draft.c_str(), filename.c_str()) == 0)
      return;
    std::remove(draft.c_str());
    throw UserError("Cannot write '" + filename +
                    "'. Check the free space and the permissions of the "
                    "folder.");
  }
} // namespace sgdfp
