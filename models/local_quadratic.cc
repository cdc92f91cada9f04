// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/local_quadratic.h"

#include <algorithm>
#include <cmath>

namespace sgdfp
{
  using dealii::Tensor;

  namespace
  {
    // Curvatures below this part of the steepest are zero: points of a minimum
    // set are known to about 1e-10, which leaves about that much curvature in
    // the directions along it.
    constexpr double flat = 1e-7;
  } // namespace



  template <int dim>
  LocalQuadratic<dim>::LocalQuadratic(const Loss<dim>             &loss,
                                      const dealii::Point<dim>    &y,
                                      const std::array<bool, dim> &held)
    : held_axes(std::count(held.begin(), held.end(), true))
    , normal_axes(dim - held_axes)
    , gradient(loss.gradient(y))
  {
    dealii::SymmetricTensor<2, dim> H = loss.hessian(y);
    for (unsigned int i = 0; i < dim; ++i)
      if (held[i])
        {
          gradient[i] = 0;
          for (unsigned int j = 0; j < dim; ++j)
            H[i][j] = 0;
        }
    scale = H.norm();
    if (!is_finite())
      return;
    // Steeper than any free axis, so that held axes sort to the front.
    for (unsigned int i = 0; i < dim; ++i)
      if (held[i])
        H[i][i] = 2 * scale;

    // QL, the default, can fail where entries differ by many orders.
    axes = eigenvectors(H, dealii::SymmetricTensorEigenvectorMethod::jacobi);
    std::sort(axes.begin(), axes.end(), [](const auto &a, const auto &b) {
      return std::abs(a.first) > std::abs(b.first);
    });
    if (steepest() > 0)
      while (std::abs(axes[held_axes + normal_axes - 1].first) <=
             flat * steepest())
        --normal_axes;
  }



  template <int dim>
  bool LocalQuadratic<dim>::is_finite() const
  {
    return std::isfinite(scale) && std::isfinite(gradient.norm_square());
  }



  template <int dim>
  double LocalQuadratic<dim>::slope() const
  {
    return gradient.norm();
  }



  template <int dim>
  double LocalQuadratic<dim>::steepest() const
  {
    return held_axes < dim ? std::abs(axes[held_axes].first) : 0;
  }



  template <int dim>
  unsigned int LocalQuadratic<dim>::n_held() const
  {
    return held_axes;
  }



  template <int dim>
  unsigned int LocalQuadratic<dim>::n_normal() const
  {
    return normal_axes;
  }



  template <int dim>
  void LocalQuadratic<dim>::assume_normal(const unsigned int n)
  {
    normal_axes = std::min(n, dim - held_axes);
  }



  template <int dim>
  Tensor<1, dim> LocalQuadratic<dim>::descent_step(const double radius) const
  {
    const double   least = slope() / radius;
    Tensor<1, dim> step;
    if (least > 0)
      for (const auto &[curvature, axis] : axes)
        step -= gradient * axis / std::max(std::abs(curvature), least) * axis;
    return step;
  }



  template <int dim>
  Tensor<1, dim> LocalQuadratic<dim>::normal_step() const
  {
    Tensor<1, dim> step;
    for (unsigned int i = held_axes; i < held_axes + normal_axes; ++i)
      if (const auto &[curvature, axis] = axes[i];
          std::abs(curvature) > flat * steepest())
        step -= gradient * axis / curvature * axis;
    return step;
  }



  template <int dim>
  Tensor<1, dim> LocalQuadratic<dim>::tangential(const Tensor<1, dim> &x) const
  {
    Tensor<1, dim> result;
    for (unsigned int i = held_axes + normal_axes; i < dim; ++i)
      result += x * axes[i].second * axes[i].second;
    return result;
  }



  template class LocalQuadratic<1>;
  template class LocalQuadratic<2>;
  template class LocalQuadratic<3>;
} // namespace sgdfp
