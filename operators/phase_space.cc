// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/phase_space.h"

#include <algorithm>
#include <cmath>

namespace sgdfp
{
  using dealii::types::global_dof_index;

  namespace
  {
    // Where the weight is e^-25 = 1e-11 of its maximum nothing is left of a law
    // whose errors are larger [numerics.md, 5].
    constexpr double deepest = -25;



  } // namespace



  template <int dim>
  PhaseSpace<dim>::PhaseSpace(const Discretisation<dim> &discretisation,
                              const TrialSpace<dim>     &trial_space,
                              const Region<dim>         *absorbing,
                              const bool                 with_cut)
    : discretisation(discretisation)
    , trial_space(trial_space)
    , odd_element(discretisation.element.degree - 1)
    , odd_handler(*discretisation.mesh)
    , absorbing(absorbing)
  {
    odd_handler.distribute_dofs(odd_element);
    assign_roles(with_cut);
    number();
    compute_weights();
  }



  template <int dim>
  void PhaseSpace<dim>::assign_roles(const bool with_cut)
  {
    using Place = typename Region<dim>::Place;
    roles.assign(discretisation.mesh->n_active_cells(), Role::trimmed);
    const bool         has_set = (absorbing != nullptr && !is_boundary_set());
    std::vector<Place> places;
    if (has_set)
      places = absorbing->places(discretisation, /*with_ghosts=*/true);
    dealii::Vector<double> l(discretisation.element.dofs_per_cell);
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (!cell->is_artificial())
        {
          Role &role = roles[cell->active_cell_index()];
          if (has_set)
            {
              const Place place = places[cell->active_cell_index()];
              if (place == Place::inside || (with_cut && place == Place::cut))
                {
                  role = Role::absorbing;
                  continue;
                }
            }
          cell->get_dof_values(trial_space.nodal_log(), l);
          if (*std::max_element(l.begin(), l.end()) >= deepest)
            role = Role::inside;
        }
  }



  template <int dim>
  bool PhaseSpace<dim>::is_boundary_set() const
  {
    return absorbing != nullptr && absorbing->is_boundary();
  }



  template <int dim>
  bool PhaseSpace<dim>::is_inside(const Cell &cell) const
  {
    return roles[cell->active_cell_index()] == Role::inside;
  }



  template <int dim>
  bool PhaseSpace<dim>::absorbs(const Cell &neighbour) const
  {
    return roles[neighbour->active_cell_index()] == Role::absorbing;
  }



  template <int dim>
  bool PhaseSpace<dim>::is_killed() const
  {
    return absorbing != nullptr;
  }



  template <int dim>
  double PhaseSpace<dim>::trimmed_share() const
  {
    unsigned int n[2] = {0, 0};
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          ++n[0];
          n[1] += (roles[cell->active_cell_index()] == Role::trimmed);
        }
    unsigned int sums[2];
    dealii::Utilities::MPI::sum(n, discretisation.communicator, sums);
    return static_cast<double>(sums[1]) / sums[0];
  }



  template <int dim>
  void PhaseSpace<dim>::number()
  {
    // Hanging nodes hand their part on to the coefficients that they follow:
    // those may belong to another rank, and to a cell that is trimmed.
    Vector                        uses = discretisation.owned_vector();
    std::vector<global_dof_index> dofs(discretisation.element.dofs_per_cell),
      odd_dofs(odd_element.dofs_per_cell);
    Numbers &even = the_numbers[0], &odd = the_numbers[1];
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned() && is_inside(cell))
        {
          cell->get_dof_indices(dofs);
          for (const auto i : dofs)
            if (const auto *entries =
                  discretisation.constraints.get_constraint_entries(i))
              for (const auto &entry : *entries)
                uses(entry.first) += 1.;
            else
              uses(i) += 1.;
          odd_cell(cell)->get_dof_indices(odd_dofs);
          odd.kept.insert(odd.kept.end(), odd_dofs.begin(), odd_dofs.end());
        }
    uses.compress(dealii::VectorOperation::add);
    for (const auto i : discretisation.owned)
      if (static_cast<double>(uses(i)) > 0.5)
        even.kept.push_back(i);
    std::sort(odd.kept.begin(), odd.kept.end());
    for (Numbers &numbers : the_numbers)
      {
        numbers.begin = {0};
        for (const std::size_t n :
             dealii::Utilities::MPI::all_gather(discretisation.communicator,
                                                numbers.kept.size()))
          numbers.begin.push_back(numbers.begin.back() + n);
      }
  }



  template <int dim>
  typename dealii::DoFHandler<dim>::active_cell_iterator
  PhaseSpace<dim>::odd_cell(const Cell &cell) const
  {
    return typename dealii::DoFHandler<dim>::active_cell_iterator(
      discretisation.mesh.get(), cell->level(), cell->index(), &odd_handler);
  }



  template <int dim>
  void PhaseSpace<dim>::compute_weights()
  {
    for (const auto i : the_numbers[0].kept)
      the_weights[0].push_back(
        std::exp(static_cast<double>(trial_space.nodal_log()(i))));
    // Support points in the order of the cell's functions.
    dealii::FEValues<dim>            fe_values(discretisation.mapping,
                                    discretisation.element,
                                    dealii::Quadrature<dim>(
                                      odd_element.get_unit_support_points()),
                                    dealii::update_values |
                                      dealii::update_gradients |
                                      dealii::update_quadrature_points);
    typename TrialSpace<dim>::Values l;
    std::vector<global_dof_index>    dofs(odd_element.dofs_per_cell);
    const auto                      &kept = the_numbers[1].kept;
    the_weights[1].resize(kept.size());
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned() && is_inside(cell))
        {
          fe_values.reinit(cell);
          trial_space.evaluate(fe_values, false, l);
          odd_cell(cell)->get_dof_indices(dofs);
          for (unsigned int j = 0; j < dofs.size(); ++j)
            {
              const auto place =
                std::lower_bound(kept.begin(), kept.end(), dofs[j]);
              the_weights[1][place - kept.begin()] = std::exp(l.value[j]);
            }
        }
  }



  template <int dim>
  const typename PhaseSpace<dim>::Numbers &
  PhaseSpace<dim>::numbers(const unsigned int parity) const
  {
    return the_numbers[parity];
  }



  template <int dim>
  const std::vector<double> &
  PhaseSpace<dim>::weights(const unsigned int parity) const
  {
    return the_weights[parity];
  }



  template class PhaseSpace<1>;
  template class PhaseSpace<2>;
} // namespace sgdfp
