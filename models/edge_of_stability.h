// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_EDGE_OF_STABILITY_H
#define SGDFP_MODELS_EDGE_OF_STABILITY_H

#include "models/loss.h"
#include "models/polynomial_jet.h"

#include <array>

namespace sgdfp
{
  /// The deterministic central flow: gradient descent at the edge of stability
  /// without its oscillation,
  ///
  ///     d theta/dt = -grad L - 1/2 grad_theta tr(X H(theta)),
  ///
  /// X >= 0 the covariance of the oscillation, which lives on the eigenvectors
  /// whose eigenvalues are at 2/eta (the columns of U, one or more of them) and
  /// keeps them from growing beyond:  X = U Y U^T with
  ///
  ///     Y >= 0,   R = a + B[Y] >= 0,   tr(Y R) = 0,
  ///     a = U^T (2/eta - H) U/dt + U^T (grad H . grad L) U,
  ///     B[Y] = 1/2 U^T (grad H . grad tr(X H)) U,
  ///
  /// R the rate at which 2/eta - U^T H U grows, from what it is now: a
  /// semidefinite complementarity problem at every step, convex, of at most
  /// three eigenvectors.
  ///
  /// Beyond the edge (an eigenvalue above 2/eta) it is made to return within a
  /// few steps: the flow has no meaning there.
  ///
  /// Source: numerics.md, 6; Cohen, Damian, Talwalkar, Kolter, Lee,
  /// Understanding optimization in deep learning with central flows (2025), 4.
  template <int dim>
  class EdgeOfStability
  {
  public:
    /// @throws EntryError for Trajectories/starts where grad L is no polynomial
    EdgeOfStability(const Loss<dim> &loss, const double learning_rate);

    struct Rate
    {
      /// d theta/dt
      dealii::Tensor<1, dim> velocity;
      /// X
      dealii::SymmetricTensor<2, dim> oscillation;
    };

    /// For a step of @p dt.
    Rate rate(const dealii::Point<dim> &theta, const double dt) const;

  private:
    const double                           edge; ///< 2/eta
    const double                           return_time;
    std::array<Polynomial<dim>, dim>       slope;
    PolynomialMatrix<dim>                  hessian;
    std::array<PolynomialMatrix<dim>, dim> third; ///< [l]: d_l H
  };



  /// X >= 0 with a + B[X] >= 0, tr(X (a + B[X])) = 0 for symmetric n x n
  /// matrices (n <= 3) in the coordinates of svec(), B symmetric and positive
  /// semidefinite: the least of 1/2 tr(X B[X]) + tr(a X) over X >= 0, by the
  /// alternating direction method of multipliers.
  ///
  /// @param B n(n+1)/2 rows and columns
  /// @throws SolverFailure where there is no such X
  std::vector<double> solve_complementarity(const std::vector<double>        &a,
                                            const dealii::FullMatrix<double> &B,
                                            const unsigned int n);



  /// The entries of a symmetric matrix with those off the diagonal times
  /// sqrt(2), so that tr(X Y) = svec(X) . svec(Y).
  std::vector<double> svec(const dealii::FullMatrix<double> &X);

  /// The matrix.
  dealii::FullMatrix<double> smat(const std::vector<double> &x,
                                  const unsigned int         n);
} // namespace sgdfp

#endif
