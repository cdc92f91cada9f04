// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/transient_space.h"

#include "base/errors.h"
#include "base/text.h"
#include "meshes/archive.h"
#include "postprocess/density_statistics.h"
#include "solvers/adaptive.h"
#include "solvers/trust.h"

#include <cmath>

namespace sgdfp
{
  template <int dim>
  TransientSpace<dim>::TransientSpace(
    Discretisation<dim>            &discretisation,
    const Dynamics<dim>            &dynamics,
    const DiscretisationParameters &parameters,
    const SolverParameters         &solver_parameters,
    RunLog                         &log,
    const Region<dim>              *absorbing)
    : the_discretisation(discretisation)
    , dynamics(dynamics)
    , parameters(parameters)
    , solver_parameters(solver_parameters)
    , log(log)
    , absorbing(absorbing)
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
    if (absorbing != nullptr)
      restriction = std::make_unique<Restriction>(
        *the_generator, absorbing->nodes(the_discretisation, true));
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
    if (!dynamics.is_local())
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
        // The mesh is made for what is killed.
        if (is_killed())
          rough.refinement = "none";
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
    if (absorbing != nullptr)
      reason = "probability is killed in Domain/absorbing";
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
  void TransientSpace<dim>::save(const std::vector<Vector> &vectors,
                                 const std::string         &folder) const
  {
    Vector stationary_density = the_generator->zero();
    if (stationary_law)
      stationary_density = *stationary_law;
    std::vector<Vector> ghosted = {
      the_discretisation.ghosted(stationary_density)};
    for (const Vector &v : vectors)
      ghosted.push_back(the_discretisation.ghosted(extend(v)));
    std::vector<const Vector *> pointers = {&l.nodal_log()};
    for (const Vector &v : ghosted)
      pointers.push_back(&v);
    sgdfp::save<dim>(the_discretisation, pointers, folder);
  }



  template <int dim>
  std::vector<Vector>
  TransientSpace<dim>::load(const unsigned int n_vectors,
                            const std::string &folder,
                            const std::string &kind,
                            const std::string &why_no_stationary)
  {
    reason = why_no_stationary;
    std::vector<Vector> nodal =
      sgdfp::load<dim>(the_discretisation, 2 + n_vectors, folder);
    kind_of_l = kind;
    set_up(&nodal[0]);
    if (nodal[1].linfty_norm() > 0)
      stationary_law = std::make_unique<Vector>(nodal[1]);
    nodal.erase(nodal.begin(), nodal.begin() + 2);
    for (Vector &v : nodal)
      v = restrict_to(v);
    return nodal;
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
  const Generator &TransientSpace<dim>::evolving() const
  {
    return restriction ? static_cast<const Generator &>(*restriction) :
                         *the_generator;
  }



  template <int dim>
  Vector TransientSpace<dim>::restrict_to(const Vector &nodal) const
  {
    return restriction ? restriction->restrict_to(nodal) : nodal;
  }



  template <int dim>
  Vector TransientSpace<dim>::extend(const Vector &P) const
  {
    return restriction ? restriction->extend(P) : P;
  }



  template <int dim>
  bool TransientSpace<dim>::is_killed() const
  {
    return absorbing != nullptr;
  }



  template <int dim>
  double TransientSpace<dim>::mass(const Vector &P) const
  {
    return the_generator->mass_functional() * P;
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
