// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/hermite_indices.h"

#include <algorithm>
#include <cmath>

namespace sgdfp
{
  template <int dim>
  HermiteIndices<dim>::HermiteIndices(const unsigned int degree)
    : degree(degree)
    , places(dim == 1 ? degree + 1 : (degree + 1) * (degree + 1), -1)
  {
    static_assert(dim <= 2, "a phase space of at most four dimensions");
    for (unsigned int level = 0; level <= degree; ++level)
      for (unsigned int m = 0; m <= (dim == 1 ? 0 : level); ++m)
        {
          Index n;
          n[0] = level - m;
          if (dim > 1)
            n[dim - 1] = m;
          places[n[0] + (dim > 1 ? (degree + 1) * m : 0)] = list.size();
          list.push_back(n);
        }
    unsigned int even = 0;
    for (unsigned int i = 0; i < list.size(); ++i)
      {
        even_before.push_back(even);
        even += is_even(i);
      }
    even_before.push_back(even);
  }



  template <int dim>
  unsigned int HermiteIndices<dim>::size() const
  {
    return list.size();
  }



  template <int dim>
  const typename HermiteIndices<dim>::Index &
  HermiteIndices<dim>::operator[](const unsigned int i) const
  {
    return list[i];
  }



  template <int dim>
  unsigned int HermiteIndices<dim>::level(const unsigned int i) const
  {
    return list[i][0] + (dim > 1 ? list[i][dim - 1] : 0);
  }



  template <int dim>
  bool HermiteIndices<dim>::is_even(const unsigned int i) const
  {
    return level(i) % 2 == 0;
  }



  template <int dim>
  unsigned int HermiteIndices<dim>::n_even_before(const unsigned int i) const
  {
    return even_before[i];
  }



  template <int dim>
  unsigned int HermiteIndices<dim>::n_odd_before(const unsigned int i) const
  {
    return i - even_before[i];
  }



  template <int dim>
  unsigned int HermiteIndices<dim>::n_even() const
  {
    return even_before.back();
  }



  template <int dim>
  unsigned int HermiteIndices<dim>::n_odd() const
  {
    return size() - n_even();
  }



  template <int dim>
  int HermiteIndices<dim>::find(const std::array<int, dim> &n) const
  {
    int sum = 0;
    for (const int component : n)
      {
        if (component < 0)
          return -1;
        sum += component;
      }
    if (sum > static_cast<int>(degree))
      return -1;
    return places[n[0] + (dim > 1 ? (degree + 1) * n[dim - 1] : 0)];
  }



  template <int dim>
  int HermiteIndices<dim>::neighbour(const unsigned int i,
                                     const unsigned int d,
                                     const int          step) const
  {
    std::array<int, dim> n;
    std::copy(list[i].begin(), list[i].end(), n.begin());
    n[d] += step;
    return find(n);
  }



  void evaluate_hermite(const double         x,
                        const unsigned int   degree,
                        std::vector<double> &values)
  {
    values.resize(degree + 1);
    values[0] = 1;
    if (degree > 0)
      values[1] = x;
    for (unsigned int n = 1; n < degree; ++n)
      values[n + 1] =
        (x * values[n] - std::sqrt(n) * values[n - 1]) / std::sqrt(n + 1.);
  }



  namespace
  {
    /// int_0^infinity h_p h_m under the standard Gaussian, p + m odd: from
    /// (phi h_p')' = -p phi h_p and h_p' = sqrt(p) h_{p-1}.
    double half_range_product(const unsigned int p, const unsigned int m)
    {
      std::vector<double> h;
      evaluate_hermite(0., std::max(p, m), h);
      const double phi = 1 / std::sqrt(2 * std::acos(-1.));
      const double a   = (p > 0 ? std::sqrt(p) * h[p - 1] * h[m] : 0.);
      const double b   = (m > 0 ? std::sqrt(m) * h[p] * h[m - 1] : 0.);
      return phi * (a - b) / (static_cast<double>(p) - m);
    }
  } // namespace



  double half_range_flux(const unsigned int n, const unsigned int m)
  {
    if ((n + m) % 2 == 1)
      return 0;
    // xi h_n = sqrt(n + 1) h_{n+1} + sqrt(n) h_{n-1}
    double result = std::sqrt(n + 1.) * half_range_product(n + 1, m);
    if (n > 0)
      result += std::sqrt(n) * half_range_product(n - 1, m);
    return 2 * result;
  }



  template class HermiteIndices<1>;
  template class HermiteIndices<2>;
} // namespace sgdfp
