// SPDX-License-Identifier: GPL-3.0-or-later
// TransientSpace: its mesh follows the density.
#include "base/text.h"
#include "meshes/refinement.h"
#include "operators/indicators.h"
#include "operators/projection.h"
#include "solvers/transient_space.h"

#include <cmath>

namespace sgdfp
{
  namespace
  {
    // Share of the estimated error that refined cells carry.
    constexpr double refined_share = 0.7;
  } // namespace



  template <int dim>
  double TransientSpace<dim>::error_of(const Vector &P) const
  {
    return total(the_discretisation,
                 interpolation_errors(the_discretisation, l, P));
  }



  template <int dim>
  void TransientSpace<dim>::change_mesh(const std::vector<Vector *> &densities)
  {
    if constexpr (dim == 1)
      {
        // Only where nothing is to be carried.
        Assert(densities.empty(),
               dealii::ExcMessage("in one dimension nothing is carried"));
        the_discretisation.mesh->execute_coarsening_and_refinement();
        the_discretisation.prepare();
        set_up(nullptr);
      }
    else
      {
        // u = p e^{-l} is the polynomial, on the old mesh and on the new one.
        std::vector<Vector> ghosted = {l.nodal_log()};
        for (const Vector *P : densities)
          {
            Vector u = *P;
            u.scale(l.inverse_weights());
            the_discretisation.constraints.distribute(u);
            ghosted.push_back(the_discretisation.ghosted(u));
          }
        std::vector<const Vector *> pointers;
        for (const Vector &v : ghosted)
          pointers.push_back(&v);
        const std::vector<Vector> carried =
          refine_and_carry(the_discretisation, pointers);
        set_up(&carried[0]);
        const Vector weights = the_generator->weights();
        for (std::size_t i = 0; i < densities.size(); ++i)
          {
            *densities[i] = carried[i + 1];
            densities[i]->scale(weights);
            densities[i]->scale(the_generator->left_null_vector());
          }
      }
    if (stationary_law)
      solve_stationary();
  }



  template <int dim>
  void TransientSpace<dim>::choose_trial_space(const Projection &project)
  {
    if (kind_of_l == "polynomial")
      return;
    const auto        error      = [&]() { return error_of(project()); };
    constexpr double  far_better = 0.01;
    const double      with_l     = error();
    const std::string kind       = kind_of_l;
    const Vector      nodal_l    = without_ghosts(l);
    const bool        has_law    = (stationary_law != nullptr);
    kind_of_l                    = "polynomial";
    set_up(nullptr);
    if (error() > far_better * with_l || with_l < parameters.tolerance)
      {
        kind_of_l = kind;
        set_up(&nodal_l);
        return;
      }
    log.say("Trial space  polynomials: the initial density is far wider than "
            "the stationary law");
    if (has_law)
      solve_stationary();
  }



  template <int dim>
  bool
  TransientSpace<dim>::refine_for_start(const dealii::Vector<double> &errors)
  {
    auto                  &mesh       = *the_discretisation.mesh;
    constexpr unsigned int n_children = 1 << dim;
    auto                   n_refined  = mesh.n_global_active_cells();
    if (parameters.refinement == "adaptive")
      n_refined = flag_cells<dim>(mesh, errors, refined_share, 0.);
    if (mesh.n_global_active_cells() + (n_children - 1) * n_refined >
        parameters.maximum_cells)
      {
        for (const auto &cell : mesh.active_cell_iterators())
          cell->clear_refine_flag();
        return false;
      }
    if (parameters.refinement == "uniform")
      for (const auto &cell : mesh.active_cell_iterators())
        if (dim == 1 || cell->is_locally_owned())
          cell->set_refine_flag();
    change_mesh({});
    return true;
  }



