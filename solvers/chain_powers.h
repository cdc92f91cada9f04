// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_CHAIN_POWERS_H
#define SGDFP_SOLVERS_CHAIN_POWERS_H

#include "solvers/evolution.h"

namespace sgdfp
{
  /// A Markov chain in discrete time, step by step:
  ///
  ///     P_{k+1} = P_k + eta M^-1 A P_k = M^-1 K P_k,   t = eta k,
  ///
  /// A and K of TransferOperator. There is no error of time. Shown are the
  /// first step at or after each output time and, between them, steps that are
  /// 2 % apart in t.
  template <int dim>
  class ChainPowers : public Evolution<dim>
  {
  public:
    /// @param step eta, t per step
    ChainPowers(EvolutionSpace<dim>    &space,
                const TimeParameters   &parameters,
                const SolverParameters &solver_parameters,
                const double            step,
                RunLog                 &log);

    void start(const Vector &P) override;

    void advance() override;

    double time() const override;

    double last_step() const override;

    bool is_output_time() const override;

    bool is_finished() const override;

    using Evolution<dim>::n_steps;

  private:
    using Evolution<dim>::space;
    using Evolution<dim>::parameters;
    using Evolution<dim>::outputs;

    /// The first step at or after @p t
    unsigned int number_of(const double t) const;

    const double step;
  };
} // namespace sgdfp

#endif
