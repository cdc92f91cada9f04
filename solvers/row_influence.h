// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_ROW_INFLUENCE_H
#define SGDFP_SOLVERS_ROW_INFLUENCE_H

#include "models/network.h"
#include "postprocess/observables.h"
#include "solvers/case.h"

namespace sgdfp
{
  /// @throws EntryError where a case has no rows, or dynamics that RowInfluence
  /// does not know
  void check_row_influence(const Case &a_case);



  /// Which rows of the data push the stationary law where: the derivatives of
  /// the means of observables o by the weights w_i of the rows, by one adjoint
  /// solve for each observable,
  ///
  ///     d E[o]/d w_i = int grad phi . delta J_i,    A^T phi = E[o] - o,
  ///     delta J_i = (delta b_i - (1-a) div delta D_i) p - delta D_i grad p.
  ///
  /// Row i is drawn with probability w_i/W, W = sum w. With its gradient
  /// g_i = sum_q G_q(theta) m_iq, linear in the monomials m_i of DataMoments,
  /// d = m_i - E m and z = sum_q G_q d_q (weight decay is in no row),
  ///
  ///     delta b_i = -z/W,   delta D_i = f (z z^T - C)/W,   f = eta/2B,
  ///
  /// so that all rows follow from integrals over the law whose number does not
  /// depend on that of the rows. o itself is held; but train_loss is the mean
  /// over the rows, and has the part E[l_i] - E[train_loss] besides.
  ///
  /// Exact for the discrete equation where its trial space is held, and
  /// converges with it. Needs as much memory as the direct stationary solve.
  ///
  /// Source: adjoint sensitivity of an invariant law; for a point estimate it
  /// is the influence function of Koh and Liang (2017).
  template <int dim>
  class RowInfluence
  {
  public:
    /// Reads the rows. Collective.
    RowInfluence(const Law<dim>         &law,
                 const Case             &a_case,
                 const Observables<dim> &observables);

    /// influence.csv: row, weight, x1.., y1.., and a column for each
    /// observable. Rank 0 writes.
    /// @throws UserError on every rank if it cannot be written
    void write(const std::string &folder, const MPI_Comm communicator) const;

    /// influence/<observable>: the rows of the smallest and the largest
    /// derivative, and sum_i w_i d E[o]/d w_i, which is zero.
    void report(Summary &summary) const;

    /// [observable][row]
    std::vector<std::vector<double>> derivatives;

  private:
    using Cell = typename Law<dim>::Cell;

    /// G_q: value, [i][j] = d_j G_qi
    struct Slope
    {
      dealii::Tensor<1, dim> value;
      dealii::Tensor<2, dim> gradient;
    };

    /// The polynomials of G.
    void prepare_slopes();

    std::vector<Slope> slopes_at(const dealii::Point<dim> &theta) const;

    /// phi for each observable, with hanging nodes, with ghosts.
    std::vector<Vector> solve_adjoint(const Case &a_case) const;

    /// What all rows follow from: int grad phi . delta J = linear . d +
    /// d^T quadratic d - tr(quadratic Cov m).
    struct Sums
    {
      std::vector<double> linear, quadratic;
    };

    std::vector<Sums> integrate(const std::vector<Vector> &adjoint) const;

    /// E[1/2 |f(x_i) - y_i|^2] of each row
    std::vector<double> mean_losses() const;

    void combine(const std::vector<Sums> &sums);

    const Law<dim>         &law;
    const Observables<dim> &observables;
    const Network<dim>     &network;
    const DataRows          rows;
    const double            noise_factor; ///< f; 0 where D is not of the rows
    const double            calculus;     ///< a
    const unsigned int      n_monomials;
    std::vector<std::array<Polynomial<dim>, dim>>                  slopes;
    std::vector<std::array<std::array<Polynomial<dim>, dim>, dim>> gradients;
  };
} // namespace sgdfp

#endif
