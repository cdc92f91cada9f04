// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/dynamics.h"

#include "base/errors.h"
#include "base/text.h"
#include "models/extreme_eigenvalues.h"
#include "models/network.h"

#include <algorithm>
#include <cmath>

namespace sgdfp
{
  using dealii::Point;
  using dealii::SymmetricTensor;
  using dealii::Tensor;

  namespace
  {
    const std::string additional_drift_entry = "Optimiser/additional drift";
  }



  template <int dim>
  Dynamics<dim>::Dynamics(std::shared_ptr<const Loss<dim>> loss,
                          const NoiseParameters           &noise,
                          const OptimiserParameters       &optimiser,
                          const Vocabulary                &vocabulary)
    : the_loss(loss)
    , noise(noise)
    , optimiser(optimiser)
    , constant_diffusion(noise.isotropic_floor * loss->mobility())
  {
    if (noise.type == "minibatch")
      {
        if (!loss->has_samples())
          throw EntryError("Noise/type",
                           noise.type,
                           "this loss has no samples to draw batches from",
                           "Use type = isotropic, constant with the diffusion "
                           "matrix D, or expression.");
        if (const auto *network = dynamic_cast<const Network<dim> *>(&*loss))
          optimiser.check_weights(network->data().has_shares);
        minibatch_factor = optimiser.effective_learning_rate() /
                           (2. * optimiser.batch_size) *
                           optimiser.sampling_factor(loss->n_samples());
        the_batch_sharpness = BatchSharpness<dim>::make(*loss, optimiser);
      }
    else if (noise.type == "isotropic")
      constant_diffusion += noise.temperature * loss->mobility();
    else if (noise.type == "constant")
      for (unsigned int i = 0; i < dim; ++i)
        for (unsigned int j = i; j < dim; ++j)
          constant_diffusion[i][j] += noise.diffusion[i][j];
    else if (noise.type == "expression")
      expression =
        std::make_shared<const ExpressionDiffusion<dim>>("Noise/expression",
                                                         noise.expression,
                                                         vocabulary);
    if (noise.stable.is_on())
      stable_noise = std::make_shared<const StableNoise<dim>>(noise.stable,
                                                              loss,
                                                              vocabulary);
    if (!optimiser.additional_drift.empty())
      additional_drift =
        std::make_shared<const ExpressionDrift<dim>>(additional_drift_entry,
                                                     optimiser.additional_drift,
                                                     vocabulary);
    if (optimiser.is_modified())
      make_modified_equation();
  }



  template <int dim>
  void Dynamics<dim>::make_modified_equation()
  {
    if (expression || stable_noise || noise.calculus_parameter() != 0)
      throw EntryError("Optimiser/drift",
                       optimiser.drift,
                       "is known for minibatch or constant noise in the sense "
                       "of Ito",
                       "Choose another Noise/type, calculus = ito and "
                       "Stable/alpha = 2, or drift = gradient flow.");
    const double eta = optimiser.learning_rate;
    if (optimiser.is_second_order())
      modified = std::make_shared<const SecondOrder<dim>>(*the_loss,
                                                          eta,
                                                          minibatch_factor,
                                                          constant_diffusion);
    else
      {
        const SymmetricTensor<2, dim> floor =
          noise.isotropic_floor * the_loss->mobility();
        modified = std::make_shared<const CentralFlow<dim>>(
          *the_loss, eta, minibatch_factor, constant_diffusion - floor, floor);
      }
  }



  template <int dim>
  const Loss<dim> &Dynamics<dim>::loss() const
  {
    return *the_loss;
  }



  template <int dim>
  Dynamics<dim> Dynamics<dim>::equilibrium_at(const double temperature) const
  {
    Assert(temperature > 0, dealii::ExcInternalError());
    Dynamics control                = *this;
    control.equilibrium_temperature = temperature;
    control.additional_drift.reset();
    control.stable_noise.reset();
    return control;
  }



  template <int dim>
  bool Dynamics<dim>::has_extra_drift() const
  {
    return additional_drift ||
           (minibatch_factor > 0 && !the_loss->is_gradient_flow());
  }



  template <int dim>
  VectorField<dim> Dynamics<dim>::extra_drift(const Point<dim> &theta) const
  {
    VectorField<dim> c;
    if (additional_drift)
      c = additional_drift->value(theta);
    if (minibatch_factor > 0 && !the_loss->is_gradient_flow())
      {
        const VectorField<dim> induced =
          the_loss->noise_induced_drift(theta, noise.calculus_parameter());
        c.value += minibatch_factor * induced.value;
        c.gradient += minibatch_factor * induced.gradient;
      }
    return c;
  }



  template <int dim>
  Tensor<1, dim> Dynamics<dim>::drift(const Point<dim> &theta) const
  {
    if (equilibrium_temperature)
      {
        const Flux control = flux(theta, MatrixFieldDerivatives::divergence);
        return control.drift +
               (1 - noise.calculus_parameter()) * control.diffusion.divergence;
      }
    if (modified)
      return modified->drift(theta).value;
    Tensor<1, dim> b = the_loss->velocity(theta);
    if (has_extra_drift())
      b += extra_drift(theta).value;
    return b;
  }



