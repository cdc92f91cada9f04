// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_KINETIC_SYSTEM_H
#define SGDFP_SOLVERS_KINETIC_SYSTEM_H

#include "operators/kinetic_law.h"
#include "operators/law.h"
#include "solvers/kinetic_scales.h"

namespace sgdfp
{
  /// A kinetic equation on one mesh with one Hermite degree.
  template <int dim>
  class KineticSystem
  {
  public:
    /// @param discretisation prepared; outlives this object, as all else
    KineticSystem(const Discretisation<dim> &discretisation,
                  const Dynamics<dim>       &dynamics,
                  const KineticChoice<dim>  &choice,
                  const unsigned int         degree,
                  const Region<dim>         *absorbing,
                  const bool                 with_cut);

    /// The density of parameters of coefficients @p P.
    Law<dim> law(const Vector &P) const;

    const Discretisation<dim> &discretisation;
    const Dynamics<dim>       &dynamics;

  private:
    TrialSpace<dim> trial_space;

  public:
    const PhaseSpace<dim> space;
    KineticGenerator<dim> generator;
  };
} // namespace sgdfp

#endif
