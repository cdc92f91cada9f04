// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_CHAIN_H
#define SGDFP_MODELS_CHAIN_H

#include "models/chain_step.h"

namespace sgdfp
{
  /// Entries of subsection Ensemble that say which Markov chain runs.
  struct ChainParameters
  {
    std::string chain          = "sgd";
    std::string gradient_noise = "samples";
    std::string time_step      = "auto";

    void add_parameters(dealii::ParameterHandler &prm);

    /// @throws EntryError
    void check() const;

    bool is_sgd() const;
  };



  /// n_lanes chains.
  template <int dim>
  struct ChainBlock
  {
    LanePoints<dim> theta;
    /// What the last step added, theta' - theta: the memory of momentum
    LanePoints<dim> increment;
    /// Number of the first chain
    std::uint64_t first = 0;
  };



  /// A Markov chain in discrete time,
  ///
  ///     v' = mu v + (terms that depend on theta),   theta' = theta + v',
  ///
  /// reflected at 0 where the parameters of the loss are not negative. One of
  ///
  /// - sgd: SGD itself, -eta times the mean gradient of a batch; its noise is
  ///   that of the samples, or Gaussian of the same covariance C/B (Ensemble/
  ///   gradient noise = gaussian). Noise types without samples give Gaussian
  ///   gradient noise of covariance 2 D (1 - mu)/eta, the floor and jumps add
  ///   theirs: all have the overdamped D of the case.
  /// - euler-maruyama: theta' = theta + h (b + a div D) + sqrt(2 h D) z, with
  ///   momentum or friction v' = v + h (b - gamma v) + sqrt(2 gamma h D) z,
  ///   theta' = theta + h v'.
  ///
  /// Sources: numerics.md, 0, 3, 7; Kloeden and Platen, 10.2.
  template <int dim>
  class Chain
  {
  public:
    /// @param dynamics of the same case
    /// @throws EntryError where there is no such chain
    Chain(const ChainParameters           &parameters,
          const LossParameters            &loss,
          const OptimiserParameters       &optimiser,
          const NoiseParameters           &noise,
          std::shared_ptr<const Loss<dim>> the_loss,
          const Dynamics<dim>             &dynamics,
          const std::string               &folder,
          const MPI_Comm                   communicator);

    /// Step number @p k of all lanes.
    void step(ChainBlock<dim>    &block,
              const std::uint64_t k,
              const RandomStream &stream) const;

    /// t per step
    double time_step() const;

    bool has_momentum() const;

    /// One line for the screen: the chain in words.
    const std::string &description() const;

  private:
    void build_sgd(const NoiseParameters             &noise,
                   std::unique_ptr<const BatchSource> source,
                   const Dynamics<dim>               &dynamics);

    void build_euler_maruyama(const OptimiserParameters &optimiser,
                              const Dynamics<dim>       &dynamics);

    void append(std::vector<ChainTermHandle<dim>> &&further);

    const std::shared_ptr<const Loss<dim>> loss;
    const bool                             is_underdamped;
    double                                 h; ///< t per step
    double                                 mu = 0;
    double                                 learning_rate;
    std::vector<ChainTermHandle<dim>>      terms;
    bool                                   is_reflected = false;
    std::string                            words;
  };
} // namespace sgdfp

#endif
