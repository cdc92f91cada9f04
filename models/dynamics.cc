// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/dynamics.h"

#include "base/errors.h"
#include "base/text.h"

namespace sgdfp
{
  using dealii::Point;
  using dealii::SymmetricTensor;
  using dealii::Tensor;

  template <int dim>
  Dynamics<dim>::Dynamics(std::shared_ptr<const Loss<dim>> loss,
                          const NoiseParameters           &noise,
                          const OptimiserParameters       &optimiser)
    : the_loss(loss)
    , noise(noise)
    , optimiser(optimiser)
    , constant_diffusion(noise.isotropic_floor *
                         dealii::unit_symmetric_tensor<dim>())
  {
    if (noise.type == "minibatch")
      {
        if (!loss->has_samples())
          throw EntryError("Noise/type",
                           noise.type,
                           "a quadratic loss has no samples to draw batches "
                           "from",
                           "Use type = constant with the diffusion matrix D, "
                           "or isotropic.");
        minibatch_factor = optimiser.learning_rate /
                           (2. * optimiser.batch_size) *
                           optimiser.sampling_factor(loss->n_samples());
      }
    else if (noise.type == "isotropic")
      constant_diffusion +=
        noise.temperature * dealii::unit_symmetric_tensor<dim>();
    else if (noise.type == "constant")
      for (unsigned int i = 0; i < dim; ++i)
        for (unsigned int j = i; j < dim; ++j)
          constant_diffusion[i][j] += noise.diffusion[i][j];
  }



  template <int dim>
  const Loss<dim> &Dynamics<dim>::loss() const
  {
    return *the_loss;
  }



  template <int dim>
  Tensor<1, dim> Dynamics<dim>::drift(const Point<dim> &theta) const
  {
    return -the_loss->gradient(theta);
  }



  template <int dim>
  MatrixField<dim>
  Dynamics<dim>::diffusion(const Point<dim>            &theta,
                           const MatrixFieldDerivatives derivatives) const
  {
    MatrixField<dim> D;
    if (minibatch_factor > 0)
      {
        D = the_loss->gradient_covariance(theta, derivatives);
        D *= minibatch_factor;
      }
    D.value += constant_diffusion;
    return D;
  }



  template <int dim>
  typename Dynamics<dim>::Flux
  Dynamics<dim>::flux(const Point<dim>            &theta,
                      const MatrixFieldDerivatives derivatives) const
  {
    const double ito_weight = 1 - noise.calculus_parameter();

    Flux flux;
    flux.diffusion = diffusion(theta, derivatives);
    flux.drift     = drift(theta) - ito_weight * flux.diffusion.divergence;
    if (derivatives == MatrixFieldDerivatives::all)
      flux.drift_gradient = -Tensor<2, dim>(the_loss->hessian(theta)) -
                            ito_weight * flux.diffusion.divergence_gradient;
    return flux;
  }



  template <int dim>
  boost::optional<double> Dynamics<dim>::isotropic_temperature() const
  {
    const double T = constant_diffusion[0][0];
    if (minibatch_factor > 0 || T == 0 ||
        constant_diffusion != T * dealii::unit_symmetric_tensor<dim>())
      return {};
    return T;
  }



  template <int dim>
  std::string Dynamics<dim>::why_no_density() const
  {
    if (minibatch_factor == 0 && constant_diffusion.norm() == 0)
      return "there is no noise at all: the law is a set of points, not a "
             "density. Raise Noise/isotropic floor or choose another "
             "Noise/type";
    if (minibatch_factor > 0 && noise.isotropic_floor == 0)
      {
        const std::string reason = the_loss->collapse_without_floor();
        if (!reason.empty())
          return reason + ". Raise Noise/isotropic floor";
      }
    return "";
  }



  template <int dim>
  std::string Dynamics<dim>::noise_description() const
  {
    std::string text;
    if (noise.type == "minibatch")
      text = "minibatch noise D = (eta/2B) C(theta), eta = " +
             to_text(optimiser.learning_rate) +
             ", B = " + std::to_string(optimiser.batch_size);
    else if (noise.type == "isotropic")
      text = "isotropic noise D = T I, T = " + to_text(noise.temperature);
    else if (noise.type == "constant")
      text = "constant noise D";
    else
      text = "no noise of its own";
    if (noise.isotropic_floor > 0)
      text += ", plus floor " + to_text(noise.isotropic_floor) + " I";
    return text + " (" + noise.calculus + ")";
  }



  template class Dynamics<1>;
  template class Dynamics<2>;
  template class Dynamics<3>;
} // namespace sgdfp
