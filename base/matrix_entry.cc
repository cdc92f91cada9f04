// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/matrix_entry.h"

#include "base/errors.h"
#include "base/text.h"

#include <deal.II/lac/lapack_full_matrix.h>

#include <algorithm>
#include <cmath>

namespace sgdfp
{
  using dealii::FullMatrix;

  std::string to_text(const MatrixRows &rows)
  {
    std::string result;
    for (std::size_t i = 0; i < rows.size(); ++i)
      for (std::size_t j = 0; j < rows[i].size(); ++j)
        result += (j > 0 ? ", " : (i > 0 ? "; " : "")) + to_text(rows[i][j]);
    return result;
  }



  FullMatrix<double> to_matrix(const MatrixRows &rows)
  {
    FullMatrix<double> result(rows.size(), rows[0].size());
    for (unsigned int i = 0; i < result.m(); ++i)
      for (unsigned int j = 0; j < result.n(); ++j)
        result(i, j) = rows[i][j];
    return result;
  }



  namespace
  {
    /// More than the modulus of every eigenvalue.
    /// @throws UserError where entries are not finite, which LAPACK does not
    /// survive
    double bound_of_eigenvalues(const FullMatrix<double> &matrix)
    {
      const double bound = 2 * matrix.l1_norm() + 1;
      // A maximum of sums leaves NaN out.
      bool is_finite = std::isfinite(bound);
      for (unsigned int i = 0; i < matrix.m(); ++i)
        for (unsigned int j = 0; j < matrix.n(); ++j)
          is_finite = is_finite && std::isfinite(matrix(i, j));
      if (!is_finite)
        throw UserError("A matrix overflows: the numbers of the data, the "
                        "teacher, the input covariance, the label noise or "
                        "the diffusion are too large. Scale them.");
      return bound;
    }
  } // namespace



  FullMatrix<double> square_root(const FullMatrix<double> &matrix)
  {
    const unsigned int               n = matrix.m();
    dealii::LAPACKFullMatrix<double> work(n, n);
    work = matrix;
    dealii::Vector<double> values(n);
    FullMatrix<double>     vectors(n, n);
    const double           bound = bound_of_eigenvalues(matrix);
    work.compute_eigenvalues_symmetric(-bound, bound, 0., values, vectors);
    for (unsigned int i = 0; i < n; ++i)
      for (unsigned int j = 0; j < n; ++j)
        vectors(i, j) *= std::sqrt(std::max(0., values(j)));
    return vectors;
  }



  double smallest_eigenvalue(const FullMatrix<double> &matrix)
  {
    dealii::LAPACKFullMatrix<double> work(matrix.m(), matrix.n());
    work                         = matrix;
    const double           bound = bound_of_eigenvalues(matrix);
    dealii::Vector<double> values;
    FullMatrix<double>     vectors;
    work.compute_eigenvalues_symmetric(-bound, bound, 0., values, vectors);
    return values(0);
  }



  void check_matrix(const std::string &entry,
                    const MatrixRows  &rows,
                    const unsigned int n_rows,
                    const unsigned int n_columns)
  {
    bool fits = rows.size() == n_rows;
    for (const auto &row : rows)
      fits = fits && row.size() == n_columns;
    if (!fits)
      throw EntryError(entry,
                       to_text(rows),
                       "must be a " + std::to_string(n_rows) + " x " +
                         std::to_string(n_columns) + " matrix",
                       "Separate entries by commas and rows by semicolons.");
  }



  void check_symmetric(const std::string &entry, const MatrixRows &rows)
  {
    for (std::size_t i = 0; i < rows.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (rows[i][j] != rows[j][i])
          throw EntryError(
            entry,
            to_text(rows),
            "must be symmetric, and its entries (" + std::to_string(j + 1) +
              "," + std::to_string(i + 1) + ") = " + to_text(rows[j][i]) +
              " and (" + std::to_string(i + 1) + "," + std::to_string(j + 1) +
              ") = " + to_text(rows[i][j]) + " differ",
            "Give both the same value.");
  }



  void check_positive_semidefinite(const std::string &entry,
                                   const MatrixRows  &rows)
  {
    const double least = smallest_eigenvalue(to_matrix(rows));
    // Round-off of a rank-deficient matrix typed with 15 digits.
    constexpr double tolerance = 1e-14;
    if (least < -tolerance * to_matrix(rows).linfty_norm())
      throw EntryError(entry,
                       to_text(rows),
                       "must not have negative eigenvalues (the smallest is " +
                         to_text(least) + ")",
                       "A covariance or a diffusion is positive "
                       "semidefinite: make the off-diagonal entries smaller "
                       "or the diagonal larger.");
  }



} // namespace sgdfp
