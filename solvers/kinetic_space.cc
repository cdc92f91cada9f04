// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/kinetic_space.h"

#include "base/errors.h"
#include "base/text.h"
#include "meshes/archive.h"
#include "postprocess/density_statistics.h"
#include "postprocess/kinetic_output.h"
#include "postprocess/kinetic_statistics.h"
#include "solvers/stationary.h"
#include "solvers/trust.h"

#include <cmath>

namespace sgdfp
{
  template <int dim>
  KineticSpace<dim>::KineticSpace(
    std::shared_ptr<const KineticSystem<dim>> the_system,
    const SolverParameters                   &solver_parameters,
    const bool                                starts_at_rest,
    const double                              error)
    : system(std::move(the_system))
    , solver_parameters(solver_parameters)
    , starts_at_rest(starts_at_rest)
    , error(error)
    , reason("it was not asked for")
  {
    const auto &generator = system->generator;
    const auto &s         = generator.scales.thermal_velocity;
    for (unsigned int d = 0; d < dim; ++d)
      {
        const int one    = generator.indices.neighbour(0, d, 1);
        const int two    = generator.indices.neighbour(one, d, 1);
        mean_velocity[d] = generator.integral(one);
        mean_velocity[d] *= s[d];
        second_moment[d] = generator.integral(two);
        second_moment[d] *= std::sqrt(2.);
        second_moment[d] += generator.mass_functional();
        second_moment[d] *= s[d] * s[d];
      }
  }



  template <int dim>
  void KineticSpace<dim>::find_stationary()
  {
    const auto &generator = system->generator;
    reason                = system->dynamics.why_no_density();
    if (is_killed())
      reason = "probability is killed in Domain/absorbing";
    if (!reason.empty())
      return;
    try
      {
        Vector P = generator.weights();
        P.scale(generator.left_null_vector());
        StationarySolver(discretisation().communicator,
                         solver_parameters,
                         solver_parameters.use_direct(dim, P.size()))
          .solve(generator, P);
        stationary_law       = std::make_unique<Vector>(extend(P));
        const double outside = boundary_mass(law(*stationary_law));
        if (outside <= trusted_boundary_mass)
          return;
        reason = "the stationary law of the box has " + to_text(outside) +
                 " of its mass at the boundary: none of the dynamics without "
                 "a box";
        stationary_law.reset();
      }
    catch (const Refusal &refusal)
      {
        reason = refusal.what();
      }
    catch (const SolverFailure &failure)
      {
        reason = failure.what();
      }
  }



  template <int dim>
  Vector KineticSpace<dim>::start(const Moments &moments,
                                  const double   tolerance) const
  {
    const Vector b     = moments(system->discretisation);
    Vector       nodal = system->generator.project(b);
    nodal /= b.mean_value() * b.size();
    const double kept = mass(nodal);
    if (!(std::abs(kept - 1) <= tolerance) && !is_killed())
      throw Refusal("not resolved",
                    to_text(1 - kept) +
                      " of the initial law is where the loss is so high that "
                      "velocities cannot be expanded: particles arrive at the "
                      "minimum far faster than thermal ones (T = " +
                      to_text(system->temperature) +
                      "). Begin closer to the minimum");
    // Within an absorbing set nothing begins.
    if (!is_killed())
      nodal /= kept;
    return nodal;
  }



  template <int dim>
  const std::string &KineticSpace<dim>::kind() const
  {
    static const std::string kinetic = "kinetic";
    return kinetic;
  }



  template <int dim>
  const Generator &KineticSpace<dim>::evolving() const
  {
    return system->generator;
  }



  template <int dim>
  Vector KineticSpace<dim>::restrict_to(const Vector &nodal) const
  {
    return starts_at_rest ? system->generator.embed_at_rest(nodal) :
                            system->generator.embed(nodal);
  }



  template <int dim>
  Vector KineticSpace<dim>::extend(const Vector &P) const
  {
    return system->generator.nodal(P, 0);
  }



  template <int dim>
  bool KineticSpace<dim>::is_killed() const
  {
    return system->space.is_killed();
  }



  template <int dim>
  double KineticSpace<dim>::mass(const Vector &nodal) const
  {
    return system->generator.mass_functional() * system->generator.embed(nodal);
  }



  template <int dim>
  const TrialSpace<dim> &KineticSpace<dim>::trial_space() const
  {
    return system->log_of_law();
  }



  template <int dim>
  const Vector *KineticSpace<dim>::stationary() const
  {
    return stationary_law.get();
  }



  template <int dim>
  const std::string &KineticSpace<dim>::why_no_stationary() const
  {
    return reason;
  }



  template <int dim>
  double KineticSpace<dim>::stationary_log_floor() const
  {
    return std::log(1e-11); // what a solve leaves
  }



  template <int dim>
  Law<dim> KineticSpace<dim>::law(const Vector &nodal) const
  {
    return system->law_of(nodal);
  }



  template <int dim>
  bool KineticSpace<dim>::is_inside(const typename Law<dim>::Cell &cell) const
  {
    return system->space.is_inside(cell);
  }



