// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/cell_directory.h"

#include <deal.II/base/mpi.h>

#include <boost/serialization/utility.hpp>
#include <boost/serialization/vector.hpp>

namespace sgdfp
{
  using dealii::Point;

  namespace
  {
    template <int dim>
    bool overlap(const Point<dim> &a_lower,
                 const Point<dim> &a_upper,
                 const Point<dim> &b_lower,
                 const Point<dim> &b_upper)
    {
      for (unsigned int d = 0; d < dim; ++d)
        if (a_upper[d] < b_lower[d] || b_upper[d] < a_lower[d])
          return false;
      return true;
    }



    template <int dim>
    typename CellDirectory<dim>::Cell
    describe(const typename Discretisation<dim>::Cell     &cell,
             const Discretisation<dim>                    &discretisation,
             std::vector<dealii::types::global_dof_index> &dofs)
    {
      typename CellDirectory<dim>::Cell result;
      constexpr unsigned int            opposite = (1 << dim) - 1;
      result.lower                               = cell->vertex(0);
      result.upper                               = cell->vertex(opposite);
      cell->get_dof_indices(dofs);
      const auto &constraints = discretisation.constraints;
      for (const auto i : dofs)
        if (!constraints.is_constrained(i))
          result.functions.push_back({{i, 1.}});
        else
          {
            result.functions.emplace_back();
            for (const auto &entry : *constraints.get_constraint_entries(i))
              result.functions.back().push_back(entry);
          }
      return result;
    }
  } // namespace



  template <int dim>
  CellDirectory<dim>::CellDirectory(const Discretisation<dim> &discretisation,
                                    const Point<dim>          &lower,
                                    const Point<dim>          &upper)
  {
    const MPI_Comm     communicator = discretisation.communicator;
    const unsigned int me =
      dealii::Utilities::MPI::this_mpi_process(communicator);
    const auto reaches =
      dealii::Utilities::MPI::all_gather(communicator,
                                         std::make_pair(lower, upper));
    std::map<unsigned int, std::vector<Cell>>    outgoing;
    std::vector<dealii::types::global_dof_index> dofs(
      discretisation.element.dofs_per_cell);
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          const Cell record = describe<dim>(cell, discretisation, dofs);
          for (unsigned int rank = 0; rank < reaches.size(); ++rank)
            if (overlap(record.lower,
                        record.upper,
                        reaches[rank].first,
                        reaches[rank].second))
              {
                if (rank == me)
                  list.push_back(record);
                else
                  outgoing[rank].push_back(record);
              }
        }
    for (const auto &incoming :
         dealii::Utilities::MPI::some_to_some(communicator, outgoing))
      list.insert(list.end(), incoming.second.begin(), incoming.second.end());

    std::vector<std::pair<Box, unsigned int>> boxes;
    for (unsigned int c = 0; c < list.size(); ++c)
      boxes.emplace_back(Box(std::make_pair(list[c].lower, list[c].upper)), c);
    tree = dealii::pack_rtree(boxes);
  }



  template <int dim>
  const std::vector<typename CellDirectory<dim>::Cell> &
  CellDirectory<dim>::cells() const
  {
    return list;
  }



  template <int dim>
  int CellDirectory<dim>::find(const Point<dim> &point) const
  {
    // Points come in the order of cells.
    if (last < list.size() &&
        overlap(point, point, list[last].lower, list[last].upper))
      return last;
    std::vector<unsigned int> numbers;
    find(point, point, numbers);
    if (numbers.empty())
      return -1;
    last = numbers.front();
    return last;
  }



  template <int dim>
  void CellDirectory<dim>::find(const Point<dim>          &lower,
                                const Point<dim>          &upper,
                                std::vector<unsigned int> &numbers) const
  {
    namespace bgi = boost::geometry::index;
    numbers.clear();
    const Box box(std::make_pair(lower, upper));
    for (auto hit = tree.qbegin(bgi::intersects(box)); hit != tree.qend();
         ++hit)
      numbers.push_back(hit->second);
  }



  template class CellDirectory<1>;
  template class CellDirectory<2>;
  template class CellDirectory<3>;
} // namespace sgdfp
