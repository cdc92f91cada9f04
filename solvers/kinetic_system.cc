// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/kinetic_system.h"

namespace sgdfp
{
  template <int dim>
  KineticSystem<dim>::KineticSystem(const Discretisation<dim> &discretisation,
                                    const Dynamics<dim>       &dynamics,
                                    const KineticChoice<dim>  &choice,
                                    const unsigned int         degree,
                                    const Region<dim>         *absorbing,
                                    const bool                 with_cut)
    : discretisation(discretisation)
    , dynamics(dynamics)
    , temperature(choice.temperature)

    , trial_space([&]() {
      TrialSpace<dim> l(discretisation);
      l.use_gibbs(dynamics.loss(), choice.temperature, PhaseSpace<dim>::cap);
      return l;
    }())
    , space(discretisation,
            trial_space,
            absorbing,
            with_cut,
            [&](const dealii::Point<dim> &theta) {
              return choice.is_beyond(
                dynamics.diffusion(theta, MatrixFieldDerivatives::divergence)
                  .value);
            })
    , generator(space, dynamics, choice.scales(degree))
  {
    generator.prepare();
    generator.assemble();
  }



  template <int dim>
  Law<dim> KineticSystem<dim>::law(const Vector &P) const
  {
    return law_of(generator.nodal(P, 0));
  }



  template <int dim>
  const TrialSpace<dim> &KineticSystem<dim>::log_of_law() const
  {
    return trial_space;
  }



  template <int dim>
  Law<dim> KineticSystem<dim>::law_of(const Vector &nodal) const
  {
    Law<dim> result(discretisation, dynamics, trial_space, nodal);
    result.limit_to([this](const auto &cell) { return space.is_inside(cell); });
    return result;
  }



  template class KineticSystem<1>;
  template class KineticSystem<2>;
} // namespace sgdfp
