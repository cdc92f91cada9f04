// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_CAPUTO_STEPPER_H
#define SGDFP_SOLVERS_CAPUTO_STEPPER_H

#include "fractional/caputo_history.h"
#include "solvers/balanced_inverse.h"

namespace sgdfp
{
  /// Steps of the fractional Fokker-Planck equation
  ///
  ///     M d_t^b P = A P,   d_t^b u = 1/Gamma(1-b) int_0^t (t-s)^-b u'(s) ds,
  ///
  /// 0 < b < 1, for any Generator, by the L1 scheme: P is linear in time on
  /// every step, of any length tau, and the equation holds at its end,
  ///
  ///     (a M - A) d = M (q - h(tau)),   a = 1/(Gamma(2-b) tau^b),
  ///
  /// d the increment, q = M^-1 A P at its beginning, h the CaputoHistory. As
  /// the equation holds there, q at the end is a d + h(tau): no system with M
  /// is ever solved but for the first.
  ///
  /// The residual R = d_t^b P - M^-1 A P of that path bounds its error: for a
  /// generator, whose semigroup contracts in L1,
  ///
  ///     |R(t)|_1 <= eps g(t) for all t <= T   =>   error <= eps,
  ///
  /// g >= 0 any function whose fractional integral of order b is at most 1
  /// until T [Kopteva, Pointwise-in-time a posteriori error control for
  /// time-fractional parabolic equations, 2022]; here
  ///
  ///     g = (1-w) t^-b/Gamma(1-b)
  ///         + w Gamma(1+c)/Gamma(1+c-b) t^{c-b} T^-c,   w = b^4, c = .15,
  ///
  /// as the first part alone vanishes for b -> 1. R vanishes at the ends of
  /// steps and is looked at in four moments within them.
  class CaputoStepper
  {
  public:
    using Json = nlohmann::ordered_json;

    /// @param generator assembled; must outlive this object
    /// @param use_direct factorise; else GMRES
    /// @param order b
    /// @param end T
    CaputoStepper(const Generator               &generator,
                  const SolverParameters        &parameters,
                  const bool                     use_direct,
                  const double                   order,
                  const double                   end,
                  std::unique_ptr<CaputoHistory> history);

    /// Begins with @p P at t = 0. Collective, as all below.
    void start(const Vector &P);

    /// A step of length @p tau from time(), not accepted yet.
    /// @return the eps of its residual; NaN where the linear solver failed
    double attempt(const double tau);

    /// A first step, a power of two, whose residual is below about eps =
    /// @p tolerance.
    double first_step(const double tolerance) const;

    /// Accepts the last attempt.
    void accept();

    /// The path at a moment @p back before time(), within the last step.
    Vector density(const double back = 0) const;

    double time() const;

    /// Length of the last accepted step
    double last_step() const;

    const CaputoHistory &history() const;

    /// For a checkpoint, and back.
    Json                state() const;
    std::vector<Vector> vectors() const;
    void resume(const Json &state, const std::vector<Vector> &vectors);

    unsigned int n_factorisations = 0;

  private:
    /// M^-1 A P
    Vector rate_of(const Vector &P) const;

    /// Factorises a M - A, unless it is there.
    void prepare(const double a);

    /// d, and q at the end
    void solve(const double tau);

    double bound(const double tau) const;

    /// g
    double barrier(const double t) const;

    /// L1 norm of a density
    double norm(const Vector &v) const;

    const Generator       &generator;
    const SolverParameters parameters;
    const bool             use_direct;
    const double           b, end;
    /// w of g, and the factor of its second part
    const double                         weight, growing;
    const std::unique_ptr<CaputoHistory> past;
    std::unique_ptr<BalancedInverse>     inverse;
    Vector                               masses; ///< |1^T M|
    /// P and q at time(), the increment of the last step
    Vector P, rate, last_increment;
    /// Of the attempt: d, q at its end, its length
    Vector increment, next_rate;
    double front = 0, last = 0, next = 0;
  };
} // namespace sgdfp

#endif
