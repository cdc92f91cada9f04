// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/spectral_problem.h"

#include "base/errors.h"
#include "base/text.h"
#include "solvers/balanced_inverse.h"
#include "solvers/stationary.h"

#include <cmath>

namespace sgdfp
{
  namespace
  {
    /// v^T diag(w) v, or with another factor
    double weighted_product(const Vector &v, const Vector &w, const Vector &u)
    {
      Vector product = v;
      product.scale(w);
      return product * u;
    }



    // Where the law is e^-140 of its maximum nothing happens at rates above
    // 1e-60, but the tails, where the weights span decades within a cell, spoil
    // a Krylov space: eigenfunctions are 0 there.
    constexpr double deepest = -140;



    /// 1 where one of two flags is
    Vector either(const Vector &a, const Vector &b)
    {
      Vector result = a;
      check_petsc(VecPointwiseMax(result, a, b), "VecPointwiseMax");
      return result;
    }



    Vector sum(const Vector &a, const Vector &b)
    {
      Vector result = a;
      result.add(1., b);
      return result;
    }
  } // namespace



  template <int dim>
  double asymmetric_function(const ParameterBox<dim>  &box,
                             const dealii::Point<dim> &theta)
  {
    double exponent = 0;
    for (unsigned int d = 0; d < dim; ++d)
      exponent += (1 + 0.37 * d) * (theta[d] - box.lower()[d]) /
                  (box.upper()[d] - box.lower()[d]);
    return std::exp(-exponent);
  }



  double KilledAnswer::exit_rate() const
  {
    return -spectrum.values.front().real();
  }



  template <int dim>
  SpectralProblem<dim>::SpectralProblem(
    const Discretisation<dim> &discretisation,
    const Dynamics<dim>       &dynamics,
    const TrialSpace<dim>     &trial_space,
    const SolverParameters    &solver_parameters,
    const bool                 is_reversible)
    : discretisation(discretisation)
    , dynamics(dynamics)
    , trial_space(trial_space)
    , solver_parameters(solver_parameters)
    , is_reversible(is_reversible)
    , generator_owner(make_generator(discretisation, dynamics, trial_space))
    , the_generator(*generator_owner)
  {
    the_generator.prepare();
    the_generator.assemble();
  }



  template <int dim>
  const Vector &SpectralProblem<dim>::law()
  {
    if (the_law)
      return *the_law;
    Vector density = the_generator.weights();
    density.scale(the_generator.left_null_vector());
    StationarySolver solver(discretisation.communicator,
                            solver_parameters,
                            /*use_direct=*/true);
    if (dynamics.jumps() != nullptr)
      density = heavy_tailed_start(discretisation, dynamics.jumps()->alpha());
    if (trial_space.is_exact())
      solver.measure(the_generator, density);
    else
      solver.solve(the_generator, density);
    the_law = std::make_unique<const Vector>(complete_density(density));
    return *the_law;
  }



  template <int dim>
  Vector
  SpectralProblem<dim>::complete_density(const Vector &coefficients) const
  {
    Vector result = coefficients;
    the_generator.complete(result);
    return result;
  }



  template <int dim>
  Vector
  SpectralProblem<dim>::complete_function(const Vector &coefficients) const
  {
    Vector result = coefficients;
    discretisation.constraints.distribute(result);
    return result;
  }



  template <int dim>
  double SpectralProblem<dim>::expectation(const Vector &f,
                                           const Vector &density) const
  {
    Vector image = the_generator.zero();
    Vector free  = density;
    free.scale(the_generator.left_null_vector());
    the_generator.mass_matrix().vmult(image, free);
    image.scale(the_generator.left_null_vector());
    return image * f;
  }



