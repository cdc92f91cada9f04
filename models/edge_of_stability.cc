// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/edge_of_stability.h"

#include "base/errors.h"

#include <deal.II/lac/lapack_full_matrix.h>

#include <algorithm>
#include <cmath>

namespace sgdfp
{
  using dealii::FullMatrix;
  using dealii::Point;
  using dealii::SymmetricTensor;
  using dealii::Tensor;

  namespace
  {
    // Eigenvalues that near the edge, as a share of it, may reach it in a step.
    constexpr double critical_share = 0.9;

    // Steps of gradient descent within which an eigenvalue beyond the edge is
    // brought back to it.
    constexpr double steps_of_return = 5;



    /// The positive part of a symmetric matrix.
    FullMatrix<double> positive_part(const FullMatrix<double> &X)
    {
      const unsigned int               n = X.m();
      dealii::LAPACKFullMatrix<double> matrix(n, n);
      matrix                           = X;
      const double               bound = 1 + 2 * X.frobenius_norm();
      dealii::Vector<double>     values(n);
      dealii::FullMatrix<double> vectors(n, n);
      matrix.compute_eigenvalues_symmetric(-bound, bound, 0., values, vectors);
      FullMatrix<double> result(n, n);
      for (unsigned int k = 0; k < n; ++k)
        if (values(k) > 0)
          for (unsigned int i = 0; i < n; ++i)
            for (unsigned int j = 0; j < n; ++j)
              result(i, j) += values(k) * vectors(i, k) * vectors(j, k);
      return result;
    }
  } // namespace



  std::vector<double> svec(const FullMatrix<double> &X)
  {
    std::vector<double> x;
    for (unsigned int i = 0; i < X.m(); ++i)
      for (unsigned int j = i; j < X.m(); ++j)
        x.push_back(X(i, j) * (i == j ? 1. : std::sqrt(2.)));
    return x;
  }



  FullMatrix<double> smat(const std::vector<double> &x, const unsigned int n)
  {
    FullMatrix<double> X(n, n);
    for (unsigned int i = 0, k = 0; i < n; ++i)
      for (unsigned int j = i; j < n; ++j, ++k)
        X(i, j) = X(j, i) = x[k] / (i == j ? 1. : std::sqrt(2.));
    return X;
  }



  std::vector<double> solve_complementarity(const std::vector<double> &a,
                                            const FullMatrix<double>  &B,
                                            const unsigned int         n)
  {
    const unsigned int size = a.size();
    if (n == 1)
      {
        if (a[0] >= 0)
          return {0.};
        if (!(B(0, 0) > 0))
          throw SolverFailure("an eigenvalue of the Hessian grows beyond 2/eta "
                              "and no oscillation can hold it: it does not "
                              "depend on the parameters");
        return {-a[0] / B(0, 0)};
      }
    double scale = 0;
    for (unsigned int k = 0; k < size; ++k)
      scale += B(k, k) / size;
    if (!(scale > 0))
      scale = 1;
    FullMatrix<double> inverse(B);
    for (unsigned int k = 0; k < size; ++k)
      inverse(k, k) += scale;
    inverse.gauss_jordan();
    dealii::Vector<double> x(size), right(size);
    std::vector<double>    z(size, 0.), u(size, 0.), sum(size);
    constexpr unsigned int most     = 100000;
    constexpr double       accuracy = 1e-13;
    for (unsigned int iteration = 0; iteration < most; ++iteration)
      {
        for (unsigned int k = 0; k < size; ++k)
          right(k) = scale * (z[k] - u[k]) - a[k];
        inverse.vmult(x, right);
        for (unsigned int k = 0; k < size; ++k)
          sum[k] = x(k) + u[k];
        const std::vector<double> next   = svec(positive_part(smat(sum, n)));
        double                    change = 0, gap = 0, length = 0;
        for (unsigned int k = 0; k < size; ++k)
          {
            change = std::max(change, std::abs(next[k] - z[k]));
            gap    = std::max(gap, std::abs(x(k) - next[k]));
            length = std::max({length, std::abs(next[k]), std::abs(u[k])});
            u[k] += x(k) - next[k];
          }
        z = next;
        if (std::max(change, gap) <= accuracy * length)
          return z;
      }
    throw SolverFailure("the complementarity problem of the central flow was "
                        "not solved: no oscillation holds the eigenvalues of "
                        "the Hessian at 2/eta");
  }



