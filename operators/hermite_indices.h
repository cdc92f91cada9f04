// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_HERMITE_INDICES_H
#define SGDFP_OPERATORS_HERMITE_INDICES_H

#include <array>
#include <vector>

namespace sgdfp
{
  /// The multi-indices n = (n_1 .. n_dim) with |n| = n_1 + .. + n_dim <= N of
  /// the expansion of a phase-space density in Hermite functions of velocity,
  ///
  ///     f(theta, v) = sum_n c_n(theta) prod_i h_{n_i}(v_i/s_i) M(v),
  ///
  /// h_n = He_n/sqrt(n!) orthonormal under the Gaussian, M the Maxwellian with
  /// standard deviations s_i. Sorted by |n|: first the level 0, the density of
  /// parameters.
  template <int dim>
  class HermiteIndices
  {
  public:
    using Index = std::array<unsigned int, dim>;

    /// @param degree N
    explicit HermiteIndices(const unsigned int degree);

    const unsigned int degree;

    unsigned int size() const;

    const Index &operator[](const unsigned int i) const;

    /// |n|
    unsigned int level(const unsigned int i) const;

    bool is_even(const unsigned int i) const;

    /// How many even (or odd) ones there are before @p i, or in all.
    unsigned int n_even_before(const unsigned int i) const;
    unsigned int n_odd_before(const unsigned int i) const;
    unsigned int n_even() const;
    unsigned int n_odd() const;

    /// The place of n + @p step e_d; -1 where there is none.
    int
    neighbour(const unsigned int i, const unsigned int d, const int step) const;

    /// The place of @p n; -1 where there is none.
    int find(const std::array<int, dim> &n) const;

  private:
    std::vector<Index>        list;
    std::vector<unsigned int> even_before;
    /// Place by n_1 + (N + 1) n_2
    std::vector<int> places;
  };



  /// h_0(x) .. h_N(x), orthonormal under the standard Gaussian.
  void evaluate_hermite(const double         x,
                        const unsigned int   degree,
                        std::vector<double> &values);



  /// B_nm = E[|xi| h_n(xi) h_m(xi)] under the standard Gaussian, which is 0 for
  /// n + m odd: the flux of what leaves through a face that absorbs.
  double half_range_flux(const unsigned int n, const unsigned int m);
} // namespace sgdfp

#endif
