// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/numpy_file.h"

#include "base/errors.h"

#include <deal.II/base/exceptions.h>

#include <boost/crc.hpp>
#include <boost/locale/encoding_utf.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <limits>

namespace sgdfp
{
  namespace
  {
    /// Appends an unsigned integer, lowest byte first on every machine.
    template <typename Integer>
    void append(std::string &bytes, const Integer value)
    {
      for (unsigned int i = 0; i < sizeof(Integer); ++i)
        bytes += static_cast<char>((value >> (8 * i)) & 0xff);
    }



    /// Shapes as Python writes tuples, but with a comma after every number:
    /// (), (3,), (3,4,).
    std::string npy_header(const std::string              &type,
                           const std::vector<std::size_t> &shape)
    {
      std::string header =
        "{'descr': '" + type + "', 'fortran_order': True, 'shape': (";
      for (const std::size_t n : shape)
        header += std::to_string(n) + ",";
      header += "), }";
      constexpr unsigned int preamble = 10, alignment = 64;
      while ((preamble + header.size() + 1) % alignment != 0)
        header += ' ';
      header += '\n';
      std::string bytes("\x93NUMPY\x01\x00", 8);
      append(bytes, static_cast<std::uint16_t>(header.size()));
      return bytes + header;
    }



    /// NumPy's strings are UTF-32, all as wide as the longest; zeros fill up.
    std::string npy_strings(const std::vector<std::string> &words,
                            const std::vector<std::size_t> &shape)
    {
      std::vector<std::u32string> wide;
      std::size_t                 width = 1;
      for (const std::string &word : words)
        {
          // Bytes that are no UTF-8 are left out, not fatal.
          wide.push_back(boost::locale::conv::utf_to_utf<char32_t>(word));
          width = std::max(width, wide.back().size());
        }
      std::string bytes = npy_header("<U" + std::to_string(width), shape);
      for (std::u32string &word : wide)
        {
          word.resize(width);
          for (const char32_t character : word)
            append(bytes, static_cast<std::uint32_t>(character));
        }
      return bytes;
    }
  } // namespace



  void NumpyArchive::add(const std::string                     &name,
                         const dealii::ArrayView<const double> &values,
                         const std::vector<std::size_t>        &shape)
  {
    std::size_t n = 1;
    for (const std::size_t extent : shape)
      n *= extent;
    AssertDimension(n, values.size());
    static_assert(std::numeric_limits<double>::is_iec559 &&
                    sizeof(double) == sizeof(std::uint64_t),
                  "<f8 is the double of IEEE 754");
    std::string bytes = npy_header("<f8", shape);
    bytes.reserve(bytes.size() + n * sizeof(double));
    for (const double value : values)
      {
        std::uint64_t bits;
        std::memcpy(&bits, &value, sizeof(bits));
        append(bytes, bits);
      }
    add_member(name + ".npy", bytes);
  }



  void NumpyArchive::add_words(const std::string              &name,
                               const std::vector<std::string> &words)
  {
    add_member(name + ".npy", npy_strings(words, {words.size()}));
  }



  void NumpyArchive::add_text(const std::string &name, const std::string &text)
  {
    add_member(name + ".npy", npy_strings({text}, {}));
  }



  void NumpyArchive::add_member(const std::string &name,
                                const std::string &content)
  {
    boost::crc_32_type crc;
    crc.process_bytes(content.data(), content.size());

    constexpr std::uint16_t version_2_0 = 20, no_flags = 0, stored = 0,
                            midnight = 0, first_of_january_1980 = 0x21,
                            no_extra_field = 0;
    // What the member's own header and its entry in the directory share.
    std::string common;
    append(common, version_2_0); // needed to extract
    append(common, no_flags);
    append(common, stored);
    append(common, midnight);
    append(common, first_of_january_1980);
    append(common, static_cast<std::uint32_t>(crc.checksum()));
    append(common, static_cast<std::uint32_t>(content.size())); // compressed
    append(common, static_cast<std::uint32_t>(content.size()));
    append(common, static_cast<std::uint16_t>(name.size()));
    append(common, no_extra_field);

    directory += "PK\x01\x02";
    append(directory, version_2_0); // made by
    directory += common;
    append(directory, std::uint16_t(0)); // comment
    append(directory, std::uint16_t(0)); // disk
    append(directory, std::uint16_t(0)); // internal attributes
    append(directory, std::uint32_t(0)); // external attributes
    append(directory, static_cast<std::uint32_t>(members.size())); // offset
    directory += name;

    members += "PK\x03\x04" + common + name + content;
    ++n_members;
  }



  void NumpyArchive::write(const std::string &filename) const
  {
    // Sizes and offsets have 32 bits; none exceeds the size of the whole.
    if (members.size() + directory.size() >=
        std::numeric_limits<std::uint32_t>::max())
      throw UserError("Cannot write '" + filename +
                      "': it would have 4 GB or more. Use fewer points.");
    AssertThrow(n_members < std::numeric_limits<std::uint16_t>::max(),
                dealii::ExcInternalError());

    std::string end = "PK\x05\x06";
    append(end, std::uint16_t(0)); // this disk
    append(end, std::uint16_t(0)); // disk of the directory
    append(end, static_cast<std::uint16_t>(n_members));
    append(end, static_cast<std::uint16_t>(n_members)); // on all disks
    append(end, static_cast<std::uint32_t>(directory.size()));
    append(end, static_cast<std::uint32_t>(members.size())); // its offset
    append(end, std::uint16_t(0));                           // comment

    std::ofstream file(filename, std::ios::binary);
    file << members << directory << end;
    file.close();
    if (!file)
      throw UserError("Cannot write '" + filename +
                      "'. Check the free space and the permissions of the "
                      "folder.");
  }
} // namespace sgdfp
