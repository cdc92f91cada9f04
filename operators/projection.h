// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_PROJECTION_H
#define SGDFP_OPERATORS_PROJECTION_H

#include "models/initial_density.h"
#include "operators/generator.h"
#include "operators/trial_space.h"

namespace sgdfp
{
  /// The coefficients P of an initial law, M P = (phi_i, p_0), normalised to
  /// mass 1 in the box. The moments up to the degree of the element are those
  /// of p_0, however narrow it is: a Gaussian is integrated over pieces of its
  /// own width within 9 standard deviations.
  ///
  /// @return without ghosts; hanging nodes are left out (Generator::complete())
  /// @throws Refusal where p_0 has no mass in the box
  template <int dim>
  Vector project(const InitialDensity<dim> &initial,
                 const Discretisation<dim> &discretisation,
                 const Generator           &generator);



  /// M P = b, by GMRES to round-off from the start @p P.
  /// @throws SolverFailure
  void solve_mass(const SparseMatrix &M, Vector &P, const Vector &b);



  /// Its moments (phi_i, p_0) with the functions of the element, which sum to
  /// its mass.
  template <int dim>
  Vector initial_moments(const InitialDensity<dim> &initial,
                         const Discretisation<dim> &discretisation);



  /// The same from the moments (phi_i, p_0) themselves, which need not be
  /// normalised.
  /// @throws Refusal where their sum, the mass of p_0, is not positive
  Vector project_moments(const Vector &moments, const Generator &generator);



  /// Estimated L1 error of e^l u in its space, cell by cell: from the
  /// differences s_j = int_K e^l |u - I_j u| to the interpolants of degree
  /// j = k-1 and k-2, which fall geometrically where the mesh resolves u,
  ///
  ///     eta_K = s_{k-1} min(1, s_{k-1}/s_{k-2}).
  ///
  /// For k = 1 s_{k-2} is int_K e^l |u|. Cheap: nothing is solved.
  /// @param P without ghosts, hanging nodes left out
  /// @return by active cell, 0 on cells of other ranks
  template <int dim>
  dealii::Vector<double>
  interpolation_errors(const Discretisation<dim> &discretisation,
                       const TrialSpace<dim>     &trial_space,
                       const Vector              &P);
} // namespace sgdfp

#endif
