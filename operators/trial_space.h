// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_TRIAL_SPACE_H
#define SGDFP_OPERATORS_TRIAL_SPACE_H

#include "meshes/discretisation.h"
#include "models/dynamics.h"

#include <deal.II/base/quadrature_lib.h>
#include <deal.II/fe/fe_values.h>

namespace sgdfp
{
  /// The exponential trial space
  ///
  ///     p_h(x) = sum_i P_i exp(l(x) - l(x_i)) phi_i(x) = e^{l(x)} u(x),
  ///
  /// P_i the nodal densities, phi_i the Q_k basis, l the log of a reference
  /// density: 0 (polynomials), -L/T at every point (exact for D = T I: the
  /// Gibbs density is in the space and carries no current), or the Q_k
  /// interpolant of the log of a previous solution [numerics.md, 1].
  /// l is at most 0 at the nodes, so that nothing overflows.
  template <int dim>
  class TrialSpace
  {
  public:
    explicit TrialSpace(const Discretisation<dim> &discretisation);

    /// l = 0
    void use_polynomials();

    /// l = log(e^{-x} + e^{-40}), x = (L - min L)/T: Gibbs, levelled off where
    /// it is e^-40 of its maximum, or e^-cap. Keeps a reference to @p loss.
    void use_gibbs(const Loss<dim> &loss,
                   const double     temperature,
                   const double     cap = 40);

    /// l = int (b - (1-a) div D)/D, the log of the law itself: in one dimension
    /// every law in a box without flux is in detailed balance. Levelled off at
    /// e^-600 of its maximum. Keeps a reference to @p dynamics.
    /// @return false, and l = 0, in more than one dimension and where D is not
    /// positive
    bool use_potential(const Dynamics<dim> &dynamics);

    /// l = interpolant of log((P + sqrt(P^2 + 4 f^2))/2), which is log P where
    /// P is well above the floor f and finite everywhere;
    /// f = floor_factor * max(-min P, 1e-12 max P).
    /// @param density nodal values P, without ghosts
    void use_log_of(const Vector &density, const double floor_factor);

    /// l = interpolant of given nodal values, shifted to a maximum of 0, such
    /// as those of a coarser mesh carried over.
    /// @param log_values without ghosts
    void use_nodal(const Vector &log_values);

    /// The same l as @p other on the same mesh, with an element of at least its
    /// degree: a Q_k interpolant stays the function it is.
    void use_same_as(const TrialSpace &other);

    /// l_i at the nodes, with ghosts
    const Vector &nodal_log() const;

    /// True for l = -L/T.
    bool is_gibbs() const;

    /// True where e^l is the law: l = -L/T or the potential.
    bool is_exact() const;

    /// l with derivatives at the points of one cell.
    struct Values
    {
      std::vector<double>                 value;
      std::vector<dealii::Tensor<1, dim>> gradient;
      std::vector<dealii::Tensor<2, dim>> hessian;
    };

    /// Evaluates l at the points of @p fe_values (any FEValues-like object):
    /// value and gradient, with @p hessians also second derivatives.
    void evaluate(const dealii::FEValuesBase<dim> &fe_values,
                  const bool                       hessians,
                  Values                          &values) const;

    /// exp(-l_i): turns nodal densities into the coefficients u_i.
    Vector inverse_weights() const;

  private:
    void set_nodal(Vector &log_values);

    /// l, grad l, Hess l of the levelled Gibbs density at one point.
    void gibbs_at(const dealii::Point<dim> &theta,
                  double                   &value,
                  dealii::Tensor<1, dim>   &gradient,
                  dealii::Tensor<2, dim>   &hessian) const;

    /// l, l', l'' of the potential at @p theta of @p cell
    void
    potential_at(const typename dealii::Triangulation<dim>::cell_iterator &cell,
                 const dealii::Point<dim> &theta,
                 double                   &value,
                 dealii::Tensor<1, dim>   &gradient,
                 dealii::Tensor<2, dim>   &hessian) const;

    /// int (b - (1-a) div D)/D from @p x to @p y; NaN where D is not positive
    double potential_difference(const double x, const double y) const;

    const Discretisation<dim> &discretisation;
    /// Of the potential; another one for another degree, so that laws of two
    /// degrees differ by its error
    const dealii::QGauss<1> potential_rule;
    const Dynamics<dim>    *potential_of = nullptr;
    /// By active cell: the potential in the middle of its chart interval
    std::vector<double> potential_in_middle;
    const Loss<dim>    *gibbs_loss  = nullptr;
    double              temperature = 0;
    double              gibbs_cap   = 0;

    double minimum_loss = 0;
    Vector log_at_nodes;
  };
} // namespace sgdfp

#endif
