// SPDX-License-Identifier: GPL-3.0-or-later
#include "meshes/point_value.h"

namespace sgdfp
{
  template <int dim>
  double value_at(const Discretisation<dim> &discretisation,
                  const Vector              &nodal,
                  const dealii::Point<dim>  &theta)
  {
    constexpr double    tolerance = 1e-12; // relative to the cell
    const Vector        ghosted   = discretisation.ghosted(nodal);
    std::vector<double> sums(2, 0.);
    std::vector<dealii::types::global_dof_index> dofs(
      discretisation.element.dofs_per_cell);
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          const auto unit = discretisation.box.unit_point(*cell, theta);
          if (!dealii::GeometryInfo<dim>::is_inside_unit_cell(unit, tolerance))
            continue;
          cell->get_dof_indices(dofs);
          sums[0] += 1;
          for (unsigned int i = 0; i < dofs.size(); ++i)
            sums[1] += static_cast<double>(ghosted(dofs[i])) *
                       discretisation.element.shape_value(i, unit);
        }
    dealii::Utilities::MPI::sum(sums, discretisation.communicator, sums);
    return sums[1] / sums[0];
  }



  template double
  value_at(const Discretisation<1> &, const Vector &, const dealii::Point<1> &);
  template double
  value_at(const Discretisation<2> &, const Vector &, const dealii::Point<2> &);
  template double
  value_at(const Discretisation<3> &, const Vector &, const dealii::Point<3> &);
} // namespace sgdfp
