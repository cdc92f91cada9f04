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

    /// That of nodal ones.
    Law<dim> law_of(const Vector &nodal) const;

    /// l = -L/T, not levelled off where the law is
    const TrialSpace<dim> &log_of_law() const;


    const Discretisation<dim> &discretisation;
    const Dynamics<dim>       &dynamics;
    /// T, of velocities and l
    const double temperature;

  private:
    TrialSpace<dim> trial_space;

  public:
    const PhaseSpace<dim> space;
    KineticGenerator<dim> generator;
  };
} // namespace sgdfp

#endif