  template <int dim>
  VectorField<dim> Dynamics<dim>::drift_field(const Point<dim> &theta) const
  {
    if (modified)
      return modified->drift(theta);
    VectorField<dim> b;
    b.value    = the_loss->velocity(theta);
    b.gradient = the_loss->velocity_gradient(theta);
    if (has_extra_drift())
      {
        const VectorField<dim> extra = extra_drift(theta);
        b.value += extra.value;
        b.gradient += extra.gradient;
      }
    return b;
  }



  template <int dim>
  MatrixField<dim>
  Dynamics<dim>::diffusion(const Point<dim>            &theta,
                           const MatrixFieldDerivatives derivatives) const
  {
    if (modified)
      return modified->diffusion(theta, derivatives);
    MatrixField<dim> D;
    if (minibatch_factor > 0)
      {
        D = the_loss->gradient_covariance(theta, derivatives);
        D *= minibatch_factor;
      }
    else if (expression)
      D = expression->value(theta, derivatives);
    D.value += constant_diffusion;
    return D;
  }



  template <int dim>
  typename Dynamics<dim>::Flux
  Dynamics<dim>::flux(const Point<dim>            &theta,
                      const MatrixFieldDerivatives derivatives) const
  {
    const MatrixField<dim> D = diffusion(theta, derivatives);
    if (equilibrium_temperature)
      return equilibrium_flux(theta, D, derivatives);

    const double ito_weight = 1 - noise.calculus_parameter();

    Flux flux;
    flux.diffusion = D;
    if (modified)
      {
        const VectorField<dim> b = modified->drift(theta);
        flux.drift               = b.value;
        flux.drift_gradient      = b.gradient;
      }
    else
      {
        flux.drift = the_loss->velocity(theta);
        if (derivatives == MatrixFieldDerivatives::all)
          flux.drift_gradient = the_loss->velocity_gradient(theta);
      }
    flux.drift -= ito_weight * D.divergence;
    if (derivatives == MatrixFieldDerivatives::all)
      flux.drift_gradient -= ito_weight * D.divergence_gradient;

    if (has_extra_drift())
      {
        const VectorField<dim> extra = extra_drift(theta);
        flux.drift += extra.value;
        if (derivatives == MatrixFieldDerivatives::all)
          flux.drift_gradient += extra.gradient;
      }
    return flux;
  }



  template <int dim>
  typename Dynamics<dim>::Flux Dynamics<dim>::equilibrium_flux(
    const Point<dim>            &theta,
    const MatrixField<dim>      &D,
    const MatrixFieldDerivatives derivatives) const
  {
    const double         beta  = 1 / *equilibrium_temperature;
    const Tensor<1, dim> slope = the_loss->gradient(theta);

    Flux flux;
    flux.diffusion = D;
    flux.drift     = -beta * (D.value * slope);
    if (derivatives == MatrixFieldDerivatives::all)
      {
        const Tensor<2, dim> curvature(the_loss->hessian(theta));
        for (unsigned int l = 0; l < dim; ++l)
          flux.drift_gradient[l] =
            -beta * (D.gradient[l] * slope + D.value * curvature[l]);
      }
    return flux;
  }



  template <int dim>
  bool Dynamics<dim>::has_drift_of_loss() const
  {
    return !equilibrium_temperature && !modified && !has_extra_drift() &&
           (noise.calculus_parameter() == 0 ||
            (minibatch_factor == 0 && !expression));
  }



  template <int dim>
  typename Dynamics<dim>::DiffusionParts Dynamics<dim>::diffusion_parts() const
  {
    return {minibatch_factor,
            expression != nullptr || modified != nullptr,
            constant_diffusion};
  }



  template <int dim>
  boost::optional<double> Dynamics<dim>::isotropic_temperature() const
  {
    const SymmetricTensor<2, dim> M = the_loss->mobility();
    const double                  T = constant_diffusion[0][0] / M[0][0];
    if (equilibrium_temperature || modified || additional_drift || step() > 0 ||
        stable_noise || minibatch_factor > 0 || expression || T == 0 ||
        !the_loss->is_gradient_flow() ||
        (constant_diffusion - T * M).norm() > 1e-14 * T * M.norm())
      return {};
    return T;
  }



  template <int dim>
  void Dynamics<dim>::check_at(const Point<dim> &theta) const
  {
    the_loss->check_at(theta);
    if (additional_drift)
      {
        const VectorField<dim> c = additional_drift->value(theta);
        if (!std::isfinite(c.value.norm()) || !std::isfinite(c.gradient.norm()))
          throw EntryError(additional_drift_entry,
                           optimiser.additional_drift,
                           "it has no finite value or derivative at " +
                             to_text(theta),
                           "Move Domain/lower and upper away from there, or "
                           "write a drift that is smooth in the box.");
      }
    if (stable_noise)
      stable_noise->check_at(theta);
    if (expression || modified)
      check_diffusion_at(theta); // the others are what they are
  }



