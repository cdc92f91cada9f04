// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_CLOSED_CURRENT_H
#define SGDFP_POSTPROCESS_CLOSED_CURRENT_H

#include "postprocess/potential.h"

#include <string>

namespace sgdfp
{
  /// The closed current at one point.
  template <int dim>
  struct LocalClosedCurrent
  {
    /// 2-D: the stream function Psi; 3-D: the vector potential. In units of
    /// probability per unit t (3-D: per length).
    std::array<double, n_potentials<dim>> potential{};

    /// J*
    dealii::Tensor<1, dim> current;

    /// [i][j] = d_i J*_j; only with second derivatives
    dealii::Tensor<2, dim> gradient;

    /// [i][j] = d_i (J*/p)_j for the density p = @p law at the same point
    dealii::Tensor<2, dim> velocity_gradient(const LocalLaw<dim> &law) const;
  };



  /// A current without sources that passes no boundary, as near to the current
  /// J_h of a law as can be:
  ///
  ///     2-D: J* = curl Psi = (d_2 Psi, -d_1 Psi),  Psi = e^l psi,
  ///          psi in Q_{k+1},  psi = 0 on the boundary of the box,
  ///     3-D: J* = curl(e^l A),  A in [Q_k]^3,  n x A = 0 on the boundary,
  ///
  /// with l the log reference density of the law, so that
  ///
  ///     F = int e^{-l} |J* - J_h|^2   (3-D: + int e^l |div A|^2, the gauge)
  ///
  /// is least [numerics.md, 1]. Where the current goes round a hole of the
  /// law Psi is not small there though e^l is: if F is not small, 2-D, Psi =
  /// e^l psi + eta, eta in Q_{k+1}, is tried (Potential), and what has the
  /// smaller F is kept. div J* = 0 holds
  /// at every point and J* . n is continuous and 0 on the boundary, whatever
  /// the accuracy of the solve. The gauge is the one that makes the operator a
  /// Laplacian of each component (the Witten Laplacian of e^l).
  ///
  /// In 2-D Psi is the stream function: the probability that passes between
  /// two points per unit t is the difference of its values; around a maximum
  /// the current turns counter-clockwise. Where no current enters or leaves,
  /// a one-dimensional one vanishes: J* = 0.
  template <int dim>
  class ClosedCurrent
  {
  public:
    /// 1 in 2-D, 3 in 3-D
    static constexpr unsigned int n_components = n_potentials<dim>;

    /// Most unknowns in 3-D, where each takes about 5 kB of memory.
    static constexpr unsigned int default_limit = 1000000;

    /// Keeps a reference to @p law. Collective. Where the current cannot be
    /// computed, why_missing() says so.
    explicit ClosedCurrent(const Law<dim>    &law,
                           const unsigned int limit_3d = default_limit);

    /// Without a closed current: that of a law on its way has a divergence.
    ClosedCurrent(const Law<dim> &law, const std::string &why_missing);

    /// Why there is none (too many unknowns, the solver failed), or "".
    const std::string &why_missing() const;

    /// Law and closed current at the points of a rule of the unit cell, cell by
    /// cell.
    class Values
    {
    public:
      /// @param second_derivatives also gradients of the currents
      /// @param flags what else fe_values() is to know
      Values(const ClosedCurrent           &closed,
             const dealii::Quadrature<dim> &rule,
             const bool                     second_derivatives,
             const dealii::UpdateFlags      flags = dealii::update_default);

      /// @param cell owned or ghost cell of the law
      void reinit(const typename Law<dim>::Cell &cell);

      const dealii::FEValues<dim> &fe_values() const;

      const std::vector<LocalLaw<dim>> &law() const;

      /// Zero if why_missing().
      const std::vector<LocalClosedCurrent<dim>> &current() const;

    private:
      void evaluate();

      const ClosedCurrent                 &closed;
      const bool                           second_derivatives;
      dealii::FEValues<dim>                law_fe_values, potential_fe_values;
      std::vector<LocalLaw<dim>>           laws;
      std::vector<LocalClosedCurrent<dim>> currents;
      std::vector<double>                  value;
      std::vector<dealii::Tensor<1, dim>>  gradient;
      std::vector<dealii::Tensor<2, dim>>  hessian;
    };

    /// 2-D: Psi at the nodes of the space, without ghosts.
    Vector nodal_stream_function() const;

    const Law<dim> &law;

    /// The space of psi and of the components of A.
    const Discretisation<dim> &space() const;

    /// Of the linear solver; 1 for the direct one
    unsigned int n_iterations() const;

  private:
    void find_nodal_log();

    /// Solves, with both references if need be.
    void find_potential();

    Discretisation<dim> the_space;
    std::string         reason;
    unsigned int        iterations = 0;
    /// l at the nodes, with ghosts
    Vector log_at_nodes;
    /// Potential::components
    std::vector<Vector> polynomials;
  };
} // namespace sgdfp

#endif
