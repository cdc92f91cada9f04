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
    // whose errors are larger [numerics.md, 5]. In one dimension, where cells
    // cost nothing, eigenfunctions have room for ten digits.
    template <int dim>
    constexpr double deepest = (dim == 1 ? -36 : -25);


    // Islands that reach above are wells, not remains of a tail.
    constexpr double shallow = -10;



    /// Adds 1 at the coefficients of a cell. Hanging nodes hand their part on
    /// to those that they follow, which may belong to another rank, and to a
    /// cell that is trimmed.
    void mark(const dealii::AffineConstraints<double> &constraints,
              const std::vector<global_dof_index>     &dofs,
              Vector                                  &marks)
    {
      for (const auto i : dofs)
        if (const auto *entries = constraints.get_constraint_entries(i))
          for (const auto &entry : *entries)
            marks(entry.first) += 1.;
        else
          marks(i) += 1.;
    }
  } // namespace



  template <int dim>
  PhaseSpace<dim>::PhaseSpace(
    const Discretisation<dim>                             &discretisation,
    const TrialSpace<dim>                                 &trial_space,
    const Region<dim>                                     *absorbing,
    const bool                                             with_cut,
    const std::function<bool(const dealii::Point<dim> &)> &is_beyond)

    : discretisation(discretisation)
    , trial_space(trial_space)
    , odd_element(discretisation.element.degree - 1)
    , odd_handler(*discretisation.mesh)
    , absorbing(absorbing)
  {
    odd_handler.distribute_dofs(odd_element);
    assign_roles(with_cut, is_beyond);
    drop_islands();
    number();
    compute_weights();
  }



  template <int dim>
  void PhaseSpace<dim>::assign_roles(
    const bool                                             with_cut,
    const std::function<bool(const dealii::Point<dim> &)> &is_beyond)
  {
    dealii::FEValues<dim> nodes(
      discretisation.mapping,
      discretisation.element,
      dealii::Quadrature<dim>(discretisation.element.get_unit_support_points()),
      dealii::update_quadrature_points);
    const auto can_be_expanded = [&](const Cell &cell) {
      if (!is_beyond)
        return true;
      nodes.reinit(cell);
      const auto &points = nodes.get_quadrature_points();
      return !std::all_of(points.begin(), points.end(), is_beyond);
    };
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
          if (*std::max_element(l.begin(), l.end()) >= deepest<dim> &&
              can_be_expanded(cell))
            role = Role::inside;
        }
  }



  template <int dim>
  void PhaseSpace<dim>::drop_islands()
  {
    // A flood over nodes that cells share: as many sweeps as cells in a row.
    const unsigned int            n = discretisation.element.dofs_per_cell;
    std::vector<global_dof_index> dofs(n);
    dealii::Vector<double>        l(n), wet(n);
    std::vector<bool>             is_wet(roles.size(), false);
    Vector                        marks = discretisation.owned_vector();
    for (unsigned int n_new = 1; n_new > 0;)
      {
        const Vector ghosted = discretisation.ghosted(marks);
        n_new                = 0;
        for (const auto &cell :
             discretisation.dof_handler.active_cell_iterators())
          if (cell->is_locally_owned() && is_inside(cell) &&
              !is_wet[cell->active_cell_index()])
            {
              cell->get_dof_values(trial_space.nodal_log(), l);
              cell->get_dof_values(ghosted, wet);
              if (*std::max_element(l.begin(), l.end()) < shallow &&
                  *std::max_element(wet.begin(), wet.end()) == 0)
                continue;
              is_wet[cell->active_cell_index()] = true;
              ++n_new;
              cell->get_dof_indices(dofs);
              mark(discretisation.constraints, dofs, marks);
            }
        marks.compress(dealii::VectorOperation::add);
        discretisation.constraints.distribute(marks);
        for (const auto i : discretisation.owned)
          marks(i) = (static_cast<double>(marks(i)) != 0 ? 1. : 0.);
        marks.compress(dealii::VectorOperation::insert);
        n_new = dealii::Utilities::MPI::sum(n_new, discretisation.communicator);
      }
    // What other ranks say of ghosts: a cell is wet if it has a wet node
    // inside, all of whose cells are.
    const Vector ghosted = discretisation.ghosted(marks);
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (!cell->is_artificial() && is_inside(cell))
        {
          cell->get_dof_values(ghosted, wet);
          if (*std::min_element(wet.begin(), wet.end()) == 0)
            roles[cell->active_cell_index()] = Role::trimmed;
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
  bool PhaseSpace<dim>::is_at_trimmed(const Cell &cell) const
  {
    const auto is_trimmed = [&](const auto &neighbour) {
      return neighbour->is_active() &&
             roles[neighbour->active_cell_index()] == Role::trimmed;
    };
    for (const unsigned int face : cell->face_indices())
      if (!cell->at_boundary(face))
        {
          const auto neighbour = cell->neighbor(face);
          if (is_trimmed(neighbour))
            return true;
          if constexpr (dim > 1)
            if (neighbour->has_children())
              for (unsigned int k = 0; k < cell->face(face)->n_children(); ++k)
                if (is_trimmed(cell->neighbor_child_on_subface(face, k)))
                  return true;
        }
    return false;
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
    Vector                        uses = discretisation.owned_vector();
    std::vector<global_dof_index> dofs(discretisation.element.dofs_per_cell),
      odd_dofs(odd_element.dofs_per_cell);
    Numbers &even = the_numbers[0], &odd = the_numbers[1];
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned() && is_inside(cell))
        {
          cell->get_dof_indices(dofs);
          mark(discretisation.constraints, dofs, uses);
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
