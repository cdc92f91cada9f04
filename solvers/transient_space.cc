// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/transient_space.h"

#include "base/errors.h"
#include "base/text.h"
#include "meshes/archive.h"
#include "meshes/refinement.h"
#include "operators/indicators.h"
#include "operators/projection.h"
#include "postprocess/density_statistics.h"
#include "solvers/adaptive.h"
#include "solvers/trust.h"

#include <cmath>

namespace sgdfp
{
  namespace
  {
    // Share of the estimated error that refined cells carry.
    constexpr double refined_share = 0.7;
  } // namespace



  template <int dim>
  TransientSpace<dim>::TransientSpace(
    Discretisation<dim>            &discretisation,
    const Dynamics<dim>            &dynamics,
    const DiscretisationParameters &parameters,
    const SolverParameters         &solver_parameters,
    RunLog                         &log)
    : the_discretisation(discretisation)
    , dynamics(dynamics)
    , parameters(parameters)
    , solver_parameters(solver_parameters)
    , log(log)
    , l(discretisation)
    , the_generator(make_generator(discretisation, dynamics, l))
  {}



  template <int dim>
  void TransientSpace<dim>::set_up(const Vector *nodal_l)
  {
    const RunLog::Phase phase(log, "assembly");
    if (kind_of_l == "gibbs")
      l.use_gibbs(dynamics.loss(), *dynamics.isotropic_temperature());
    else if (kind_of_l == "potential")
      l.use_potential(dynamics);
    else if (kind_of_l == "carried")
      l.use_nodal(*nodal_l);
    else
      l.use_polynomials();
    the_generator->prepare();
    the_generator->assemble();
  }



  template <int dim>
  void TransientSpace<dim>::solve_stationary()
  {
    Vector P = the_generator->zero();
    for (const auto i : the_discretisation.owned)
      P(i) = std::exp(static_cast<double>(l.nodal_log()(i)));
    P.compress(dealii::VectorOperation::insert);
    if (dynamics.jumps() != nullptr)
      P = heavy_tailed_start(the_discretisation, dynamics.jumps()->alpha());
    P.scale(the_generator->left_null_vector());
    P /= the_generator->mass_functional() * P;
    // Where l is that of a solve, it is the log of a law of lower accuracy.
    if (!l.is_exact())
      StationarySolver(the_discretisation.communicator,
                       solver_parameters,
                       solver_parameters.use_direct(
                         dim, the_discretisation.dof_handler.n_dofs()))
        .solve(*the_generator, P);
    P.scale(the_generator->left_null_vector());
    stationary_law = std::make_unique<Vector>(P);
  }



  template <int dim>
  Vector
  TransientSpace<dim>::without_ghosts(const TrialSpace<dim> &trial_space) const
  {
    Vector nodal = the_discretisation.owned_vector();
    for (const auto i : the_discretisation.owned)
      nodal(i) = static_cast<double>(trial_space.nodal_log()(i));
    nodal.compress(dealii::VectorOperation::insert);
    return nodal;
  }



  template <int dim>
  void TransientSpace<dim>::find_stationary()
  {
    reason = dynamics.why_no_density();
    if (!reason.empty())
      return;
    // With jumps the space is that of polynomials, and has a law.
    if (dynamics.jumps() != nullptr)
      return;
    if (parameters.trial_space == "polynomial")
      {
        reason = "Discretisation/trial space is polynomial";
        return;
      }
    if (dim > 1 && dynamics.isotropic_temperature())
      kind_of_l = "gibbs";
    else if (l.use_potential(dynamics))
      kind_of_l = "potential";
    else
      {
        log.say("Stationary law");
        // Its l is what is needed; a law whose layers or weights ask for more
        // is for sgdfp-stationary.
        constexpr unsigned int   enough_cells = (dim == 3 ? 20000 : 10000);
        DiscretisationParameters rough        = parameters;
        rough.maximum_cells = std::min(rough.maximum_cells, enough_cells);
        AdaptiveSolver<dim> adaptive(
          the_discretisation, dynamics, rough, solver_parameters, log);
        adaptive.solve();
        kind_of_l = "carried";
        if (adaptive.accepted().weight_error >
            std::max(trusted_weight_error, parameters.tolerance))
          reason = "round-off leaves the weights of its wells undetermined "
                   "(sgdfp-stationary says more)";
        else if (adaptive.estimate().density > trusted_density_error)
          reason = "it is not resolved (sgdfp-stationary says more)";
        const Vector nodal_l = without_ghosts(adaptive.law().trial());
        set_up(&nodal_l);
      }
  }



