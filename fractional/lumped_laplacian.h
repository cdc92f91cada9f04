// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_FRACTIONAL_LUMPED_LAPLACIAN_H
#define SGDFP_FRACTIONAL_LUMPED_LAPLACIAN_H

#include "meshes/discretisation.h"

namespace sgdfp
{
  /// The Laplacian without flux through the boundary, lumped: mass M (diagonal)
  /// and stiffness K by the Gauss-Lobatto rule whose points are the nodes,
  ///
  ///     M_ii = sum_q w_q phi_i(q),   K_ij = sum_q w_q grad phi_i . grad phi_j,
  ///
  /// so that G = M^-1 K is a matrix with the eigenvalues 0 <= lambda of -Lap.
  /// K couples nodes of a cell only along its lines (exact stiffness of degree
  /// 1 on graded meshes has off-diagonals of the wrong sign [numerics.md, 3]).
  template <int dim>
  class LumpedLaplacian
  {
  public:
    /// @param by_coordinates K as the sum of its parts K_d, d = 1..dim, with
    /// d_d phi_i d_d phi_j each
    explicit LumpedLaplacian(const Discretisation<dim> &discretisation,
                             const bool                 by_coordinates = false);

    /// 1, or dim by coordinates.
    unsigned int n_parts() const;

    /// Allocates and assembles; call after every change of the mesh.
    /// @param mixed whether operators with mixed derivatives share the pattern;
    /// K itself has them on cells that are no boxes only
    void prepare(const bool mixed = false);

    /// M, without ghosts; 0 at hanging nodes
    const Vector &mass() const;

    /// K, or one of its parts
    const SparseMatrix &stiffness(const unsigned int part = 0) const;

    /// Allocates @p matrix with the pattern of K.
    void allocate(SparseMatrix &matrix) const;

    /// The rule, on the nodes of the element in their order.
    const dealii::Quadrature<dim> &rule() const;

    /// The nodes of the element that are on a line with node @p q, itself too.
    const std::vector<unsigned int> &cross(const unsigned int q) const;

    /// Whether nodes i and j of an element have an entry: where they are on a
    /// line, or, for mixed derivatives, on lines through one point.
    bool couples(const unsigned int i, const unsigned int j) const;

    const Discretisation<dim> &discretisation;

  private:
    /// A cell's part of K, or of one of its parts
    void integrate(const dealii::FEValues<dim> &fe_values,
                   const unsigned int           part,
                   dealii::FullMatrix<double>  &cell_matrix) const;

    const dealii::Quadrature<dim>          nodal_rule;
    std::vector<std::vector<unsigned int>> crosses;
    dealii::Table<2, bool>                 coupling;
    Vector                                 lumped_mass;
    std::vector<SparseMatrix>              parts;
  };
} // namespace sgdfp

#endif