  template <int dim>
  void SpectralProblem<dim>::normalise(const Restriction &restriction,
                                       const Vector      &p0,
                                       Spectrum          &spectrum) const
  {
    const Vector asymmetric = restriction.restrict_to(
      discretisation.interpolate([&](const dealii::Point<dim> &theta) {
        return asymmetric_function(discretisation.box, theta);
      }));
    Vector measure = restriction.mass_functional();
    measure.scale(p0);
    for (unsigned int i = 0; i < spectrum.size(); ++i)
      {
        if (spectrum.is_conjugate(i))
          continue;
        const bool z = spectrum.is_complex(i);
        Vector    &F = spectrum.left[i], &R = spectrum.right[i];
        double     size = weighted_product(F, measure, F);
        double     c = weighted_product(asymmetric, measure, F), s = 0;
        if (z)
          {
            Vector &G = spectrum.left[i + 1];
            size += weighted_product(G, measure, G);
            s = weighted_product(asymmetric, measure, G);
          }
        const double length = std::hypot(c, s);
        size                = std::sqrt(size);
        if (!(size > 0) || !(length > 0))
          continue;
        // (F + iG) e^{-i phi} / size and (R + iS) e^{i phi} size
        c /= length;
        s /= length;
        if (z)
          {
            Vector      &G = spectrum.left[i + 1], &S = spectrum.right[i + 1];
            const Vector old_F = F, old_R = R;
            F *= c;
            F.add(s, G);
            G *= c;
            G.add(-s, old_F);
            R *= c;
            R.add(-s, S);
            S *= c;
            S.add(s, old_R);
            G /= size;
            S *= size;
          }
        else
          {
            F *= c;
            R *= c;
          }
        F /= size;
        R *= size;
      }
  }



  template <int dim>
  void SpectralProblem<dim>::extend(const Restriction &restriction,
                                    Spectrum          &spectrum) const
  {
    for (Vector &r : spectrum.right)
      r = complete_density(restriction.extend(r));
    for (Vector &f : spectrum.left)
      f = complete_function(restriction.extend(f));
  }



  template <int dim>
  Vector SpectralProblem<dim>::deep_tails() const
  {
    Vector result = the_generator.zero();
    for (const auto i : discretisation.owned)
      result(i) =
        (static_cast<double>(trial_space.nodal_log()(i)) < deepest ? 1. : 0.);
    result.compress(dealii::VectorOperation::insert);
    return result;
  }



  namespace
  {
    /// From eigenvalues mu of A = (K - M)/eta to the rates log(1 + eta mu)/eta
    /// of the steps, which are those of continuous time.
    void use_rates_of_steps(const double step, Spectrum &spectrum)
    {
      for (auto &value : spectrum.values)
        value = std::log(1. + step * value) / step;
    }
  } // namespace



  template <int dim>
  Spectrum SpectralProblem<dim>::eigenpairs(const unsigned int n_values)
  {
    const Restriction restriction(the_generator, deep_tails());
    const Vector      p0       = restriction.restrict_to(law());
    Spectrum          spectrum = SpectrumSolver(solver_parameters)
                          .solve(restriction, n_values, &p0, is_reversible);
    normalise(restriction, p0, spectrum);
    extend(restriction, spectrum);
    spectrum.right.front() = law();
    spectrum.left.front() = complete_function(the_generator.left_null_vector());
    if (dynamics.step() > 0)
      use_rates_of_steps(dynamics.step(), spectrum);
    return spectrum;
  }



  template <int dim>
  KilledAnswer SpectralProblem<dim>::killed(const Vector      &killed,
                                            const unsigned int n_values)
  {
    const Vector tails = deep_tails();
    if (tails * killed == killed.l1_norm())
      throw Refusal("not determined",
                    "the stationary law is below e^" + to_text(deepest) +
                      " of its maximum in the whole absorbing set: nothing "
                      "ever gets there. Move the set closer, or raise the "
                      "noise");
    const Restriction restriction(the_generator, either(killed, tails));
    KilledAnswer      answer;
    answer.spectrum =
      SpectrumSolver(solver_parameters)
        .solve(restriction, std::max(2u, n_values), nullptr, is_reversible);
    Spectrum    &spectrum = answer.spectrum;
    const double rate     = answer.exit_rate();
    if (!(rate > spectrum.resolution))
      throw Refusal("not determined",
                    "the absorbing set is reached at a rate below " +
                      to_text(spectrum.resolution) +
                      " per unit t, which is what round-off leaves: nothing "
                      "reaches it, or hardly ever. Move the set closer, or "
                      "raise the noise");

    Vector p0 = spectrum.right.front();
    p0 /= restriction.mass_functional() * p0;
    Vector positive = p0;
    for (const auto i : positive.locally_owned_elements())
      positive(i) = std::max(0., -static_cast<double>(p0(i)));
    positive.compress(dealii::VectorOperation::insert);
    answer.negative_share = restriction.mass_functional() * positive;

    answer.first_passage = first_passage(restriction, spectrum, killed, rate);
    normalise(restriction, p0, spectrum);
    extend(restriction, spectrum);
    answer.quasi_stationary = complete_density(restriction.extend(p0));
    return answer;
  }