  template <int dim>
  void TransientSpace<dim>::find()
  {
    try
      {
        find_stationary();
      }
    catch (const Refusal &refusal)
      {
        reason = refusal.what();
      }
    catch (const SolverFailure &failure)
      {
        reason = failure.what();
      }
    if (kind_of_l != "carried")
      set_up(nullptr);
    if (!reason.empty())
      return;
    solve_stationary();
    const double outside = boundary_mass(law(*stationary_law));
    if (outside <= trusted_boundary_mass)
      return;
    // l serves all the same.
    reason = "the stationary law of the box has " + to_text(outside) +
             " of its mass at the boundary: none of the dynamics without a box";
    stationary_law.reset();
  }



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
  Vector TransientSpace<dim>::start(const Projection &project)
  {
    const RunLog::Phase phase(log, "initial density");
    // Jumps need the tensor mesh that the stationary law has.
    if (dynamics.jumps() != nullptr)
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
    const double tolerance = (dim == 1 ? 0.1 : 1.) * parameters.tolerance;
    auto        &mesh      = *the_discretisation.mesh;
    for (;;)
      {
        const Vector                 P = project();
        const dealii::Vector<double> errors =
          interpolation_errors(the_discretisation, l, P);
        const double       error      = total(the_discretisation, errors);
        constexpr unsigned n_children = 1 << dim;
        if (error <= tolerance || parameters.refinement == "none")
          return P;
        auto n_refined = mesh.n_global_active_cells();
        if (parameters.refinement == "adaptive")
          n_refined = flag_cells<dim>(mesh, errors, refined_share, 0.);
        if (mesh.n_global_active_cells() + (n_children - 1) * n_refined >
            parameters.maximum_cells)
          {
            for (const auto &cell : mesh.active_cell_iterators())
              cell->clear_refine_flag();
            log.warn("the initial density is carried with an estimated error "
                     "of " +
                     to_text(error) +
                     " in L1: the mesh stopped at Discretisation/maximum "
                     "cells");
            return P;
          }
        if (parameters.refinement == "uniform")
          for (const auto &cell : mesh.active_cell_iterators())
            if (dim == 1 || cell->is_locally_owned())
              cell->set_refine_flag();
        change_mesh({});
      }
  }



  template <int dim>
  bool TransientSpace<dim>::follow(Vector &P, const double allowed)
  {
    // In one dimension the mesh of the start is kept: it is cheap.
    // With jumps the tensor mesh is.
    if (dim == 1 || parameters.refinement != "adaptive" ||
        dynamics.jumps() != nullptr)
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
    const double coarsened_share =
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
        const double mass = the_generator->mass_functional() * P;
        change_mesh({&P});
        P *= mass / (the_generator->mass_functional() * P);
        return true;
      }
    for (const auto &cell : mesh.active_cell_iterators())
      {
        cell->clear_refine_flag();
        cell->clear_coarsen_flag();
      }
    return false;
  }



  template <int dim>
  void TransientSpace<dim>::save(const Vector      &P,
                                 const std::string &folder) const
  {
    const Vector density = the_discretisation.ghosted(P);
    Vector       other   = the_generator->zero();
    if (stationary_law)
      other = *stationary_law;
    const Vector stationary_density = the_discretisation.ghosted(other);
    sgdfp::save<dim>(the_discretisation,
                     {&density, &l.nodal_log(), &stationary_density},
                     folder);
  }



  template <int dim>
  Vector TransientSpace<dim>::load(const std::string &folder,
                                   const std::string &kind,
                                   const std::string &why_no_stationary)
  {
    reason                    = why_no_stationary;
    std::vector<Vector> nodal = sgdfp::load<dim>(the_discretisation, 3, folder);
    kind_of_l                 = kind;
    set_up(&nodal[1]);
    if (nodal[2].linfty_norm() > 0)
      stationary_law = std::make_unique<Vector>(nodal[2]);
    return nodal[0];
  }



  template <int dim>
  const std::string &TransientSpace<dim>::kind() const
  {
    return kind_of_l;
  }



  template <int dim>
  const Generator &TransientSpace<dim>::generator() const
  {
    return *the_generator;
  }



  template <int dim>
  const TrialSpace<dim> &TransientSpace<dim>::trial_space() const
  {
    return l;
  }



  template <int dim>
  const Vector *TransientSpace<dim>::stationary() const
  {
    return stationary_law.get();
  }



  template <int dim>
  const std::string &TransientSpace<dim>::why_no_stationary() const
  {
    return reason;
  }



  template <int dim>
  double TransientSpace<dim>::stationary_log_floor() const
  {
    // Where TrialSpace levels off; what a solve leaves elsewhere.
    return kind_of_l == "potential" ? -595. :
           kind_of_l == "gibbs"     ? -35. :
                                      std::log(1e-11);
  }



  template <int dim>
  Law<dim> TransientSpace<dim>::law(const Vector &P) const
  {
    return Law<dim>(the_discretisation, dynamics, l, P);
  }



  template <int dim>
  const Discretisation<dim> &TransientSpace<dim>::discretisation() const
  {
    return the_discretisation;
  }



  template class TransientSpace<1>;
  template class TransientSpace<2>;
  template class TransientSpace<3>;
} // namespace sgdfp
