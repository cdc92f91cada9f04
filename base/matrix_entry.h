// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_BASE_MATRIX_ENTRY_H
#define SGDFP_BASE_MATRIX_ENTRY_H

#include <deal.II/lac/full_matrix.h>

#include <string>
#include <vector>

namespace sgdfp
{
  /// A matrix as a case file gives it: rows of numbers.
  using MatrixRows = std::vector<std::vector<double>>;

  /// "1, 0; 0, 3"
  std::string to_text(const MatrixRows &rows);

  dealii::FullMatrix<double> to_matrix(const MatrixRows &rows);

  /// F with F F^T = @p matrix, symmetric positive semidefinite, by its
  /// eigenvectors: a Cholesky factor need not exist.
  /// @throws UserError where it is not finite
  dealii::FullMatrix<double>
  square_root(const dealii::FullMatrix<double> &matrix);

  /// Smallest eigenvalue of a symmetric matrix.
  double smallest_eigenvalue(const dealii::FullMatrix<double> &matrix);

  /// @throws EntryError unless @p rows is n_rows x n_columns.
  void check_matrix(const std::string &entry,
                    const MatrixRows  &rows,
                    const unsigned int n_rows,
                    const unsigned int n_columns);

  /// @throws EntryError unless @p rows is symmetric, to the last digit.
  void check_symmetric(const std::string &entry, const MatrixRows &rows);

  /// @throws EntryError if @p rows (symmetric) has a negative eigenvalue.
  void check_positive_semidefinite(const std::string &entry,
                                   const MatrixRows  &rows);
} // namespace sgdfp

#endif
