// SPDX-License-Identifier: GPL-3.0-or-later
#include "fractional/caputo_history.h"

#include <algorithm>
#include <cmath>

namespace sgdfp
{
  namespace
  {
    // e^-45 is 3e-20: such a part of a sum is not seen.
    constexpr double forgotten = 45;

    // kept[0 .. 2] of ExponentialHistory
    constexpr std::size_t whole = 0, moment = 1, last = 2, n_common = 3;
  } // namespace



  std::vector<const Vector *> CaputoHistory::vectors() const
  {
    std::vector<const Vector *> all;
    for (const auto &v : kept)
      all.push_back(v.get());
    return all;
  }



  void CaputoHistory::keep(const std::vector<Vector> &vectors)
  {
    kept.clear();
    for (const Vector &v : vectors)
      kept.push_back(std::make_unique<Vector>(v));
  }



  void CaputoHistory::evaluate(const double x, Vector &result) const
  {
    const std::vector<double> c = weights(x);
    check_petsc(VecSet(result, 0.), "VecSet");
    std::vector<Vec> all;
    for (const auto &v : kept)
      all.push_back(*v);
    check_petsc(VecMAXPY(result, c.size(), c.data(), all.data()), "VecMAXPY");
  }



  ExponentialHistory::ExponentialHistory(const double b, const double eps)
    : b(b)
    , step(M_PI * M_PI / std::log(3 / eps))
    , delta(std::sqrt(2 * eps))
  {}



  double ExponentialHistory::rate(const int j) const
  {
    return std::exp(j * step);
  }



  double ExponentialHistory::weight(const int j) const
  {
    return step * std::exp(b * j * step) /
           (std::tgamma(b) * std::tgamma(1 - b));
  }



  int ExponentialHistory::index_below(const double s) const
  {
    return static_cast<int>(std::floor(std::log(s) / step));
  }



  std::vector<double> ExponentialHistory::weights(const double x) const
  {
    std::vector<double> c(kept.size(), 0.);
    if (kept.empty())
      return c;
    // Slow ones, down to those of no weight.
    constexpr double round_off = 1e-18;
    const int        lowest =
      first - static_cast<int>(-std::log(round_off) / (b * step));
    for (int j = first - 1; j >= lowest; --j)
      {
        const double part = weight(j) * std::exp(-rate(j) * x);
        c[whole] += part;
        c[moment] -= part * rate(j);
      }
    const int end = first + static_cast<int>(kept.size() - n_common);
    for (int j = first; j < end; ++j)
      c[n_common + j - first] = weight(j) * std::exp(-rate(j) * x);
    // Fast ones
    for (int j = end; rate(j) * x < forgotten; ++j)
      c[last] += weight(j) * std::exp(-rate(j) * x) / (rate(j) * last_tau);
    return c;
  }



  void ExponentialHistory::add(const Vector &increment, const double tau)
  {
    if (kept.empty())
      {
        Vector none = increment;
        check_petsc(VecSet(none, 0.), "VecSet");
        keep(std::vector<Vector>(n_common, none));
        last_tau = tau;
        first    = 1 + index_below(delta / tau);
      }
    const int old_first = first;
    const int old_end   = first + static_cast<int>(kept.size() - n_common);
    const int new_first = 1 + index_below(delta / (time + tau));
    const int new_end   = std::max(new_first, 1 + index_below(forgotten / tau));

    std::vector<std::unique_ptr<Vector>> next;
    for (int j = new_first; j < new_end; ++j)
      {
        const double s = rate(j), z = s * tau;
        const double decay = std::exp(-z), gain = -std::expm1(-z) / z;
        if (j >= old_first && j < old_end)
          {
            next.push_back(std::move(kept[n_common + j - old_first]));
            next.back()->sadd(decay, gain, increment);
            continue;
          }
        next.push_back(std::make_unique<Vector>(increment));
        *next.back() *= gain;
        if (j >= old_end)
          next.back()->add(decay / (s * last_tau), *kept[last]);
        else
          next.back()->add(decay, *kept[whole], -decay * s, *kept[moment]);
      }
    kept[moment]->add(tau, *kept[whole], 0.5 * tau, increment);
    kept[whole]->add(1., increment);
    *kept[last] = increment;
    kept.resize(n_common);
    for (auto &v : next)
      kept.push_back(std::move(v));
    first = new_first;
    time += tau;
    last_tau     = tau;
    most_vectors = std::max(most_vectors, kept.size());
  }



  CaputoHistory::Json ExponentialHistory::state() const
  {
    return {{"time", time},
            {"last_tau", last_tau},
            {"first", first},
            {"most_vectors", most_vectors}};
  }



  void ExponentialHistory::resume(const Json                &state,
                                  const std::vector<Vector> &vectors)
  {
    state.at("time").get_to(time);
    state.at("last_tau").get_to(last_tau);
    state.at("first").get_to(first);
    state.at("most_vectors").get_to(most_vectors);
    keep(vectors);
  }



  DirectHistory::DirectHistory(const double b)
    : b(b)
  {}



  std::vector<double> DirectHistory::weights(const double x) const
  {
    // (y + tau)^{1-b} - y^{1-b} over tau Gamma(2-b), without cancellation, y
    // from the end of the piece to t_n + x
    std::vector<double> c(taus.size());
    double              y = x;
    for (std::size_t i = taus.size(); i-- > 0;)
      {
        const double tau = taus[i], all = y + tau;
        c[i] = std::pow(all, 1 - b) *
               -std::expm1((1 - b) * std::log1p(-tau / all)) /
               (tau * std::tgamma(2 - b));
        y = all;
      }
    return c;
  }



  void DirectHistory::add(const Vector &increment, const double tau)
  {
    taus.push_back(tau);
    kept.push_back(std::make_unique<Vector>(increment));
    most_vectors = kept.size();
  }



  CaputoHistory::Json DirectHistory::state() const
  {
    Json result;
    result["taus"] = taus;
    return result;
  }



  void DirectHistory::resume(const Json                &state,
                             const std::vector<Vector> &vectors)
  {
    state.at("taus").get_to(taus);
    keep(vectors);
    most_vectors = kept.size();
  }
} // namespace sgdfp