  template <int dim>
  EdgeOfStability<dim>::EdgeOfStability(const Loss<dim> &loss,
                                        const double     learning_rate)
    : edge(2 / learning_rate)
    , return_time(steps_of_return * learning_rate)
  {
    const auto polynomials = loss.descent_polynomials();
    if (polynomials.empty() || !loss.is_gradient_flow())
      throw EntryError("Trajectories/starts",
                       "(the central flow)",
                       "needs a loss whose gradient is a polynomial in the "
                       "parameters",
                       "Use Loss/type = quadratic, a polynomial expression or "
                       "a deep linear network with structure = full or "
                       "diagonal.");
    for (unsigned int i = 0; i < dim; ++i)
      {
        slope[i] = polynomials[i];
        for (unsigned int j = 0; j < dim; ++j)
          {
            hessian[i][j] = polynomials[i].derivative(j);
            for (unsigned int l = 0; l < dim; ++l)
              third[l][i][j] = hessian[i][j].derivative(l);
          }
      }
  }



  template <int dim>
  typename EdgeOfStability<dim>::Rate
  EdgeOfStability<dim>::rate(const Point<dim> &theta, const double dt) const
  {
    Rate                    result;
    Tensor<1, dim>          g;
    SymmetricTensor<2, dim> H;
    for (unsigned int i = 0; i < dim; ++i)
      {
        g[i] = slope[i](theta);
        for (unsigned int j = i; j < dim; ++j)
          H[i][j] = hessian[i][j](theta);
      }
    result.velocity = -g;
    // (the default method fails for off-diagonal entries next to underflow)
    const auto pairs =
      dealii::eigenvectors(H, dealii::SymmetricTensorEigenvectorMethod::jacobi);
    unsigned int n = 0;
    while (n < dim && pairs[n].first >= critical_share * edge)
      ++n;
    if (n == 0)
      return result;

    // d_l H in the basis of the critical eigenvectors
    std::array<FullMatrix<double>, dim> dH;
    for (unsigned int l = 0; l < dim; ++l)
      {
        dH[l].reinit(n, n);
        for (unsigned int i = 0; i < dim; ++i)
          for (unsigned int j = 0; j < dim; ++j)
            {
              const double value = third[l][i][j](theta);
              for (unsigned int p = 0; p < n; ++p)
                for (unsigned int q = 0; q < n; ++q)
                  dH[l](p, q) +=
                    pairs[p].second[i] * value * pairs[q].second[j];
            }
      }
    FullMatrix<double> a(n, n);
    for (unsigned int p = 0; p < n; ++p)
      {
        const double distance = edge - pairs[p].first;
        a(p, p) = distance / (distance > 0 ? dt : std::max(dt, return_time));
        for (unsigned int q = 0; q < n; ++q)
          for (unsigned int l = 0; l < dim; ++l)
            a(p, q) += dH[l](p, q) * g[l];
      }
    const unsigned int                   size = n * (n + 1) / 2;
    FullMatrix<double>                   B(size, size);
    std::array<std::vector<double>, dim> rows;
    for (unsigned int l = 0; l < dim; ++l)
      {
        rows[l] = svec(dH[l]);
        for (unsigned int p = 0; p < size; ++p)
          for (unsigned int q = 0; q < size; ++q)
            B(p, q) += 0.5 * rows[l][p] * rows[l][q];
      }
    const auto y = solve_complementarity(svec(a), B, n);
    for (unsigned int l = 0; l < dim; ++l)
      for (unsigned int p = 0; p < size; ++p)
        result.velocity[l] -= 0.5 * rows[l][p] * y[p];
    const FullMatrix<double> Y = smat(y, n);
    for (unsigned int i = 0; i < dim; ++i)
      for (unsigned int j = i; j < dim; ++j)
        for (unsigned int p = 0; p < n; ++p)
          for (unsigned int q = 0; q < n; ++q)
            result.oscillation[i][j] +=
              pairs[p].second[i] * Y(p, q) * pairs[q].second[j];
    return result;
  }



  template class EdgeOfStability<1>;
  template class EdgeOfStability<2>;
  template class EdgeOfStability<3>;
} // namespace sgdfp
