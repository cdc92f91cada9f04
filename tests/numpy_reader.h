// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_TESTS_NUMPY_READER_H
#define SGDFP_TESTS_NUMPY_READER_H

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

/// An array of a .npz file: its header (a Python dictionary) and its bytes.
struct NumpyArray
{
  std::vector<double> numbers() const
  {
    std::vector<double> result(data.size() / sizeof(double));
    std::memcpy(result.data(), data.data(), data.size());
    return result;
  }

  std::string header, data;
};



/// An unsigned integer of n bytes, lowest first.
inline std::uint32_t
number_at(const std::string &bytes, const std::size_t at, const unsigned int n)
{
  std::uint32_t value = 0;
  for (unsigned int i = n; i-- > 0;)
    value = 256 * value + static_cast<unsigned char>(bytes.at(at + i));
  return value;
}



/// The CRC-32 of ZIP, bit by bit: polynomial 0xedb88320, reflected.
inline std::uint32_t crc_32(const std::string &bytes)
{
  std::uint32_t crc = 0xffffffff;
  for (const unsigned char byte : bytes)
    {
      crc ^= byte;
      for (unsigned int bit = 0; bit < 8; ++bit)
        crc = (crc >> 1) ^ (crc % 2 ? 0xedb88320 : 0);
    }
  return ~crc;
}



/// The arrays of a .npz file, found as a reader of ZIP files does: from its
/// end, over its directory. Expects every size, offset and checksum to agree.
inline std::map<std::string, NumpyArray> read_npz(const std::string &file)
{
  std::map<std::string, NumpyArray> arrays;
  const std::size_t                 end = file.size() - 22;
  EXPECT_EQ(file.substr(end, 4), "PK\x05\x06");
  const unsigned int n_members = number_at(file, end + 10, 2);
  std::size_t        entry     = number_at(file, end + 16, 4);
  EXPECT_EQ(entry + number_at(file, end + 12, 4), end);
  for (unsigned int i = 0; i < n_members; ++i)
    {
      EXPECT_EQ(file.substr(entry, 4), "PK\x01\x02");
      const std::size_t name_size = number_at(file, entry + 28, 2);
      const std::string name      = file.substr(entry + 46, name_size);
      const std::size_t size      = number_at(file, entry + 24, 4);
      const std::size_t member    = number_at(file, entry + 42, 4);
      EXPECT_EQ(file.substr(member, 4), "PK\x03\x04") << name;
      // The member's own header repeats 26 bytes of the directory.
      EXPECT_EQ(file.substr(member + 4, 26), file.substr(entry + 6, 26))
        << name;
      EXPECT_EQ(number_at(file, entry + 10, 2), 0u) << name << " is stored";
      EXPECT_EQ(number_at(file, entry + 20, 4), size) << name;
      EXPECT_EQ(file.substr(member + 30, name_size), name);
      const std::string content = file.substr(member + 30 + name_size, size);
      EXPECT_EQ(content.size(), size) << name;
      EXPECT_EQ(number_at(file, entry + 16, 4), crc_32(content)) << name;

      EXPECT_EQ(content.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
      const std::size_t header_size = number_at(content, 8, 2);
      EXPECT_EQ((10 + header_size) % 64, 0u) << name;
      arrays[name] = {content.substr(10, header_size),
                      content.substr(10 + header_size)};
      entry += 46 + name_size;
    }
  EXPECT_EQ(entry, end);
  return arrays;
}

#endif
