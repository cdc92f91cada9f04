// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_CELL_DIRECTORY_H
#define SGDFP_OPERATORS_CELL_DIRECTORY_H

#include "meshes/discretisation.h"

#include <deal.II/base/bounding_box.h>
#include <deal.II/numerics/rtree.h>

namespace sgdfp
{
  /// The cells of a mesh, of whatever rank, that meet the part of the box this
  /// rank has to reach: where a step of a Markov chain ends may be in anybody's
  /// cell. Each rank holds the cells within its own reach and no others.
  ///
  /// For boxes (no balls). All coordinates are those of the chart of
  /// ParameterBox.
  template <int dim>
  class CellDirectory
  {
  public:
    /// A test function of a cell in those that are free: hanging nodes are
    /// expanded.
    using Expansion =
      std::vector<std::pair<dealii::types::global_dof_index, double>>;

    struct Cell
    {
      dealii::Point<dim>     lower, upper;
      std::vector<Expansion> functions; ///< one per function of the element

      template <class Archive>
      void serialize(Archive &archive, const unsigned int /*version*/)
      {
        archive &lower &upper &functions;
      }
    };

    /// Collective.
    /// @param lower,upper of what this rank has to reach; lower > upper in some
    /// coordinate: nothing
    CellDirectory(const Discretisation<dim> &discretisation,
                  const dealii::Point<dim>  &lower,
                  const dealii::Point<dim>  &upper);

    const std::vector<Cell> &cells() const;

    /// The number in cells() of one that holds @p point, or -1 outside of the
    /// box and of the reach.
    int find(const dealii::Point<dim> &point) const;

    /// Numbers of the cells that meet the box from @p lower to @p upper.
    void find(const dealii::Point<dim>  &lower,
              const dealii::Point<dim>  &upper,
              std::vector<unsigned int> &numbers) const;

  private:
    using Box = dealii::BoundingBox<dim>;

    std::vector<Cell> list;

    dealii::RTree<std::pair<Box, unsigned int>> tree;

    mutable unsigned int last = 0; ///< found by find(point)
  };
} // namespace sgdfp

#endif
