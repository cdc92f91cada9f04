// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/time_statistics.h"

#include "operators/functional.h"
#include "postprocess/postprocessor.h"

#include <deal.II/lac/full_matrix.h>

#include <cmath>
#include <limits>

namespace sgdfp
{
  namespace
  {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
  }



  template <int dim>
  TimeStatistics<dim>::TimeStatistics(
    const Observables<dim>                   &observables,
    const std::vector<std::string>           &variables,
    const Loss<dim>                          &loss,
    const boost::optional<GibbsDensity<dim>> &reference,
    const double                              tolerance,
    std::unique_ptr<TrainingPosterior<dim>>   posterior)
    : observables(observables)
    , variables(variables)
    , loss(loss)
    , reference(reference)
    , tolerance(tolerance)
    , posterior(std::move(posterior))
  {}



  template <int dim>
  void
  TimeStatistics<dim>::prepare(const Discretisation<dim> &new_discretisation,
                               const TrialSpace<dim>     &new_trial_space,
                               const std::function<bool(const Cell &)> &inside,
                               const Vector *stationary,
                               const double  log_floor)
  {
    discretisation = &new_discretisation;
    trial_space    = &new_trial_space;
    is_inside      = inside;
    is_outer       = Vector();
    if (discretisation->box.is_graded())
      is_outer =
        discretisation->interpolate([&](const dealii::Point<dim> &theta) {
          return discretisation->box.is_outer(theta) ? 1. : 0.;
        });
    moments = observables.functionals(*discretisation, *trial_space, is_inside);
    // The energy, theta_d and theta_d^2
    FunctionalAssembly<dim>          assembly(*discretisation,
                                     *trial_space,
                                     1 + 2 * dim);
    dealii::FEValues<dim>            fe_values(discretisation->mapping,
                                    discretisation->element,
                                    discretisation->quadrature,
                                    dealii::update_values |
                                      dealii::update_gradients |
                                      dealii::update_quadrature_points |
                                      dealii::update_JxW_values);
    typename TrialSpace<dim>::Values l;
    for (auto *values : {&weight, &log_weight, &log_gibbs, &gibbs})
      values->clear();
    if (posterior)
      posterior->clear();
    for (const auto &cell : discretisation->dof_handler.active_cell_iterators())
      if (cell->is_locally_owned() && is_inside(cell))
        {
          fe_values.reinit(cell);
          trial_space->evaluate(fe_values, false, l);
          for (const unsigned int q : fe_values.quadrature_point_indices())
            {
              weight.push_back(std::exp(l.value[q]) * fe_values.JxW(q));
              log_weight.push_back(l.value[q]);
              if (posterior)
                posterior->add_point(fe_values.quadrature_point(q),
                                     fe_values.JxW(q));
              if (reference)
                {
                  log_gibbs.push_back(
                    reference->log_density(fe_values.quadrature_point(q)));
                  gibbs.push_back(std::exp(log_gibbs.back()) *
                                  fe_values.JxW(q));
                }
            }
          assembly.add(cell,
                       [&](const dealii::Point<dim> &theta,
                           std::vector<double>      &values) {
                         values[0] = (reference ? reference->energy(theta) :
                                                  loss.value(theta));
                         for (unsigned int d = 0; d < dim; ++d)
                           {
                             values[1 + 2 * d] = theta[d];
                             values[2 + 2 * d] = theta[d] * theta[d];
                           }
                       });
        }
    const std::vector<Vector> sums = assembly.finish();
    energy                         = sums[0];
    for (unsigned int d = 0; d < dim; ++d)
      moments.push_back({sums[1 + 2 * d], sums[2 + 2 * d]});

    stationary_u.clear();
    is_known.clear();
    if (stationary == nullptr)
      return;
    const double floor = std::exp(log_floor) * maximum(*stationary);
    for_each_value({stationary},
                   [&](const std::size_t i, const std::vector<double> &u) {
                     stationary_u.push_back(u[0]);
                     is_known.push_back(u[0] * std::exp(log_weight[i]) > floor);
                   });
  }



  template <int dim>
  void TimeStatistics<dim>::for_each_value(
    const std::vector<const Vector *> &densities,
    const std::function<void(std::size_t, const std::vector<double> &)> &visit)
    const
  {
    const auto        &element = discretisation->element;
    const auto        &rule    = discretisation->quadrature;
    const unsigned int n       = densities.size();
    // The same in every cell.
    dealii::FullMatrix<double> shapes(rule.size(), element.dofs_per_cell);
    for (unsigned int q = 0; q < rule.size(); ++q)
      for (unsigned int j = 0; j < element.dofs_per_cell; ++j)
        shapes(q, j) = element.shape_value(j, rule.point(q));

    std::vector<Vector> ghosted;
    for (const Vector *P : densities)
      {
        Vector u = *P;
        u.scale(trial_space->inverse_weights());
        discretisation->constraints.distribute(u);
        ghosted.push_back(discretisation->ghosted(u));
      }
    dealii::Vector<double>              local(element.dofs_per_cell);
    std::vector<dealii::Vector<double>> at(n,
                                           dealii::Vector<double>(rule.size()));
    std::vector<double>                 u(n);
    std::size_t                         point = 0;
    for (const auto &cell : discretisation->dof_handler.active_cell_iterators())
      if (cell->is_locally_owned() && is_inside(cell))
        {
          for (unsigned int i = 0; i < n; ++i)
            {
              cell->get_dof_values(ghosted[i], local);
              shapes.vmult(at[i], local);
            }
          for (unsigned int q = 0; q < rule.size(); ++q, ++point)
            {
              for (unsigned int i = 0; i < n; ++i)
                u[i] = at[i](q);
              visit(point, u);
            }
        }
  }