  template <int dim>
  Vector SpectralProblem<dim>::first_passage(const Restriction &without_tails,
                                             const Spectrum    &spectrum,
                                             const Vector      &killed,
                                             const double       rate) const
  {
    // A^T tau = -m, and its part along the slowest mode, which carries most of
    // it, from the rate: F^T A R has no cancellation.
    const Restriction restriction(the_generator, killed);
    BalancedInverse   solver(restriction, solver_parameters, /*shift=*/0.);
    Vector            right_side = restriction.mass_functional();
    right_side *= -1;
    Vector tau = restriction.zero();
    solver.solve(tau, right_side, /*transposed=*/true);
    if (!spectrum.is_complex(0))
      {
        Vector image = without_tails.zero();
        without_tails.mass_matrix().vmult(image, spectrum.right[0]);
        const double exact =
          (without_tails.mass_functional() * spectrum.right[0]) / rate;
        const Vector part = without_tails.restrict_to(restriction.extend(tau));
        Vector       slowest = spectrum.left[0];
        slowest *= exact - image * part;
        tau.add(1., restriction.restrict_to(without_tails.extend(slowest)));
      }
    return complete_function(restriction.extend(tau));
  }



  template <int dim>
  Transitions SpectralProblem<dim>::transitions(const Vector &a,
                                                const Vector &b)
  {
    const Restriction between(the_generator, sum(a, b));
    const Restriction all(the_generator, the_generator.zero());
    const Vector     &free = the_generator.left_null_vector();
    Vector            on_b = b, law_on_a = law(), image = the_generator.zero();
    on_b.scale(free);
    law_on_a.scale(free);
    law_on_a.scale(a);

    BalancedInverse solver(between, solver_parameters, /*shift=*/0.);
    Vector          solution = between.zero();

    Transitions result;
    the_generator.apply_adjoint(image, on_b);
    Vector right_side = between.restrict_to(image);
    right_side *= -1;
    solver.solve(solution, right_side, /*transposed=*/true);
    const Vector q = sum(between.extend(solution), on_b);

    the_generator.apply(image, law_on_a);
    right_side = between.restrict_to(image);
    right_side *= -1;
    solver.solve(solution, right_side, /*transposed=*/false);
    const Vector g = sum(between.extend(solution), law_on_a);

    result.rate = all.product(all.restrict_to(q), all.restrict_to(g));
    the_generator.apply(image, g);
    result.rate_from_a      = -(image * a);
    result.share_of_a       = the_generator.mass_functional() * g;
    result.committor        = complete_function(q);
    result.backward_density = complete_density(g);
    return result;
  }



  template <int dim>
  const Generator &SpectralProblem<dim>::generator() const
  {
    return the_generator;
  }



  template double asymmetric_function(const ParameterBox<1> &,
                                      const dealii::Point<1> &);
  template double asymmetric_function(const ParameterBox<2> &,
                                      const dealii::Point<2> &);
  template double asymmetric_function(const ParameterBox<3> &,
                                      const dealii::Point<3> &);
  template class SpectralProblem<1>;
  template class SpectralProblem<2>;
  template class SpectralProblem<3>;
} // namespace sgdfp
