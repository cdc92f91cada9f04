// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_TIME_STATISTICS_H
#define SGDFP_POSTPROCESS_TIME_STATISTICS_H

#include "postprocess/observables.h"
#include "postprocess/reference.h"
#include "postprocess/training_posterior.h"

#include <boost/optional.hpp>

namespace sgdfp
{
  /// What is read off the law at every step of a time series:
  ///
  ///     energy E[U], entropy S = -int p log p, free energy F = E[U] - T S,
  ///     kl_to_gibbs = KL(p|q), kl_to_stationary = KL(p|p_ss),
  ///
  /// U and q of the reference (the loss where there is none), and mean and
  /// variance of the observables and of the parameters [numerics.md, 9].
  ///
  /// While mesh and trial space stay, means are linear functionals of the
  /// coefficients, and all that the others need at the quadrature points but
  /// u = p e^{-l} is kept: a step costs one sweep over u.
  template <int dim>
  class TimeStatistics
  {
  public:
    /// Keeps references.
    /// @param variables names of the parameters
    /// @param tolerance of the density in L1: up to a tenth of it may be where
    /// the stationary law is not known
    /// @param posterior may be null
    TimeStatistics(const Observables<dim>                   &observables,
                   const std::vector<std::string>           &variables,
                   const Loss<dim>                          &loss,
                   const boost::optional<GibbsDensity<dim>> &reference,
                   const double                              tolerance,
                   std::unique_ptr<TrainingPosterior<dim>>   posterior = {});

    using Cell = typename Law<dim>::Cell;

    /// Call after every change of the mesh. Collective.
    /// @param is_inside whether a cell of this rank carries the laws
    /// @param stationary nodal densities of p_ss, without ghosts, hanging nodes
    /// left out; nullptr where it is not known
    /// @param log_floor log of p_ss/max p_ss below which it is round-off: where
    /// too much of p is there, kl_to_stationary is not known
    void prepare(const Discretisation<dim>               &discretisation,
                 const TrialSpace<dim>                   &trial_space,
                 const std::function<bool(const Cell &)> &is_inside,
                 const Vector                            *stationary,
                 const double                             log_floor);

    /// Names of the columns: time, mass, minimum, energy, entropy,
    /// free_energy, kl_to_gibbs, kl_to_stationary, the means of the
    /// observables, then their variances, mean and variance of each parameter,
    /// negative_mass, those of TrainingPosterior where there is one.
    std::vector<std::string> columns() const;

    /// The numbers of those columns, NaN where there is none. Collective.
    /// @param mass of the law, as its equation has it
    /// @param P without ghosts, hanging nodes left out
    std::vector<double>
    row(const double time, const double mass, const Vector &P) const;

    /// int |p_1 - p_2|. Collective.
    double distance(const Vector &first, const Vector &second) const;

  private:
    /// Calls @p visit with the number of every quadrature point of this rank
    /// and u there, for each of @p densities.
    void for_each_value(
      const std::vector<const Vector *> &densities,
      const std::function<void(std::size_t, const std::vector<double> &)>
        &visit) const;

    /// F . P, the mean of a function; NaN where more than outer_share of it
    /// comes from the end of a graded box: there is no such moment, or the box
    /// cuts it off.
    double mean(const Vector &F, const Vector &P) const;

    const Observables<dim>                   &observables;
    const std::vector<std::string>            variables;
    const Loss<dim>                          &loss;
    const boost::optional<GibbsDensity<dim>> &reference;
    const double                              tolerance;
    std::unique_ptr<TrainingPosterior<dim>>   posterior;

    const Discretisation<dim>        *discretisation = nullptr;
    const TrialSpace<dim>            *trial_space    = nullptr;
    std::function<bool(const Cell &)> is_inside;

    std::vector<typename Observables<dim>::Moments> moments;
    Vector                                          energy;
    /// 1 at nodes at the end of a graded box; empty in an ordinary one
    Vector is_outer;
    /// At the quadrature points: e^l JxW, l, log q, JxW q, u of p_ss
    std::vector<double> weight, log_weight, log_gibbs, gibbs, stationary_u;
    /// Whether p_ss is known there
    std::vector<bool> is_known;
  };
} // namespace sgdfp

#endif
