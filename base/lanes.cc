// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/lanes.h"

namespace sgdfp
{
  namespace
  {
    SGDFP_FOR_EVERY_CPU void
    axpy(double *__restrict r, const double c, const double *__restrict a)
    {
      for (unsigned int i = 0; i < n_lanes; ++i)
        r[i] += c * a[i];
    }



    SGDFP_FOR_EVERY_CPU void
    multiple(double *__restrict r, const double c, const double *__restrict a)
    {
      for (unsigned int i = 0; i < n_lanes; ++i)
        r[i] = c * a[i];
    }



    // a and b may be the same lanes
    SGDFP_FOR_EVERY_CPU void product(double *__restrict r,
                                     const double  c,
                                     const double *a,
                                     const double *b)
    {
      for (unsigned int i = 0; i < n_lanes; ++i)
        r[i] = c * a[i] * b[i];
    }



    SGDFP_FOR_EVERY_CPU void shift_all(double *r, const double c)
    {
      for (unsigned int i = 0; i < n_lanes; ++i)
        r[i] += c;
    }



    SGDFP_FOR_EVERY_CPU void set_all(double *r, const double c)
    {
      for (unsigned int i = 0; i < n_lanes; ++i)
        r[i] = c;
    }



    // a and b may be the same lanes
    SGDFP_FOR_EVERY_CPU void add_product(double *__restrict r,
                                         const double  c,
                                         const double *a,
                                         const double *b)
    {
      for (unsigned int i = 0; i < n_lanes; ++i)
        r[i] += c * a[i] * b[i];
    }



    SGDFP_FOR_EVERY_CPU void scale(double *r, const double c)
    {
      for (unsigned int i = 0; i < n_lanes; ++i)
        r[i] *= c;
    }



    SGDFP_FOR_EVERY_CPU void multiply(double *__restrict r,
                                      const double *__restrict a)
    {
      for (unsigned int i = 0; i < n_lanes; ++i)
        r[i] *= a[i];
    }



    SGDFP_FOR_EVERY_CPU void scale_and_axpy(double *__restrict r,
                                            const double c,
                                            const double *__restrict b)
    {
      for (unsigned int i = 0; i < n_lanes; ++i)
        r[i] = c * r[i] + b[i];
    }
  } // namespace



  void Lanes::fill(const double c)
  {
    set_all(value.data(), c);
  }



  void Lanes::set(const double c, const Lanes &a)
  {
    multiple(value.data(), c, a.value.data());
  }



  void Lanes::set(const double c, const Lanes &a, const Lanes &b)
  {
    product(value.data(), c, a.value.data(), b.value.data());
  }



  void Lanes::shift(const double c)
  {
    shift_all(value.data(), c);
  }



  void Lanes::add(const double c, const Lanes &a)
  {
    axpy(value.data(), c, a.value.data());
  }



  void Lanes::add(const double c, const Lanes &a, const Lanes &b)
  {
    add_product(value.data(), c, a.value.data(), b.value.data());
  }



  Lanes &Lanes::operator*=(const double c)
  {
    scale(value.data(), c);
    return *this;
  }



  Lanes &Lanes::operator*=(const Lanes &a)
  {
    multiply(value.data(), a.value.data());
    return *this;
  }



  void Lanes::scale_and_add(const double c, const Lanes &b)
  {
    scale_and_axpy(value.data(), c, b.value.data());
  }
} // namespace sgdfp
