// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/chain_powers.h"

#include "operators/projection.h"

#include <algorithm>
#include <cmath>

namespace sgdfp
{
  template <int dim>
  ChainPowers<dim>::ChainPowers(EvolutionSpace<dim>    &space,
                                const TimeParameters   &parameters,
                                const SolverParameters &solver_parameters,
                                const double            step,
                                RunLog                 &log)
    : Evolution<dim>(space, parameters, solver_parameters, log)
    , step(step)
  {}



  template <int dim>
  unsigned int ChainPowers<dim>::number_of(const double t) const
  {
    constexpr double round_off = 1e-9; // of .3/.1
    return std::max(0., std::ceil(t / step - round_off));
  }



  template <int dim>
  void ChainPowers<dim>::start(const Vector &P)
  {
    this->show(space.restrict_to(P));
    this->space_error = space.error_of(this->density());
  }



  template <int dim>
  void ChainPowers<dim>::advance()
  {
    constexpr double   apart = 0.02;
    const unsigned int at_most =
      n_steps + std::max(1u, static_cast<unsigned int>(apart * n_steps));
    unsigned int last = at_most;
    for (const double t : outputs)
      if (number_of(t) > n_steps)
        {
          last = std::min(last, number_of(t));
          break;
        }
    Vector P = this->coefficients(), rate = space.evolving().zero(), change = P;
    while (n_steps < last)
      {
        space.evolving().apply(rate, P);
        rate *= step;
        change = 0;
        solve_mass(space.evolving().mass_matrix(), change, rate);
        P += change;
        ++n_steps;
      }
    this->show(P);
  }



  template <int dim>
  double ChainPowers<dim>::time() const
  {
    return n_steps * step;
  }



  template <int dim>
  double ChainPowers<dim>::last_step() const
  {
    return step;
  }



  template <int dim>
  bool ChainPowers<dim>::is_output_time() const
  {
    return std::any_of(outputs.begin(), outputs.end(), [this](const double t) {
      return number_of(t) == n_steps;
    });
  }



  template <int dim>
  bool ChainPowers<dim>::is_finished() const
  {
    return n_steps >= number_of(parameters.end_time);
  }



  template class ChainPowers<1>;
  template class ChainPowers<2>;
  template class ChainPowers<3>;
} // namespace sgdfp
