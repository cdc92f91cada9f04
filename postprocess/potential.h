// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_POTENTIAL_H
#define SGDFP_POSTPROCESS_POTENTIAL_H

#include "operators/law.h"

namespace sgdfp
{
  /// Components of the potential of a current: none in 1-D, 1 (the stream
  /// function) in 2-D, 3 in 3-D.
  template <int dim>
  constexpr unsigned int n_potentials = dim *(dim - 1) / 2;



  /// curl of a potential whose component @p c alone is not zero and has the
  /// given gradient: (d_2, -d_1) in 2-D, gradient x e_c in 3-D.
  template <int dim>
  dealii::Tensor<1, dim> curl_of(const dealii::Tensor<1, dim> &gradient,
                                 const unsigned int            c);



  /// The exponents at a point of  int e^{-w} |curl(e^m psi) - J_h|^2:  m = w =
  /// l, the log reference density of the law. Where the law has a hole, w =
  /// log(e^l + e^-25), so that round-off times the largest weight stays small.
  template <int dim>
  struct PotentialReference
  {
    PotentialReference(const LocalLaw<dim> &law, const bool has_hole);

    double                 m, w;
    dealii::Tensor<1, dim> grad_m, grad_w;
  };



  /// The coefficients of psi (of every component of A) that make
  ///
  ///     F = int e^{-w} |curl(e^m psi) - J_h|^2
  ///         (3-D: + int e^w |div(e^{m-w} A)|^2, the gauge)
  ///
  /// least among the functions that vanish on the boundary (whose tangential
  /// components do): one symmetric positive definite solve for unknowns scaled
  /// such that every entry of the matrix is of order one however small e^l is.
  ///
  /// Round a hole of the law, where e^l is small but the potential is not,
  /// e^l psi cannot be right: there the potential is e^m psi + eta, eta in the
  /// same space as psi.
  template <int dim>
  struct Potential
  {
    /// @param space of psi and of every component; on the mesh of the law
    /// @param log_at_nodes l at its nodes, with ghosts
    /// @throws SolverFailure
    Potential(const Law<dim>            &law,
              const Discretisation<dim> &space,
              const Vector              &log_at_nodes,
              const bool                 has_hole);

    /// F and int e^{-w} |J_h|^2
    double misfit, square;

    /// int |J_h| over int |(b - (1-a) div D) p|, of which it is what D grad p
    /// leaves
    double relative_size;

    unsigned int iterations;

    /// All components of psi, with a hole followed by those of eta; with ghosts
    std::vector<Vector> components;
  };
} // namespace sgdfp

#endif