  template <int dim>
  const Discretisation<dim> &KineticSpace<dim>::discretisation() const
  {
    return system->discretisation;
  }



  template <int dim>
  double KineticSpace<dim>::error_of(const Vector &) const
  {
    return error;
  }



  template <int dim>
  void KineticSpace<dim>::save(const std::vector<Vector> &vectors,
                               const std::string         &folder) const
  {
    const auto         &mesh = system->discretisation;
    std::vector<Vector> even = {mesh.ghosted(stationary_law ?
                                               *stationary_law :
                                               mesh.owned_vector())},
                        odd;
    const auto &indices = system->generator.indices;
    for (const Vector &P : vectors)
      {
        const auto functions = system->generator.unpack(P);
        for (unsigned int n = 0; n < indices.size(); ++n)
          if (indices.is_even(n))
            even.push_back(mesh.ghosted(functions[n]));
          else
            odd.push_back(functions[n]);
      }
    std::vector<const Vector *> nodal, discontinuous;
    for (const Vector &v : even)
      nodal.push_back(&v);
    for (const Vector &v : odd)
      discontinuous.push_back(&v);
    sgdfp::save<dim>(mesh, nodal, folder, discontinuous);
  }



  template <int dim>
  std::vector<Vector>
  KineticSpace<dim>::read(Discretisation<dim> &discretisation,
                          const unsigned int   hermite_degree,
                          const unsigned int   n_vectors,
                          const std::string   &folder)
  {
    const HermiteIndices<dim> indices(hermite_degree);
    return sgdfp::load<dim>(discretisation,
                            1 + n_vectors * indices.n_even(),
                            folder,
                            n_vectors * indices.n_odd());
  }



  template <int dim>
  std::vector<Vector>
  KineticSpace<dim>::restore(const std::vector<Vector> &functions,
                             const std::string         &why_no_stationary)
  {
    reason = why_no_stationary;
    if (functions.front().linfty_norm() > 0)
      stationary_law = std::make_unique<Vector>(functions.front());
    const auto         &indices   = system->generator.indices;
    const std::size_t   n_vectors = (functions.size() - 1) / indices.size();
    auto                even      = functions.begin() + 1;
    auto                odd       = even + n_vectors * indices.n_even();
    std::vector<Vector> result;
    for (std::size_t i = 0; i < n_vectors; ++i)
      {
        std::vector<Vector> by_index;
        for (unsigned int n = 0; n < indices.size(); ++n)
          by_index.push_back(indices.is_even(n) ? *even++ : *odd++);
        result.push_back(system->generator.pack(by_index));
      }
    return result;
  }



  template <int dim>
  std::vector<std::string> KineticSpace<dim>::further_columns() const
  {
    std::vector<std::string> names;
    for (unsigned int d = 0; d < dim; ++d)
      for (const char *prefix : {"mean_v_", "variance_v_"})
        names.push_back(prefix + std::to_string(d + 1));
    names.push_back("kinetic_energy");
    return names;
  }



  template <int dim>
  std::vector<double> KineticSpace<dim>::further_values(const Vector &P) const
  {
    const double        survival = system->generator.mass_functional() * P;
    std::vector<double> values;
    double              energy = 0;
    for (unsigned int d = 0; d < dim; ++d)
      {
        const double mean   = mean_velocity[d] * P / survival;
        const double second = second_moment[d] * P / survival;
        values.insert(values.end(), {mean, second - mean * mean});
        energy += 0.5 * second;
      }
    values.push_back(energy);
    return values;
  }



  template <int dim>
  Vector KineticSpace<dim>::given_survival_in_phase_space(const Vector &P) const
  {
    Vector result = P;
    if (is_killed())
      result /= system->generator.mass_functional() * P;
    return result;
  }



  template <int dim>
  void KineticSpace<dim>::report_current(const Vector &P,
                                         Summary      &summary) const
  {
    const KineticLaw<dim>        present(system->generator,
                                  given_survival_in_phase_space(P));
    const KineticStatistics<dim> statistics(present, system->dynamics);
    statistics.report(summary);
    summary.set_null("detailed_balance/entropy_production",
                     "the formula is that of stationary laws");
    summary.set("current/l1", statistics.current);
    summary.set("current/scale",
                system->generator.scales.thermal_velocity.norm());
    summary.set("kinetic/hermite_tail", present.tail());
    summary.set("kinetic/negative_mass", negative_phase_mass(present));
    summary.set("kinetic/trimmed_share", system->space.trimmed_share());
  }



  template <int dim>
  void KineticSpace<dim>::write_fields(
    const Vector                               &P,
    const typename EvolutionSpace<dim>::Output &output,
    ParaviewSeries                             &series) const
  {
    const Vector          present = given_survival_in_phase_space(P);
    const KineticLaw<dim> in_phase_space(system->generator, present);
    write_kinetic_fields(in_phase_space,
                         system->law(present),
                         output.reference,
                         output.variables,
                         output.notes,
                         output.folder,
                         this->suffix(series),
                         output.time,
                         series);
  }



  template class KineticSpace<1>;
  template class KineticSpace<2>;
} // namespace sgdfp
