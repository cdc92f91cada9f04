// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_BASE_NUMPY_FILE_H
#define SGDFP_BASE_NUMPY_FILE_H

#include <deal.II/base/array_view.h>

#include <string>
#include <vector>

namespace sgdfp
{
  /// A .npz file: named arrays that numpy.load() reads without pickle.
  ///
  /// It is a ZIP archive with one stored (not compressed) member NAME.npy per
  /// array, each in version 1.0 of NumPy's format. Equal arrays give equal
  /// bytes: members carry no time.
  ///
  /// Sources: PKWARE's APPNOTE.TXT, 4.3; numpy.lib.format.
  class NumpyArchive
  {
  public:
    /// Adds an array of the given shape, first index fastest in @p values:
    /// NumPy's Fortran order, so that array[i, j, ..] counts as shape does.
    void add(const std::string                     &name,
             const dealii::ArrayView<const double> &values,
             const std::vector<std::size_t>        &shape);

    /// Adds a one-dimensional array of strings, each in UTF-8.
    void add_words(const std::string              &name,
                   const std::vector<std::string> &words);

    /// Adds one string (UTF-8), an array without dimensions.
    void add_text(const std::string &name, const std::string &text);

    /// @throws UserError if the file cannot be written, or would have the 4 GB
    /// at which ZIP's simple form ends.
    void write(const std::string &filename) const;

  private:
    void add_member(const std::string &name, const std::string &content);

    std::string  members;
    std::string  directory;
    unsigned int n_members = 0;
  };
} // namespace sgdfp

#endif