  template <int dim>
  Vector TransientSpace<dim>::start(const Projection &project,
                                    const Preview    &preview)
  {
    const RunLog::Phase phase(log, "initial density");
    // Jumps need the tensor mesh that the stationary law has.
    if (!dynamics.is_local())
      {
        const Vector P     = project();
        const double error = error_of(P);
        if (error > parameters.tolerance)
          log.warn(
            "the initial density is carried with an estimated error of " +
            to_text(error) +
            " in L1 (with jumps the mesh is that of the case): raise "
            "Domain/initial refinement");
        return P;
      }
    choose_trial_space(project);
    // In one dimension this mesh has to do for all times.
    const double tolerance   = (dim == 1 ? 0.1 : 1.) * parameters.tolerance;
    bool         looks_ahead = false;
    for (;;)
      {
        const Vector           P = project();
        dealii::Vector<double> errors =
          interpolation_errors(the_discretisation, l, P);
        if (looks_ahead)
          for (const Vector &later : preview(P))
            {
              const dealii::Vector<double> of_later =
                interpolation_errors(the_discretisation, l, later);
              for (unsigned int i = 0; i < errors.size(); ++i)
                errors(i) = std::max(errors(i), of_later(i));
            }
        const double error = total(the_discretisation, errors);
        if (error <= tolerance && !looks_ahead && preview)
          {
            looks_ahead = true;
            continue;
          }
        if (error <= tolerance || parameters.refinement == "none")
          return P;
        if (!refine_for_start(errors))
          {
            log.warn(std::string("the ") +
                     (looks_ahead ? "densities that lie ahead are" :
                                    "initial density is") +
                     " carried with an estimated error of " + to_text(error) +
                     " in L1: the mesh stopped at Discretisation/maximum "
                     "cells");
            return P;
          }
      }
  }



  template <int dim>
  bool TransientSpace<dim>::follow(Vector &P, const double allowed)
  {
    // In one dimension the mesh of the start is kept: it is cheap.
    // With jumps the tensor mesh is.
    if (dim == 1 || parameters.refinement != "adaptive" || !dynamics.is_local())
      return false;
    const RunLog::Phase          phase(log, "mesh follows the density");
    auto                        &mesh    = *the_discretisation.mesh;
    const auto                   n_cells = mesh.n_global_active_cells();
    const dealii::Vector<double> errors =
      interpolation_errors(the_discretisation, l, P);
    const double error = total(the_discretisation, errors);
    // Interpolation on cells twice as large errs 2^(k+1) times as much, on each
    // of them, and once for every change of the mesh to come.
    constexpr double many_changes = 10;
    const double     growth =
      many_changes * std::pow(2., the_discretisation.element.degree + 1);
    // Where little probability is, all of it may go that is killed.
    const double coarsened_share =
      is_killed() ? 0. :
                    std::min(1., allowed / growth / std::max(error, 1e-300));
    // Cells that hardly matter any more go when they are many.
    constexpr double       many        = 0.25;
    const bool             is_coarse   = (error > parameters.tolerance);
    constexpr unsigned int n_children  = 1 << dim;
    const auto             n_refined   = flag_cells<dim>(mesh,
                                           errors,
                                           is_coarse ? refined_share : 0.,
                                           coarsened_share);
    unsigned int           n_coarsened = 0;
    for (const auto &cell : mesh.active_cell_iterators())
      if (cell->is_locally_owned() && cell->coarsen_flag_set())
        ++n_coarsened;
    n_coarsened =
      dealii::Utilities::MPI::sum(n_coarsened, the_discretisation.communicator);
    const bool may_refine =
      (n_refined > 0 && n_cells + (n_children - 1) * n_refined <=
                          parameters.maximum_cells + n_coarsened);
    if (may_refine || n_coarsened > many * n_cells)
      {
        if (!may_refine)
          for (const auto &cell : mesh.active_cell_iterators())
            cell->clear_refine_flag();
        const double mass_before = mass(P);
        change_mesh({&P});
        P *= mass_before / mass(P);
        return true;
      }
    for (const auto &cell : mesh.active_cell_iterators())
      {
        cell->clear_refine_flag();
        cell->clear_coarsen_flag();
      }
    return false;
  }



#define INSTANTIATE(dim)                                                     \
  template double TransientSpace<dim>::error_of(const Vector &) const;       \
  template void   TransientSpace<dim>::change_mesh(                          \
    const std::vector<Vector *> &);                                        \
  template void TransientSpace<dim>::choose_trial_space(const Projection &); \
  template bool TransientSpace<dim>::refine_for_start(                       \
    const dealii::Vector<double> &);                                         \
  template Vector TransientSpace<dim>::start(const Projection &,             \
                                             const Preview &);               \
  template bool   TransientSpace<dim>::follow(Vector &, const double);

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE
} // namespace sgdfp
