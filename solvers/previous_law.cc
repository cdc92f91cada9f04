// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/previous_law.h"

#include "base/checkpoint.h"
#include "base/errors.h"
#include "meshes/archive.h"
#include "operators/functional.h"
#include "operators/projection.h"

#include <deal.II/base/mpi_remote_point_evaluation.h>

namespace sgdfp
{
  template <int dim>
  PreviousLaw<dim>::PreviousLaw(const MPI_Comm     communicator,
                                const std::string &folder,
                                RunLog            &log,
                                const Use          use)
  {
    const auto complain = [&](const std::string &why) {
      return EntryError("Time/run",
                        folder,
                        why,
                        "Give the folder of a run of sgdfp-stationary or "
                        "sgdfp-transient that ended well, such as "
                        "output/two_layer_network-stationary.");
    };
    const Checkpoint checkpoint(communicator, folder);
    if (!checkpoint.exists())
      throw complain("there is no checkpoint in it");
    Checkpoint::Json state;
    try
      {
        a_case.read(communicator, folder + "/parameters.prm", {});
        state = checkpoint.read(a_case.physics());
      }
    catch (const UserError &error)
      {
        throw complain(std::string("it cannot be read: ") + error.what());
      }
    const bool is_marginal = state.contains("degree");
    if (a_case.optimiser.is_underdamped() &&
        !(use == Use::comparison && is_marginal))
      throw complain("it has momentum, and plain SGD has no use for its "
                     "velocities");
    if (is_marginal)
      state.at("degree").get_to(a_case.discretisation.degree);
    if (a_case.dimension != dim)
      throw complain("its law has " + std::to_string(a_case.dimension) +
                     " parameters, the case has " + std::to_string(dim));
    loss                    = make_loss<dim>(a_case.loss,
                          a_case.vocabulary(),
                          a_case.folder(),
                          communicator);
    dynamics                = std::make_unique<Dynamics<dim>>(loss,
                                               a_case.noise,
                                               a_case.optimiser,
                                               a_case.vocabulary());
    DomainParameters coarse = a_case.domain;
    state.at("lower").get_to(coarse.lower);
    state.at("upper").get_to(coarse.upper);
    discretisation = make_mesh_to_load<dim>(communicator, a_case, coarse);
    absorbing      = make_absorbing<dim>(a_case);

    space = std::make_unique<TransientSpace<dim>>(*discretisation,
                                                  *dynamics,
                                                  a_case.discretisation,
                                                  a_case.solver,
                                                  log,
                                                  absorbing.get());
    constexpr unsigned int the_density = 1;
    const Vector           P           = space
                       ->load(state.value("vectors", the_density),
                              checkpoint.latest(),
                              state.at("trial_space").get<std::string>(),
                              "")
                       .at(0);
    the_law = std::make_unique<const Law<dim>>(space->law(space->extend(P)));
  }



  template <int dim>
  const Law<dim> &PreviousLaw<dim>::law() const
  {
    return *the_law;
  }



  template <int dim>
  std::vector<double> PreviousLaw<dim>::density_at(
    const std::vector<dealii::Point<dim>> &points) const
  {
    using Remote = dealii::Utilities::MPI::RemotePointEvaluation<dim>;
    constexpr double tolerance = 1e-10; // of a cell
    Remote           remote(tolerance);
    remote.reinit(points, *discretisation->mesh, discretisation->mapping);
    std::vector<double>             found, buffer;
    std::vector<LocalLaw<dim>>      local;
    std::vector<dealii::Point<dim>> unit_points;
    remote.template evaluate_and_process<double>(
      found,
      buffer,
      [&](const dealii::ArrayView<double> &values,
          const typename Remote::CellData &data) {
        for (unsigned int i = 0; i < data.cells.size(); ++i)
          {
            const typename Law<dim>::Cell cell(discretisation->mesh.get(),
                                               data.cells[i].first,
                                               data.cells[i].second,
                                               &discretisation->dof_handler);
            const auto                    begin = data.reference_point_ptrs[i],
                       end = data.reference_point_ptrs[i + 1];
            unit_points.assign(data.reference_point_values.begin() + begin,
                               data.reference_point_values.begin() + end);
            the_law->evaluate(cell, unit_points, local);
            for (unsigned int q = 0; q < local.size(); ++q)
              values[begin + q] = local[q].density();
          }
      });
    // A point on a face is found in all cells that meet there, one outside of
    // the box in none.
    const auto         &first = remote.get_point_ptrs();
    std::vector<double> densities(points.size(), 0.);
    for (std::size_t i = 0; i < points.size(); ++i)
      if (first[i + 1] > first[i])
        densities[i] = found[first[i]];
    return densities;
  }



  template <int dim>
  Vector PreviousLaw<dim>::project(const Discretisation<dim> &target,
                                   const Generator           &generator) const
  {
    std::vector<dealii::Point<dim>> points;
    target.for_each_quadrature_point(
      [&](const dealii::Point<dim> &theta) { points.push_back(theta); });
    const std::vector<double> densities = density_at(points);
    TrialSpace<dim>           polynomials(target);
    polynomials.use_polynomials();
    FunctionalAssembly<dim> assembly(target, polynomials, 1);
    std::size_t             next = 0; // the same points in the same order
    for (const auto &cell : target.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        assembly.add(cell,
                     [&](const dealii::Point<dim> &,
                         std::vector<double> &values) {
                       values[0] = densities[next++];
                     });
    return project_moments(assembly.finish().front(), generator);
  }



  template <int dim>
  void save_law(const Law<dim>    &law,
                const Case        &a_case,
                const std::string &run_folder)
  {
    const auto       &discretisation = law.discretisation;
    const Checkpoint  checkpoint(discretisation.communicator, run_folder);
    const std::string path = checkpoint.begin();
    // In the order of TransientSpace::save(): l, stationary law, density
    save<dim>(discretisation,
              {&law.trial().nodal_log(),
               &law.nodal_density(),
               &law.nodal_density()},
              path);
    const auto      &box = discretisation.box;
    Checkpoint::Json state;
    // With momentum: the law of the parameters alone, on elements of its own
    // choice and with a Gibbs density that no other dynamics has.
    const bool is_marginal = a_case.optimiser.is_underdamped();
    if (is_marginal)
      state["degree"] = discretisation.element.degree;
    state["trial_space"] =
      (law.trial().is_gibbs() && !is_marginal ? "gibbs" :
       law.trial().is_exact() && !is_marginal ? "potential" :
                                                "carried");
    state["lower"] =
      std::vector<double>(box.lower().begin_raw(), box.lower().end_raw());
    state["upper"] =
      std::vector<double>(box.upper().begin_raw(), box.upper().end_raw());
    checkpoint.commit(state, a_case.physics());
  }



#define INSTANTIATE(dim)           \
  template class PreviousLaw<dim>; \
  template void save_law(const Law<dim> &, const Case &, const std::string &);

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE
} // namespace sgdfp
