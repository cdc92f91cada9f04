// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/local_law.h"

#include <cmath>

namespace sgdfp
{
  using dealii::Tensor;

  namespace
  {
    /// [i][j] = (d_i D)_jk w_k + D_jk d_i w_k, the gradient of D w
    template <int dim>
    Tensor<2, dim> gradient_of_product(const MatrixField<dim> &D,
                                       const Tensor<1, dim>   &w,
                                       const Tensor<2, dim>   &grad_w)
    {
      Tensor<2, dim> result = grad_w * Tensor<2, dim>(D.value);
      for (unsigned int i = 0; i < dim; ++i)
        result[i] += D.gradient[i] * w;
      return result;
    }
  } // namespace



  template <int dim>
  double LocalLaw<dim>::density() const
  {
    return std::exp(l) * u;
  }



  template <int dim>
  Tensor<1, dim>
  LocalLaw<dim>::residual_drift(const typename Dynamics<dim>::Flux &flux) const
  {
    return flux.drift - flux.diffusion.value * grad_l;
  }



  template <int dim>
  Tensor<2, dim> LocalLaw<dim>::residual_drift_gradient(
    const typename Dynamics<dim>::Flux &flux) const
  {
    return flux.drift_gradient -
           gradient_of_product(flux.diffusion, grad_l, hess_l);
  }



  template <int dim>
  Tensor<1, dim>
  LocalLaw<dim>::current(const typename Dynamics<dim>::Flux &flux) const
  {
    return std::exp(l) *
           (u * residual_drift(flux) - flux.diffusion.value * grad_u);
  }



  template <int dim>
  Tensor<1, dim>
  LocalLaw<dim>::velocity(const typename Dynamics<dim>::Flux &flux) const
  {
    return residual_drift(flux) - flux.diffusion.value * grad_u / u;
  }



  template <int dim>
  Tensor<2, dim> LocalLaw<dim>::current_gradient(
    const typename Dynamics<dim>::Flux &flux) const
  {
    const Tensor<1, dim> rho = residual_drift(flux);
    const Tensor<1, dim> j   = u * rho - flux.diffusion.value * grad_u;
    return std::exp(l) *
           (outer_product(grad_l, j) + outer_product(grad_u, rho) +
            u * residual_drift_gradient(flux) -
            gradient_of_product(flux.diffusion, grad_u, hess_u));
  }



  template <int dim>
  Tensor<2, dim> LocalLaw<dim>::velocity_gradient(
    const typename Dynamics<dim>::Flux &flux) const
  {
    const Tensor<1, dim> w = grad_u / u;
    return residual_drift_gradient(flux) -
           gradient_of_product(flux.diffusion,
                               w,
                               hess_u / u - outer_product(w, w));
  }



  template struct LocalLaw<1>;
  template struct LocalLaw<2>;
  template struct LocalLaw<3>;
} // namespace sgdfp