  template <int dim>
  std::vector<std::string> TimeStatistics<dim>::columns() const
  {
    std::vector<std::string> names = {"time",
                                      "mass",
                                      "minimum",
                                      "energy",
                                      "entropy",
                                      "free_energy",
                                      "kl_to_gibbs",
                                      "kl_to_stationary"};
    for (const std::string &name : observables.names())
      names.push_back(name);
    for (const std::string &name : observables.names())
      names.push_back("variance_" + name);
    for (const std::string &name : variables)
      for (const char *prefix : {"mean_", "variance_"})
        names.push_back(prefix + name);
    names.push_back("negative_mass");
    if (posterior)
      for (const std::string &name : posterior->columns())
        names.push_back(name);
    return names;
  }



  template <int dim>
  double TimeStatistics<dim>::mean(const Vector &F, const Vector &P) const
  {
    if (is_outer.size() > 0)
      {
        Vector parts = F;
        parts.scale(P);
        check_petsc(VecAbs(parts), "VecAbs");
        if (is_outer * parts > outer_share * parts.l1_norm())
          return none;
      }
    return F * P;
  }



  template <int dim>
  std::vector<double> TimeStatistics<dim>::row(const double  time,
                                               const double  mass,
                                               const Vector &P) const
  {
    // -int p log p, KL(p|q), KL(p|p_ss), int max(0, -p), mass where p_ss is not
    // known
    std::vector<double> sums(5, 0.), densities;
    for_each_value({&P},
                   [&](const std::size_t i, const std::vector<double> &u) {
                     if (posterior)
                       densities.push_back(u[0] * std::exp(log_weight[i]));
                     const double p = u[0] * weight[i];
                     if (!(u[0] > 0))
                       {
                         sums[3] -= p;
                         if (reference)
                           sums[1] += gibbs[i];
                         if (!stationary_u.empty() && is_known[i])
                           sums[2] += stationary_u[i] * weight[i];
                         return;
                       }
                     const double log_p = log_weight[i] + std::log(u[0]);
                     sums[0] -= p * log_p;
                     if (reference)
                       sums[1] += p * (log_p - log_gibbs[i]) - p + gibbs[i];
                     if (!stationary_u.empty() && is_known[i])
                       sums[2] += p * std::log(u[0] / stationary_u[i]) - p +
                                  stationary_u[i] * weight[i];
                     else
                       sums[4] += p;
                   });
    dealii::Utilities::MPI::sum(sums, discretisation->communicator, sums);

    Vector complete = P;
    complete.scale(trial_space->inverse_weights());
    discretisation->constraints.distribute(complete);
    check_petsc(VecPointwiseDivide(complete,
                                   complete,
                                   trial_space->inverse_weights()),
                "VecPointwiseDivide");

    const double     E   = mean(energy, P);
    constexpr double few = 1e-6, small_part = 0.1;
    const double     trusted = std::max(few, small_part * tolerance);
    const auto       n_points =
      dealii::Utilities::MPI::sum(stationary_u.size(),
                                  discretisation->communicator);
    const bool stationary_is_known    = (n_points > 0 && sums[4] < trusted);
    std::vector<double> values        = {time,
                                         mass,
                                         sgdfp::minimum(complete),
                                         E,
                                         sums[0],
                                  reference ?
                                           E - reference->temperature * sums[0] :
                                           none,
                                  reference && !std::isnan(E) ? sums[1] : none,
                                  stationary_is_known ? sums[2] : none};
    const std::size_t   n_observables = moments.size() - dim;
    std::vector<double> means, variances;
    for (const auto &moment : moments)
      {
        means.push_back(mean(moment.first, P));
        variances.push_back(mean(moment.second, P) -
                            means.back() * means.back());
      }
    values.insert(values.end(), means.begin(), means.begin() + n_observables);
    values.insert(values.end(),
                  variances.begin(),
                  variances.begin() + n_observables);
    for (std::size_t d = n_observables; d < moments.size(); ++d)
      values.insert(values.end(), {means[d], variances[d]});
    values.push_back(sums[3]);
    if (posterior)
      for (const double value :
           posterior->row(time, densities, discretisation->communicator))
        values.push_back(value);
    return values;
  }



  template <int dim>
  double TimeStatistics<dim>::distance(const Vector &first,
                                       const Vector &second) const
  {
    double sum = 0;
    for_each_value({&first, &second},
                   [&](const std::size_t i, const std::vector<double> &u) {
                     sum += std::abs(u[0] - u[1]) * weight[i];
                   });
    return dealii::Utilities::MPI::sum(sum, discretisation->communicator);
  }



  template class TimeStatistics<1>;
  template class TimeStatistics<2>;
  template class TimeStatistics<3>;
} // namespace sgdfp
