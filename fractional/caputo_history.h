// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_FRACTIONAL_CAPUTO_HISTORY_H
#define SGDFP_FRACTIONAL_CAPUTO_HISTORY_H

#include "base/petsc.h"

#include <memory>
#include <vector>

#include <nlohmann/json.hpp>

namespace sgdfp
{
  /// What a Caputo derivative remembers of a path u that is linear in time
  /// between t_0 = 0 < t_1 < .. < t_n (the L1 scheme):
  ///
  ///     h(x) = 1/Gamma(1-b) int_0^{t_n} (t_n + x - s)^-b u'(s) ds,   x > 0.
  ///
  /// For a next piece u(t_n + x) = u^n + (x/tau) d the derivative is
  ///
  ///     d_t^b u (t_n + x) = (d/tau) x^{1-b}/Gamma(2-b) + h(x).
  class CaputoHistory
  {
  public:
    using Json = nlohmann::ordered_json;

    virtual ~CaputoHistory() = default;

    /// Coefficients c of h(x) = sum_i c_i v_i over the vectors(); empty at
    /// t = 0.
    /// @param x > 0
    virtual std::vector<double> weights(const double x) const = 0;

    /// Adds a piece of length @p tau in which u grows by @p increment.
    virtual void add(const Vector &increment, const double tau) = 0;

    /// What is kept, to be saved.
    std::vector<const Vector *> vectors() const;

    /// All that goes with the vectors, and back.
    virtual Json state() const                              = 0;
    virtual void resume(const Json                &state,
                        const std::vector<Vector> &vectors) = 0;

    /// h(x) in @p result, which has the right size.
    void evaluate(const double x, Vector &result) const;

    /// Most vectors kept at a time
    std::size_t most_vectors = 0;

  protected:
    void keep(const std::vector<Vector> &vectors);

    /// Pointers, as a vector of PETSc's is copied rather than moved.
    std::vector<std::unique_ptr<Vector>> kept;
  };



  /// By a sum of exponentials: with s_j = e^{jh},
  ///
  ///     t^-b = h/Gamma(b) sum_j s_j^b e^{-s_j t}   (1 + O(eps)),
  ///
  /// the trapezoidal rule for Gamma(b) t^-b = int e^{by - t e^y} dy with step
  /// h = pi^2/ln(3/eps), for all t > 0 [numerics.md, 4; McLean, Exponential sum
  /// approximations for t^-beta, 2018]. The history is that of
  ///
  ///     G_j(t_n) = int_0^{t_n} e^{-s_j (t_n - s)} u'(s) ds,
  ///
  /// of which vectors are needed only for delta/t_n < s_j < 45/tau_n:
  ///
  /// - slower exponentials still see all of the path,
  ///   G_j = (u^n - u^0) - s_j int_0^{t_n} (t_n - s) u'(s) ds + O(delta^2),
  ///   two vectors for all of them, delta^2 = 2 eps;
  /// - faster ones only its last piece, G_j = d_n/(s_j tau_n) (1 + O(e^-45)).
  ///
  /// So neither the first step nor the end is to be known beforehand, and what
  /// is kept grows with ln(t_n/tau_n) only: some 40 vectors for eps = 1e-8.
  class ExponentialHistory : public CaputoHistory
  {
  public:
    /// @param b order of the derivative, 0 < b < 1
    /// @param eps relative error of the kernel
    ExponentialHistory(const double b, const double eps);

    std::vector<double> weights(const double x) const override;

    void add(const Vector &increment, const double tau) override;

    Json state() const override;
    void resume(const Json &state, const std::vector<Vector> &vectors) override;

  private:
    double rate(const int j) const;

    /// h s_j^b/(Gamma(b) Gamma(1-b))
    double weight(const int j) const;

    /// The greatest j with s_j <= s
    int index_below(const double s) const;

    const double b, step, delta;
    double       time = 0, last_tau = 0;
    /// kept: u^n - u^0, int (t_n - s) u' ds, d_n, and G_j for first <= j
    int first = 0;
  };



  /// All pieces, one by one: the cost of a step grows with their number. For
  /// comparison.
  class DirectHistory : public CaputoHistory
  {
  public:
    explicit DirectHistory(const double b);

    std::vector<double> weights(const double x) const override;

    void add(const Vector &increment, const double tau) override;

    Json state() const override;
    void resume(const Json &state, const std::vector<Vector> &vectors) override;

  private:
    const double        b;
    std::vector<double> taus;
  };
} // namespace sgdfp

#endif
