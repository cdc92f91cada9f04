// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/numpy_reader.h"

#include "base/errors.h"

#include <boost/crc.hpp>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <sstream>

namespace sgdfp
{
  namespace
  {
    /// An unsigned integer of @p n bytes, lowest first.
    std::uint64_t integer_at(const std::string &bytes,
                             const std::size_t  at,
                             const unsigned int n)
    {
      std::uint64_t value = 0;
      for (unsigned int i = n; i-- > 0;)
        value = (value << 8) | static_cast<unsigned char>(bytes[at + i]);
      return value;
    }



    std::uint32_t checksum(const std::string &bytes)
    {
      boost::crc_32_type crc;
      crc.process_bytes(bytes.data(), bytes.size());
      return crc.checksum();
    }



    /// The numbers of the tuple that follows 'shape':, such as (3, 4,).
    std::vector<std::size_t> shape_in(const std::string &header)
    {
      std::vector<std::size_t> shape;
      const std::size_t        begin = header.find('(') + 1;
      std::istringstream tuple(header.substr(begin, header.find(')') - begin));
      for (std::string extent; std::getline(tuple, extent, ',');)
        if (extent.find_first_of("0123456789") != std::string::npos)
          shape.push_back(std::stoul(extent));
      return shape;
    }
  } // namespace



  NumpyReader::NumpyReader(const MPI_Comm     communicator,
                           const std::string &filename)
    : filename(filename)
  {
    const std::string     bytes  = run_on_root(communicator, [&]() {
      std::ifstream     in(filename, std::ios::binary);
      std::stringstream content;
      content << in.rdbuf();
      if (!in || !content)
        throw UserError("Cannot read '" + filename +
                        "'. Check that the run has ended and the file is "
                             "there.");
      return content.str();
    });
    constexpr const char *member = "PK\x03\x04", *directory = "PK\x01\x02";
    std::size_t           at = 0;
    while (bytes.compare(at, 4, member) == 0)
      at = read_member(bytes, at);
    if (members.empty() || bytes.compare(at, 4, directory) != 0)
      complain("is no archive of arrays, or its end is missing");
  }



  void NumpyReader::complain(const std::string &why) const
  {
    throw UserError("'" + filename + "' " + why +
                    ". Run the case anew to write it again.");
  }



  std::size_t NumpyReader::read_member(const std::string &bytes,
                                       const std::size_t  at)
  {
    // APPNOTE.TXT, 4.3.7
    constexpr std::size_t header_size = 30;
    if (at + header_size > bytes.size())
      complain("ends too early");
    const bool        is_stored = (integer_at(bytes, at + 8, 2) == 0);
    const std::size_t size      = integer_at(bytes, at + 18, 4),
                      name_size = integer_at(bytes, at + 26, 2),
                      extra     = integer_at(bytes, at + 28, 2),
                      begin     = at + header_size + name_size + extra;
    if (!is_stored)
      complain("is compressed, which this reader does not know");
    if (begin + size > bytes.size())
      complain("ends too early");
    const std::string content = bytes.substr(begin, size);
    if (checksum(content) != integer_at(bytes, at + 14, 4))
      complain("is damaged: a checksum is wrong");
    members[bytes.substr(at + header_size, name_size)] = content;
    return begin + size;
  }



  NumpyReader::Array NumpyReader::array(const std::string &name) const
  {
    const auto found = members.find(name + ".npy");
    if (found == members.end())
      complain("holds no array '" + name + "'");
    const std::string    &bytes    = found->second;
    constexpr std::size_t preamble = 10;
    if (bytes.size() < preamble)
      complain("holds an array '" + name + "' without header");
    const std::size_t begin  = preamble + integer_at(bytes, 8, 2);
    const std::string header = bytes.substr(preamble, begin - preamble);
    Array             result;
    result.shape  = shape_in(header);
    std::size_t n = 1;
    for (const std::size_t extent : result.shape)
      n *= extent;
    if (header.find("'<f8'") == std::string::npos ||
        header.find("'fortran_order': True") == std::string::npos ||
        bytes.size() != begin + n * sizeof(double))
      complain("holds an array '" + name +
               "' that is not one of doubles in Fortran order");
    result.values.resize(n);
    for (std::size_t i = 0; i < n; ++i)
      {
        const std::uint64_t bits =
          integer_at(bytes, begin + i * sizeof(bits), sizeof(bits));
        std::memcpy(&result.values[i], &bits, sizeof(bits));
      }
    return result;
  }
} // namespace sgdfp
