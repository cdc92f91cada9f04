// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_CHAIN_STEP_H
#define SGDFP_MODELS_CHAIN_STEP_H

#include "models/batch_source.h"
#include "models/dynamics.h"

namespace sgdfp
{
  /// The parameters of n_lanes chains.
  template <int dim>
  using LanePoints = std::array<Lanes, dim>;

  /// theta of one lane
  template <int dim>
  inline dealii::Point<dim> lane(const LanePoints<dim> &theta,
                                 const unsigned int     i)
  {
    dealii::Point<dim> point;
    for (unsigned int d = 0; d < dim; ++d)
      point[d] = theta[d][i];
    return point;
  }



  /// A term of what one step of a Markov chain adds to theta, a random function
  /// of theta. The terms of a step draw one after another.
  template <int dim>
  class ChainTerm
  {
  public:
    virtual ~ChainTerm() = default;

    /// sum += this term
    virtual void add_to(const LanePoints<dim> &theta,
                        RandomStream::Draws   &draws,
                        LanePoints<dim>       &sum) const = 0;
  };



  template <int dim>
  using ChainTermHandle = std::unique_ptr<const ChainTerm<dim>>;



  /// -eta g, g the mean of the gradients of a batch, as the samples give it
  /// (SampleGradient). On balanced layers (N of them, w = u^N) what a step of
  /// the layers does to w:
  ///
  ///     u' = u - eta (g_w u^(N-1) + decay u),   w' - w = |u'|^N - u^N.
  ///
  /// @throws EntryError where the loss has no samples
  template <int dim>
  ChainTermHandle<dim>
  make_sample_term(const Loss<dim>                   &loss,
                   std::unique_ptr<const BatchSource> source,
                   const double                       learning_rate);



  /// h times Loss::velocity(): -eta times the gradient of the whole loss.
  template <int dim>
  ChainTermHandle<dim> make_descent_term(std::shared_ptr<const Loss<dim>> loss,
                                         const double                     h);



  /// h times the drift of @p dynamics in the sense of Ito, b + a div D.
  template <int dim>
  ChainTermHandle<dim> make_drift_term(const Dynamics<dim> &dynamics,
                                       const double         h);



  /// sqrt(2 h D) z, z ~ N(0, I), in one term or two that are independent.
  template <int dim>
  std::vector<ChainTermHandle<dim>>
  make_diffusion_terms(const Dynamics<dim> &dynamics, const double h);



  /// sqrt(2 h D) z with a constant D; nothing for D = 0.
  template <int dim>
  std::vector<ChainTermHandle<dim>>
  make_constant_terms(const dealii::SymmetricTensor<2, dim> &D, const double h);



  /// sigma(theta) h^(1/alpha) Z, Z with the symbol of @p noise: by coordinates
  /// or isotropic. Z = sqrt(2 S) z with a one-sided alpha/2-stable S (Kanter),
  /// for tempering m kept with probability exp(-m^2 S).
  template <int dim>
  ChainTermHandle<dim> make_jump_term(const StableNoise<dim> &noise,
                                      const double            h);
} // namespace sgdfp

#endif
