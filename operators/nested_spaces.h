// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_NESTED_SPACES_H
#define SGDFP_OPERATORS_NESTED_SPACES_H

#include "meshes/discretisation.h"

#include <vector>

namespace sgdfp
{
  /// Continuous elements of lower and lower degree on the mesh of a
  /// Discretisation, down to piecewise (multi)linear functions: the coarse
  /// spaces of multigrid. They are nested, also with hanging nodes.
  template <int dim>
  class NestedSpaces
  {
  public:
    explicit NestedSpaces(const Discretisation<dim> &discretisation);

    /// Computes the interpolations; call after every change of the mesh.
    /// Collective.
    void prepare();

    /// From the finest down: nodal values of one space -> nodal values of the
    /// one above it, which is the Q_k itself for the first; distributed. Rows
    /// and columns of hanging nodes are empty: no space has them as
    /// coefficients. Degree 1 has a coarse space all the same, itself.
    const std::vector<MatrixHandle> &interpolations() const;

  private:
    const Discretisation<dim> &finest;
    std::vector<MatrixHandle>  matrices;
  };
} // namespace sgdfp

#endif