  template <int dim>
  void Dynamics<dim>::check_diffusion_at(const Point<dim> &theta) const
  {
    const MatrixField<dim> D    = diffusion(theta, MatrixFieldDerivatives::all);
    const double           size = D.value.norm();
    if (!std::isfinite(size) || !std::isfinite(D.divergence.norm()) ||
        !std::isfinite(D.divergence_gradient.norm()))
      throw EntryError("Noise/expression",
                       noise.expression,
                       "it has no finite value or derivative at " +
                         to_text(theta),
                       "Move Domain/lower and upper away from there, or write "
                       "a D that is smooth in the box.");
    const double least = extreme_eigenvalues(D.value).first;
    if (least < -1e-12 * size && modified)
      throw EntryError("Optimiser/drift",
                       optimiser.drift,
                       "the diffusion matrix has the eigenvalue " +
                         to_text(least) + " at " + to_text(theta) +
                         ": the learning rate is too large for this expansion "
                         "there",
                       "Shrink the box, lower the learning rate, raise "
                       "Noise/isotropic floor, or use sgdfp-ensemble.");
    if (least < -1e-12 * size)
      throw EntryError(
        "Noise/expression",
        noise.expression,
        "has the eigenvalue " + to_text(least) + " at " + to_text(theta),
        "A diffusion matrix has none below 0: change it, or shrink "
        "the box.");
  }



  template <int dim>
  double
  Dynamics<dim>::nominal_temperature(const MatrixField<dim> &diffusion) const
  {
    return trace(diffusion.value) / trace(the_loss->mobility());
  }



  template <int dim>
  std::string Dynamics<dim>::why_no_density() const
  {
    if (stable_noise)
      return "";
    if (minibatch_factor == 0 && !expression && constant_diffusion.norm() == 0)
      return "there is no noise at all: the law is a set of points, not a "
             "density. Raise Noise/isotropic floor or choose another "
             "Noise/type";
    // What is known of the collapse is known of the gradient's drift only.
    if (minibatch_factor > 0 && noise.isotropic_floor == 0 && !additional_drift)
      {
        const std::string reason =
          the_loss->collapse_without_floor(noise.calculus_parameter());
        if (!reason.empty())
          return reason + ". Raise Noise/isotropic floor";
      }
    return "";
  }



  template <int dim>
  const StableNoise<dim> *Dynamics<dim>::jumps() const
  {
    return stable_noise.get();
  }



  template <int dim>
  const BatchSharpness<dim> *Dynamics<dim>::batch_sharpness() const
  {
    return the_batch_sharpness.get();
  }



  template <int dim>
  double Dynamics<dim>::step() const
  {
    return optimiser.is_discrete() && !equilibrium_temperature ?
             optimiser.learning_rate :
             0.;
  }



  template <int dim>
  bool Dynamics<dim>::is_local() const
  {
    return !stable_noise && step() == 0;
  }



  template <int dim>
  bool Dynamics<dim>::has_oscillation() const
  {
    return modified && optimiser.is_central_flow();
  }



  template <int dim>
  SymmetricTensor<2, dim>
  Dynamics<dim>::oscillation(const Point<dim> &theta) const
  {
    return modified ? modified->oscillation(theta) : SymmetricTensor<2, dim>();
  }



  template <int dim>
  std::string Dynamics<dim>::noise_description() const
  {
    std::string text;
    if (noise.type == "minibatch")
      text = "minibatch noise D = (eta/2B) C(theta), eta = " +
             to_text(optimiser.effective_learning_rate()) +
             (optimiser.momentum > 0 ? " (learning rate/(1 - momentum))" : "") +
             ", B = " + std::to_string(optimiser.batch_size);
    else if (noise.type == "isotropic")
      text = "isotropic noise D = T I, T = " + to_text(noise.temperature);
    else if (noise.type == "constant")
      text = "constant noise D";
    else if (noise.type == "expression")
      text = "noise D = " + noise.expression;
    else
      text = "no noise of its own";
    if (noise.isotropic_floor > 0)
      text += ", plus floor " + to_text(noise.isotropic_floor) + " I";
    text += " (" + noise.calculus + ")";
    if (optimiser.is_second_order())
      text += ", of second order in the learning rate";
    else if (optimiser.is_central_flow())
      text += ", but for its part along the oscillation";
    if (stable_noise)
      text += ", and " + stable_noise->description();
    return text;
  }



  template <int dim>
  std::string Dynamics<dim>::drift_description() const
  {
    if (equilibrium_temperature)
      return "that of the equilibrium exp(-L/T)/Z under this D, T = " +
             to_text(*equilibrium_temperature);
    std::string text = the_loss->velocity_description();
    if (modified)
      text += modified->description();
    if (additional_drift)
      text += " + (" + optimiser.additional_drift + ")";
    return text;
  }



  template class Dynamics<1>;
  template class Dynamics<2>;
  template class Dynamics<3>;
} // namespace sgdfp
