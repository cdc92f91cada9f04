// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/chain.h"

#include "base/errors.h"
#include "base/text.h"

#include <cmath>

namespace sgdfp
{
  void ChainParameters::add_parameters(dealii::ParameterHandler &prm)
  {
    namespace Patterns = dealii::Patterns;
    prm.enter_subsection("Ensemble");
    prm.add_parameter("chain",
                      chain,
                      "sgd: SGD itself, sample by sample; euler-maruyama: the "
                      "stochastic differential equation in steps of time",
                      Patterns::Selection("sgd|euler-maruyama"));
    prm.add_parameter("gradient noise",
                      gradient_noise,
                      "Of minibatch SGD: that of the samples, or Gaussian with "
                      "the same covariance",
                      Patterns::Selection("samples|gaussian"));
    prm.add_parameter("time step",
                      time_step,
                      "Of euler-maruyama, in units of t; auto is the learning "
                      "rate, with momentum its square root");
    prm.leave_subsection();
  }



  void ChainParameters::check() const
  {
    if (time_step == "auto")
      return;
    const auto number = to_number(time_step);
    if (!number || !(*number > 0))
      throw EntryError("Ensemble/time step",
                       time_step,
                       "must be a positive number, or auto",
                       "auto is the learning rate, with momentum its square "
                       "root.");
    if (is_sgd())
      throw EntryError("Ensemble/time step",
                       time_step,
                       "the steps of SGD are those of its learning rate",
                       "Set chain = euler-maruyama, or leave it at auto.");
  }



  bool ChainParameters::is_sgd() const
  {
    return chain == "sgd";
  }



  template <int dim>
  Chain<dim>::Chain(const ChainParameters           &parameters,
                    const LossParameters            &loss_parameters,
                    const OptimiserParameters       &optimiser,
                    const NoiseParameters           &noise,
                    std::shared_ptr<const Loss<dim>> loss,
                    const Dynamics<dim>             &dynamics,
                    const std::string               &folder,
                    const MPI_Comm                   communicator)
    : loss(loss)
    , is_underdamped(optimiser.is_underdamped())
    , h(is_underdamped ? std::sqrt(optimiser.learning_rate) :
                         optimiser.learning_rate)
    , learning_rate(optimiser.learning_rate)
    , is_reflected(loss->lower_limit().has_value())
  {
    if (parameters.is_sgd())
      {
        if (optimiser.friction != "auto")
          throw EntryError("Optimiser/friction",
                           optimiser.friction,
                           "SGD has a momentum, not a friction",
                           "Set momentum = 1 - friction sqrt(learning rate) "
                           "and friction = auto, or Ensemble/chain = "
                           "euler-maruyama.");
        if (!optimiser.additional_drift.empty())
          throw EntryError("Optimiser/additional drift",
                           optimiser.additional_drift,
                           "is no part of SGD",
                           "Set Ensemble/chain = euler-maruyama.");
        mu = optimiser.momentum;
        const bool by_law =
          (noise.type == "minibatch" && parameters.gradient_noise == "samples");
        build_sgd(noise,
                  by_law ? make_batch_source(
                             loss_parameters, optimiser, folder, communicator) :
                           nullptr,
                  dynamics);
      }
    else
      {
        if (parameters.time_step != "auto")
          h = *to_number(parameters.time_step);
        build_euler_maruyama(optimiser, dynamics);
      }
  }



  template <int dim>
  void Chain<dim>::append(std::vector<ChainTermHandle<dim>> &&further)
  {
    for (auto &term : further)
      terms.push_back(std::move(term));
  }



  template <int dim>
  void Chain<dim>::build_sgd(const NoiseParameters             &noise,
                             std::unique_ptr<const BatchSource> source,
                             const Dynamics<dim>               &dynamics)
  {
    // Noise of the same overdamped D: momentum adds up 1/(1 - mu) steps.
    const double time = learning_rate * (1 - mu);
    words = (is_underdamped ? "SGD with momentum " + to_text(mu) : "SGD") +
            ", learning rate " + to_text(learning_rate) + ", ";
    if (source)
      {
        words += source->description();
        terms.push_back(
          make_sample_term<dim>(*loss, std::move(source), learning_rate));
        append(
          make_constant_terms<dim>(dynamics.diffusion_parts().constant, time));
      }
    else
      {
        words += noise.type == "none" ? "no gradient noise" :
                                        "Gaussian gradient noise";
        // The limit in continuous time has a drift of its own where the
        // parameters are curved coordinates, the chain of gradients has not.
        if (!loss->is_gradient_flow())
          throw EntryError("Ensemble/gradient noise",
                           "gaussian",
                           "a step of balanced layers is no linear function "
                           "of their gradient",
                           "Use gradient noise = samples with Noise/type = "
                           "minibatch, or chain = euler-maruyama.");
        terms.push_back(make_descent_term<dim>(loss, learning_rate));
        append(make_diffusion_terms<dim>(dynamics, time));
      }
    if (dynamics.jumps())
      terms.push_back(make_jump_term<dim>(*dynamics.jumps(), time));
  }



  template <int dim>
  void Chain<dim>::build_euler_maruyama(const OptimiserParameters &optimiser,
                                        const Dynamics<dim>       &dynamics)
  {
    words = "Euler-Maruyama in steps of " + to_text(h);
    if (is_underdamped)
      {
        // In V = h v: V' = (1 - gamma h) V + h^2 b + sqrt(2 gamma h^3 D) z
        const double gamma = optimiser.friction_rate();
        if (!(gamma * h < 1))
          throw EntryError("Ensemble/time step",
                           to_text(h),
                           "must be below 1/gamma = " + to_text(1 / gamma),
                           "Choose a smaller one.");
        mu = 1 - gamma * h;
        words += ", friction " + to_text(gamma);
        terms.push_back(make_drift_term<dim>(dynamics, h * h));
        append(make_diffusion_terms<dim>(dynamics, gamma * h * h * h));
      }
    else
      {
        terms.push_back(make_drift_term<dim>(dynamics, h));
        append(make_diffusion_terms<dim>(dynamics, h));
        if (dynamics.jumps())
          terms.push_back(make_jump_term<dim>(*dynamics.jumps(), h));
      }
  }



  template <int dim>
  void Chain<dim>::step(ChainBlock<dim>    &block,
                        const std::uint64_t k,
                        const RandomStream &stream) const
  {
    RandomStream::Draws draws(stream, block.first, k);
    for (Lanes &v : block.increment)
      if (mu > 0)
        v *= mu;
      else
        v.fill(0);
    for (const auto &term : terms)
      term->add_to(block.theta, draws, block.increment);
    for (unsigned int d = 0; d < dim; ++d)
      {
        block.theta[d].add(1, block.increment[d]);
        if (is_reflected)
          for (double &w : block.theta[d].value)
            w = std::abs(w);
      }
  }



  template <int dim>
  double Chain<dim>::time_step() const
  {
    return h;
  }



  template <int dim>
  bool Chain<dim>::has_momentum() const
  {
    return is_underdamped;
  }



  template <int dim>
  const std::string &Chain<dim>::description() const
  {
    return words;
  }



  template class Chain<1>;
  template class Chain<2>;
  template class Chain<3>;
} // namespace sgdfp
