// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/checkpoint.h"

#include "base/errors.h"
#include "base/version.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <unistd.h>

namespace sgdfp
{
  namespace fs = std::filesystem;

  namespace
  {
    constexpr const char *unfinished = "unfinished";

    /// Waits until a file or folder is on the disk.
    void sync(const fs::path &path)
    {
      const int file = ::open(path.c_str(), O_RDONLY);
      if (file >= 0)
        {
          ::fsync(file);
          ::close(file);
        }
    }



    [[noreturn]] void complain(const fs::path &path, const std::string &why)
    {
      throw UserError("Cannot write the checkpoint '" + path.string() + "' (" +
                      why + "). Check the free space and the permissions.");
    }



    /// The first difference in words, "" where there is none.
    std::string difference(const Checkpoint::Json    &stored,
                           const Checkpoint::Entries &entries)
    {
      for (const auto &[path, value] : entries)
        if (!stored.contains(path))
          return path + " did not exist";
        else if (stored.at(path).get<std::string>() != value)
          return path + " is '" + value + "' here and was '" +
                 stored.at(path).get<std::string>() + "'";
      for (const auto &item : stored.items())
        if (entries.find(item.key()) == entries.end())
          return item.key() + " no longer exists";
      return "";
    }
  } // namespace



  Checkpoint::Checkpoint(const MPI_Comm     communicator,
                         const std::string &run_folder)
    : communicator(communicator)
    , folder((fs::path(run_folder) / "checkpoint").string())
  {}



  unsigned int Checkpoint::last_generation() const
  {
    unsigned int    last = 0;
    std::error_code none;
    for (const auto &entry : fs::directory_iterator(folder, none))
      {
        const std::string name = entry.path().filename().string();
        if (!name.empty() &&
            std::all_of(name.begin(),
                        name.end(),
                        [](const unsigned char c) {
                          return std::isdigit(c) != 0;
                        }) &&
            fs::exists(entry.path() / "state.json"))
          last = std::max<unsigned int>(last, std::stoul(name));
      }
    return last;
  }



  std::string Checkpoint::path_of(const unsigned int generation) const
  {
    return (fs::path(folder) / std::to_string(generation)).string();
  }



  std::string Checkpoint::begin() const
  {
    return run_on_root(communicator, [&]() {
      const fs::path path = fs::path(folder) / unfinished;
      try
        {
          fs::remove_all(path);
          fs::create_directories(path);
        }
      catch (const fs::filesystem_error &error)
        {
          complain(path, error.code().message());
        }
      return path.string();
    });
  }



  void Checkpoint::commit(const Json &state, const Entries &entries) const
  {
    run_on_root(communicator, [&]() {
      const fs::path path = fs::path(folder) / unfinished;
      Json           content;
      content["version"] = version;
      content["entries"] = entries;
      content["state"]   = state;
      {
        std::ofstream out(path / "state.json");
        out << content.dump(1) << '\n';
        out.close();
        if (!out)
          complain(path / "state.json", "the write failed");
      }
      for (const auto &entry : fs::recursive_directory_iterator(path))
        sync(entry.path());
      const unsigned int last = last_generation();
      std::error_code    failure;
      fs::rename(path, path_of(last + 1), failure);
      if (failure)
        complain(path_of(last + 1), failure.message());
      sync(folder);
      if (last > 1)
        fs::remove_all(path_of(last - 1), failure);
      return std::string();
    });
  }



  bool Checkpoint::exists() const
  {
    return run_on_root(communicator, [&]() -> std::string {
             return last_generation() > 0 ? "yes" : "";
           }) == "yes";
  }



  std::string Checkpoint::latest() const
  {
    return run_on_root(communicator,
                       [&]() { return path_of(last_generation()); });
  }



  Checkpoint::Json Checkpoint::read(const Entries &entries) const
  {
    const std::string text = run_on_root(communicator, [&]() {
      const std::string name = path_of(last_generation()) + "/state.json";
      std::ifstream     in(name);
      const Json        content = Json::parse(in, nullptr, false);
      if (content.is_discarded())
        throw UserError("Cannot read the checkpoint '" + name +
                        "'. Remove its folder to use the one before it, or "
                        "run anew, without --resume.");
      if (content.at("version").get<std::string>() != version)
        throw UserError("The checkpoint '" + name + "' is of version " +
                        content.at("version").get<std::string>() +
                        ", this program is of version " + version +
                        ". Resume with that version, or run anew, without "
                        "--resume.");
      const std::string other = difference(content.at("entries"), entries);
      if (!other.empty())
        throw UserError("The checkpoint '" + name +
                        "' is of another case: " + other +
                        ". Resume the case as it was, or run anew, without "
                        "--resume.");
      return content.at("state").dump();
    });
    return Json::parse(text);
  }
} // namespace sgdfp
