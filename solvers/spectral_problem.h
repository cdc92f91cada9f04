// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_SPECTRAL_PROBLEM_H
#define SGDFP_SOLVERS_SPECTRAL_PROBLEM_H

#include "base/run_log.h"
#include "fractional/make_generator.h"
#include "operators/law.h"
#include "solvers/spectrum.h"

#include <boost/optional.hpp>

namespace sgdfp
{
  /// A problem with an absorbing set: all fields are 0 in it.
  struct KilledAnswer
  {
    /// The first value is minus the exit rate
    Spectrum spectrum;
    /// Nodal density, mass 1
    Vector quasi_stationary;
    /// Mean first passage time, unit t
    Vector first_passage;
    /// Fraction of the mass of the quasi-stationary law that is negative, by
    /// its nodal values
    double negative_share = 0;

    double exit_rate() const;
  };



  /// Transitions from a set A to a set B in the stationary state (transition
  /// path theory).
  struct Transitions
  {
    /// q+: the probability to reach B before A; q- p: the density of what was
    /// in A last, not in B
    Vector committor, backward_density;
    /// Transitions per unit t: what arrives in B, and what leaves A
    double rate = 0, rate_from_a = 0;
    /// int q- p: the share of time in which A was visited last
    double share_of_a = 0;
  };



  /// A function that no symmetry of the box or of a loss leaves alone, for the
  /// signs and phases of eigenfunctions.
  template <int dim>
  double asymmetric_function(const ParameterBox<dim>  &box,
                             const dealii::Point<dim> &theta);



  /// Everything sgdfp-spectrum computes on one mesh with one trial space. All
  /// vectors of results are nodal values on the whole mesh: densities for
  /// right eigenfunctions and laws, functions for left ones.
  template <int dim>
  class SpectralProblem
  {
  public:
    /// @param trial_space on @p discretisation; both outlive this object
    /// @param is_reversible whether all eigenvalues are known to be real
    SpectralProblem(const Discretisation<dim> &discretisation,
                    const Dynamics<dim>       &dynamics,
                    const TrialSpace<dim>     &trial_space,
                    const SolverParameters    &solver_parameters,
                    const bool                 is_reversible);

    /// Nodal density of the stationary law, mass 1; computed once.
    /// @throws Refusal
    const Vector &law();

    /// Without killing.
    Spectrum eigenpairs(const unsigned int n_values);

    /// @param killed 1 at nodes of the absorbing set
    /// @throws Refusal where nothing can reach it
    KilledAnswer killed(const Vector &killed, const unsigned int n_values);

    /// @param a, b 1 at the nodes of the sets, which do not overlap
    Transitions transitions(const Vector &a, const Vector &b);

    const Generator &generator() const;

    /// Nodal values of a density / a function, those at hanging nodes too.
    Vector complete_density(const Vector &coefficients) const;
    Vector complete_function(const Vector &coefficients) const;

    /// int f p for nodal f and p
    double expectation(const Vector &f, const Vector &density) const;

    const Discretisation<dim> &discretisation;
    const Dynamics<dim>       &dynamics;
    const TrialSpace<dim>     &trial_space;

  private:
    /// Signs, phases and sizes of eigenfunctions, alike on any number of
    /// ranks: int F^2 p0 = 1 for the law or quasi-stationary law p0, and the
    /// integral of R with a function without symmetry is positive.
    void normalise(const Restriction &restriction,
                   const Vector      &p0,
                   Spectrum          &spectrum) const;

    /// From the coefficients of @p restriction to the whole mesh.
    void extend(const Restriction &restriction, Spectrum &spectrum) const;

    /// 1 at the nodes where the law is next to nothing
    Vector deep_tails() const;

    /// Mean first passage times
    /// @param without_tails, spectrum of the killed process, not normalised
    Vector first_passage(const Restriction &without_tails,
                         const Spectrum    &spectrum,
                         const Vector      &killed,
                         const double       rate) const;

    const SolverParameters           solver_parameters;
    const bool                       is_reversible;
    const std::unique_ptr<Generator> generator_owner;
    Generator                       &the_generator;
    std::unique_ptr<const Vector>    the_law;
  };
} // namespace sgdfp

#endif
