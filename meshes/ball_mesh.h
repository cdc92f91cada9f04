// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MESHES_BALL_MESH_H
#define SGDFP_MESHES_BALL_MESH_H

#include <deal.II/grid/tria.h>

namespace sgdfp
{
  /// A ball inside of a larger one, both around one point.
  template <int dim>
  struct NestedBalls
  {
    double             radius = 0, outer_radius = 0;
    dealii::Point<dim> centre;
  };



  /// g of make_ball_mesh(), from measurements of exit times (Getoor, relative
  /// L2 errors) and first exit rates (relative errors) of jumps from a unit
  /// ball:
  ///
  ///     line, alpha = 1, degree 3, R = 1000, 95 unknowns inside:
  ///       g = 2: 3.3e-4, 1.3e-4   g = 3: 2.7e-5, 9.3e-6   g =
  ///       4: 3.9e-6, 1.1e-6
  ///     disc, alpha = 1, degree 3, R = 100, 1273 unknowns inside:
  ///       g = 2: 1.8e-3, 5.3e-4   g = 3: 2.8e-4, 7.4e-5   g =
  ///       4: 8.1e-5, 2.2e-5
  ///
  /// 3, as with more the cells of finer meshes differ so much that the factors
  /// of the poles lose their digits (g = 5: at 191 unknowns on the line they do
  /// not exist).
  constexpr double ball_grading = 3;



  /// Degree of the mapping of the curved cells of such a mesh.
  constexpr unsigned int ball_mapping_degree = 4;



  /// A mesh of @p balls whose cells are fitted to both spheres and graded
  /// towards the inner one from both sides, as functions that vanish outside
  /// of it behave like dist^s there. With n = 2^refinement cells in a layer
  /// and t the place of a vertex in units of (subdivisions + 1) layers,
  ///
  ///     |x - c| = radius (1 - (1 - t)^g)                 t <= 1
  ///     |x - c| = radius (1 + a sinh(b (t - 1))^g)       t >= 1,
  ///
  /// so that cells grow geometrically far outside. g is ball_grading.
  ///
  /// All cells are cells of the coarse mesh, which every rank holds: halving
  /// graded cells would not give graded ones.
  template <int dim>
  void make_ball_mesh(const NestedBalls<dim>     &balls,
                      const unsigned int          subdivisions,
                      const unsigned int          refinement,
                      dealii::Triangulation<dim> &mesh);
} // namespace sgdfp

#endif
