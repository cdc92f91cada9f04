// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_DYNAMICS_H
#define SGDFP_MODELS_DYNAMICS_H

#include "models/batch_sharpness.h"
#include "models/central_flow.h"
#include "models/expression_diffusion.h"
#include "models/expression_drift.h"
#include "models/loss.h"
#include "models/noise.h"
#include "models/optimiser.h"
#include "models/second_order.h"

#include <boost/optional.hpp>

#include <memory>

namespace sgdfp
{
  /// What SGD does at a point: the stochastic differential equation
  ///
  ///     d theta = b dt + sqrt(2 D) dW,   b = -grad L,   t = (learning rate) k,
  ///     D = D_noise(theta) + floor I,    D_minibatch = (eta/2B) C(theta),
  ///
  /// with momentum mu D at the effective learning rate eta/(1 - mu): what is
  /// described here is then the limit of KineticGenerator for large friction.
  ///
  /// (b = Loss::velocity() + what the noise induces where the parameters are
  /// coordinates on something larger; I is then Loss::mobility()). A c(theta)
  /// of the user's may be added to b, for an update that is no gradient.
  ///
  /// whose Fokker-Planck equation is d_t p = -div J with
  ///
  ///     J = (b - (1-a) div D) p - D grad p
  ///
  /// and a = 0 (ito), 1/2 (midpoint), 1 (isothermal) [numerics.md, 0]. Heavy
  /// tails add the jumps of StableNoise, which have no local current.
  ///
  /// With Optimiser/drift = second order or central flow, b and D are those of
  /// the ModifiedEquation. With Optimiser/time = discrete they are those of the
  /// steps theta' = theta + eta b + sqrt(2 eta D) z of a Markov chain, which
  /// has no local current either.
  template <int dim>
  class Dynamics
  {
  public:
    /// The pointwise coefficients of J, with derivatives.
    struct Flux
    {
      /// r = b - (1-a) div D
      dealii::Tensor<1, dim> drift;
      /// drift_gradient[l][i] = d_l r_i; only with MatrixFieldDerivatives::all
      dealii::Tensor<2, dim> drift_gradient;
      /// D
      MatrixField<dim> diffusion;
    };

    /// @throws EntryError where noise, optimiser and loss do not fit together.
    Dynamics(std::shared_ptr<const Loss<dim>> loss,
             const NoiseParameters           &noise,
             const OptimiserParameters       &optimiser,
             const Vocabulary                &vocabulary = {});

    /// The negative control: dynamics with the same loss and the same D whose
    /// stationary law is known and carries no current,
    ///
    ///     r = D grad log q = -D grad L/T,   q = exp(-L/T)/Z.
    ///
    /// Nothing else about it is special: isotropic_temperature() is empty, so
    /// that a solver has to find q. [numerics.md, 9]
    /// @param temperature T > 0, in units of the loss
    Dynamics equilibrium_at(const double temperature) const;

    const Loss<dim> &loss() const;

    /// b, per unit t
    dealii::Tensor<1, dim> drift(const dealii::Point<dim> &theta) const;

    /// The same with its derivatives. Not for equilibrium_at().
    VectorField<dim> drift_field(const dealii::Point<dim> &theta) const;

    /// D, in parameter^2 per unit t
    MatrixField<dim> diffusion(const dealii::Point<dim>    &theta,
                               const MatrixFieldDerivatives derivatives) const;

    Flux flux(const dealii::Point<dim>    &theta,
              const MatrixFieldDerivatives derivatives) const;

    /// Whether the drift in the sense of Ito, b + a div D, is
    /// Loss::velocity() and nothing else.
    bool has_drift_of_loss() const;

    /// D = minibatch_factor C + expression + constant; is_expression: that of
    /// a ModifiedEquation or of the user's is none of these sums
    struct DiffusionParts
    {
      double                          minibatch_factor;
      bool                            is_expression;
      dealii::SymmetricTensor<2, dim> constant;
    };

    DiffusionParts diffusion_parts() const;

    /// T where D = T M and b = -M grad L everywhere (M = I but for slices):
    /// then the law is Gibbs at T and carries no current. Empty otherwise, and
    /// for equilibrium_at().
    boost::optional<double> isotropic_temperature() const;

    /// Why there is no stationary density whatever the mesh, or "" where none
    /// is known: no noise at all, or noise that vanishes towards an attracting
    /// manifold.
    std::string why_no_density() const;

    /// Heavy-tailed noise beside D, or nullptr.
    const StableNoise<dim> *jumps() const;

    /// S_B of the batches of the case, or nullptr without any.
    const BatchSharpness<dim> *batch_sharpness() const;

    /// t of a step of a chain in discrete time; 0 for continuous time
    double step() const;

    /// Whether probability moves by a local current J: no jumps, no steps.
    bool is_local() const;

    /// Whether theta oscillates about the variable of the equation.
    bool has_oscillation() const;

    /// The covariance of theta about it; 0 unless has_oscillation()
    dealii::SymmetricTensor<2, dim>
    oscillation(const dealii::Point<dim> &theta) const;

    /// @throws UserError where loss, noise or additional drift are not what
    /// they must be: not finite, or a D with a negative eigenvalue
    void check_at(const dealii::Point<dim> &theta) const;

    /// The isotropic noise of equal trace, trace(D)/trace(M).
    double nominal_temperature(const MatrixField<dim> &diffusion) const;

    /// One line for the screen: the noise in words.
    std::string noise_description() const;

    /// b in words, for the screen.
    std::string drift_description() const;

  private:
    std::shared_ptr<const Loss<dim>> the_loss;
    NoiseParameters                  noise;
    OptimiserParameters              optimiser;

    /// What is added to the velocity of the loss, with derivatives
    VectorField<dim> extra_drift(const dealii::Point<dim> &theta) const;

    bool has_extra_drift() const;

    /// r of equilibrium_at(), from D
    Flux equilibrium_flux(const dealii::Point<dim>    &theta,
                          const MatrixField<dim>      &diffusion,
                          const MatrixFieldDerivatives derivatives) const;

    void make_modified_equation();

    void check_diffusion_at(const dealii::Point<dim> &theta) const;

    /// Only for expression noise
    std::shared_ptr<const ExpressionDiffusion<dim>> expression;

    /// Only for Noise/Stable/alpha < 2
    std::shared_ptr<const StableNoise<dim>> stable_noise;

    /// Only for minibatch noise
    std::shared_ptr<const BatchSharpness<dim>> the_batch_sharpness;

    /// Only where Optimiser/additional drift is set
    std::shared_ptr<const ExpressionDrift<dim>> additional_drift;

    /// Only for Optimiser/drift = second order and central flow
    std::shared_ptr<const ModifiedEquation<dim>> modified;

    /// Only for equilibrium_at()
    boost::optional<double> equilibrium_temperature;

    /// eta/(2B), with the factor of sampling without replacement
    double minibatch_factor = 0;

    /// The part of D that does not depend on theta
    dealii::SymmetricTensor<2, dim> constant_diffusion;
  };
} // namespace sgdfp

#endif
