// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/caputo_stepper.h"

#include <cmath>

namespace sgdfp
{
  namespace
  {
    // Moments within a step where the residual is looked at, as parts of it
    // [numerics.md, 4].
    constexpr double moments[] = {0.1, 0.35, 0.6, 0.85};

    // c of the barrier g
    constexpr double growth = 0.15;
  } // namespace



  CaputoStepper::CaputoStepper(const Generator               &generator,
                               const SolverParameters        &parameters,
                               const bool                     use_direct,
                               const double                   order,
                               const double                   end,
                               std::unique_ptr<CaputoHistory> history)
    : generator(generator)
    , parameters(parameters)
    , use_direct(use_direct)
    , b(order)
    , end(end)
    , weight(std::pow(b, 4))
    , growing(weight * std::tgamma(1 + growth) / std::tgamma(1 + growth - b) *
              std::pow(end, -growth))
    , past(std::move(history))
    , masses(generator.mass_functional())
  {
    check_petsc(VecAbs(masses), "VecAbs");
  }



  double CaputoStepper::norm(const Vector &v) const
  {
    Vector absolute = v;
    check_petsc(VecAbs(absolute), "VecAbs");
    return absolute * masses;
  }



  Vector CaputoStepper::rate_of(const Vector &density) const
  {
    // With such a shift A is round-off in A - s M.
    constexpr double shift = 1e30;
    Vector           image = generator.zero(), result = image;
    BalancedInverse  mass_inverse(generator, parameters, shift, use_direct);
    generator.apply(image, density);
    mass_inverse.solve(result, image, /*transposed=*/false);
    result *= -shift;
    return result;
  }



  void CaputoStepper::start(const Vector &initial)
  {
    P              = initial;
    rate           = rate_of(P);
    last_increment = generator.zero();
    increment      = last_increment;
    next_rate      = last_increment;
  }



  void CaputoStepper::prepare(const double a)
  {
    if (inverse && inverse->shift == a)
      return;
    inverse.reset();
    inverse =
      std::make_unique<BalancedInverse>(generator, parameters, a, use_direct);
    ++n_factorisations;
  }



  void CaputoStepper::solve(const double tau)
  {
    const double a = 1 / (std::tgamma(2 - b) * std::pow(tau, b));
    prepare(a);
    past->evaluate(tau, next_rate);
    Vector source = rate, right_side = rate;
    source.add(-1., next_rate);
    generator.mass_matrix().vmult(right_side, source);
    right_side *= -1;
    inverse->solve(increment, right_side, /*transposed=*/false);
    // Round-off of the solve changes the mass by next to nothing.
    if (generator.conserves_mass())
      {
        const Vector &functional = generator.mass_functional();
        increment.add(-(functional * increment) / (functional * P), P);
      }
    next_rate.add(a, increment);
  }



  double CaputoStepper::barrier(const double t) const
  {
    return (1 - weight) * std::pow(t, -b) / std::tgamma(1 - b) +
           growing * std::pow(t, growth - b);
  }



  double CaputoStepper::first_step(const double tolerance) const
  {
    // |R| begins with |q|, g falls: by either part of it, half of that.
    const double wanted = 2 * norm(rate) / tolerance;
    double       tau    = end;
    if (wanted > 0)
      {
        tau = std::pow((1 - weight) / (wanted * std::tgamma(1 - b)), 1 / b);
        if (b > growth)
          tau = std::max(tau, std::pow(growing / wanted, 1 / (b - growth)));
      }
    // A power of two: all times are then the same on any number of ranks.
    return std::ldexp(1., std::ilogb(std::min(tau, end)));
  }



  double CaputoStepper::bound(const double tau) const
  {
    double largest = 0;
    Vector R       = rate;
    for (const double part : moments)
      {
        const double x = part * tau;
        past->evaluate(x, R);
        R.add(std::pow(x, 1 - b) / (tau * std::tgamma(2 - b)), increment);
        R.add(-(1 - part), rate, -part, next_rate);
        const double here = norm(R) / barrier(front + x);
        if (std::isnan(here))
          return here;
        largest = std::max(largest, here);
      }
    return largest;
  }



  double CaputoStepper::attempt(const double tau)
  {
    next = tau;
    solve(tau);
    return bound(tau);
  }



  void CaputoStepper::accept()
  {
    past->add(increment, next);
    P.add(1., increment);
    last_increment = increment;
    rate           = next_rate;
    last           = next;
    front += last;
  }



  Vector CaputoStepper::density(const double back) const
  {
    Vector result = P;
    if (back > 0)
      result.add(-back / last, last_increment);
    return result;
  }



  double CaputoStepper::time() const
  {
    return front;
  }



  double CaputoStepper::last_step() const
  {
    return last;
  }



  const CaputoHistory &CaputoStepper::history() const
  {
    return *past;
  }



  CaputoStepper::Json CaputoStepper::state() const
  {
    return {{"time", front}, {"last", last}, {"history", past->state()}};
  }



  std::vector<Vector> CaputoStepper::vectors() const
  {
    std::vector<Vector> all = {P, rate, last_increment};
    for (const Vector *v : past->vectors())
      all.push_back(*v);
    return all;
  }



  void CaputoStepper::resume(const Json                &state,
                             const std::vector<Vector> &vectors)
  {
    constexpr std::size_t n_own = 3;
    state.at("time").get_to(front);
    state.at("last").get_to(last);
    P              = vectors.at(0);
    rate           = vectors.at(1);
    last_increment = vectors.at(2);
    increment      = last_increment;
    next_rate      = rate;
    past->resume(state.at("history"),
                 std::vector<Vector>(vectors.begin() + n_own, vectors.end()));
  }
} // namespace sgdfp
