// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_OSCILLATING_LAW_H
#define SGDFP_OPERATORS_OSCILLATING_LAW_H

#include "operators/law.h"

#include <memory>

namespace sgdfp
{
  /// The law of parameters theta = c + z, z ~ N(0, Q(c)), that oscillate about
  /// a centre c with a known law (CentralFlow):
  ///
  ///     p(theta) = int N(theta - c; 0, Q(c)) p_c(c) dc,
  ///
  /// projected in L2 on the polynomials of a uniform mesh of its own (that of c
  /// is fine where c is): (phi_i, p) = int p_c(c) E[phi_i(c + z)] dc, by
  /// rules along the eigenvectors of Q and over c whose points are denser than
  /// the mesh. What would leave the box stays on its boundary.
  template <int dim>
  class OscillatingLaw
  {
  public:
    /// Collective.
    /// @param centre in a box, no ball
    /// @param tolerance of error(), as far as @p maximum_cells allows
    OscillatingLaw(const Law<dim>    &centre,
                   const double       tolerance,
                   const unsigned int maximum_cells);

    const Law<dim> &law() const;

    /// Estimated L1 error of the convolution: the distance to that with rules
    /// of more points, and the interpolation error of the mesh.
    double error() const;

    /// Mass that was put on the boundary.
    double mass_outside() const;

    /// int tr Q p_c, the variance of the oscillation.
    double variance() const;

  private:
    struct Rule;

    /// Projects on the present mesh.
    void project(const Law<dim> &centre);

    /// (phi_i, p)
    Vector moments(const Law<dim> &centre, const Rule &rule);

    std::unique_ptr<Discretisation<dim>> discretisation;
    std::unique_ptr<const Law<dim>>      the_law;
    double the_error = 0, the_mesh_error = 0, outside = 0, mean_trace = 0;
  };
} // namespace sgdfp

#endif
