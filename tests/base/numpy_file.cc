// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/numpy_file.h"

#include "base/errors.h"
#include "base/numpy_reader.h"
#include "tests/numpy_reader.h"
#include "tests/temporary_file.h"

#include <gtest/gtest.h>

#include <sstream>

using namespace sgdfp;

namespace
{
  std::string written(const NumpyArchive &archive)
  {
    const TemporaryFile file("");
    archive.write(file.name);
    std::ifstream     in(file.name, std::ios::binary);
    std::stringstream bytes;
    bytes << in.rdbuf();
    return bytes.str();
  }



  /// The code points of UTF-32, lowest byte first.
  std::vector<std::uint32_t> code_points(const std::string &bytes)
  {
    std::vector<std::uint32_t> result;
    for (std::size_t i = 0; i < bytes.size(); i += 4)
      result.push_back(number_at(bytes, i, 4));
    return result;
  }
} // namespace



TEST(NumpyReader, ChecksumIsThatOfTheStandardTestString)
{
  EXPECT_EQ(crc_32("123456789"), 0xcbf43926u);
}



TEST(NumpyArchive, KeepsNumbersAndShapeFirstIndexFastest)
{
  const std::vector<double> matrix = {0.1, -2., 3e300, 4., 5., 6.};
  NumpyArchive              archive;
  archive.add("matrix", matrix, {2, 3});
  archive.add("vector", {matrix.data() + 1, 4}, {4});
  const auto arrays = read_npz(written(archive));
  ASSERT_EQ(arrays.size(), 2u);
  const NumpyArray &array = arrays.at("matrix.npy");
  EXPECT_EQ(array.header.substr(0, array.header.find('}')),
            "{'descr': '<f8', 'fortran_order': True, 'shape': (2,3,), ");
  EXPECT_EQ(array.numbers(), matrix);
  EXPECT_NE(arrays.at("vector.npy").header.find("(4,)"), std::string::npos);
  EXPECT_EQ(arrays.at("vector.npy").numbers(),
            std::vector<double>(matrix.begin() + 1, matrix.begin() + 5));
}



TEST(NumpyArchive, WritesStringsAsUtf32AsWideAsTheLongest)
{
  NumpyArchive archive;
  archive.add_words("words", {"u", "\u03b8\U0001d7d9", "\xff"});
  archive.add_text("text", "ab");
  const auto        arrays = read_npz(written(archive));
  const NumpyArray &words  = arrays.at("words.npy");
  EXPECT_NE(words.header.find("'<U2'"), std::string::npos);
  EXPECT_NE(words.header.find("(3,)"), std::string::npos);
  // What is no UTF-8 leaves an empty word.
  EXPECT_EQ(code_points(words.data),
            (std::vector<std::uint32_t>{'u', 0, 0x3b8, 0x1d7d9, 0, 0}));
  const NumpyArray &text = arrays.at("text.npy");
  EXPECT_NE(text.header.find("'shape': ()"), std::string::npos);
  EXPECT_EQ(code_points(text.data), (std::vector<std::uint32_t>{'a', 'b'}));
}



TEST(NumpyArchive, AnEmptyOneIsStillAZipFile)
{
  EXPECT_TRUE(read_npz(written(NumpyArchive())).empty());
}



TEST(NumpyArchive, SaysThatItCannotBeWritten)
{
  EXPECT_THROW(NumpyArchive().write("/no/such/folder/grid.npz"), UserError);
}



TEST(NumpyReader, ReadsWhatTheArchiveWritesAndNothingDamaged)
{
  const std::vector<double> matrix = {0.1, -2., 3e300, 4., 5., 6.};
  NumpyArchive              archive;
  archive.add("matrix", matrix, {2, 3});
  archive.add_text("notes", "text");
  const std::string   bytes = written(archive);
  const TemporaryFile good(bytes);
  const NumpyReader   reader(MPI_COMM_SELF, good.name);
  EXPECT_EQ(reader.array("matrix").values, matrix);
  EXPECT_EQ(reader.array("matrix").shape, (std::vector<std::size_t>{2, 3}));
  EXPECT_THROW(reader.array("other"), UserError);
  EXPECT_THROW(reader.array("notes"), UserError);

  std::string damaged = bytes;
  ++damaged[150];
  for (const std::string &bad :
       {damaged, bytes.substr(0, 150), bytes.substr(0, 20), std::string("no")})
    {
      const TemporaryFile file(bad);
      EXPECT_THROW(NumpyReader(MPI_COMM_SELF, file.name), UserError);
    }
  EXPECT_THROW(NumpyReader(MPI_COMM_SELF, "no/such/file"), UserError);
}
