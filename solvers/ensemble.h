// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_ENSEMBLE_H
#define SGDFP_SOLVERS_ENSEMBLE_H

#include "models/chain.h"
#include "models/initial_density.h"

#include <functional>

namespace sgdfp
{
  /// Many independent copies of a chain, in blocks of n_lanes that are shared
  /// out over the ranks. What a chain does depends on the seed and its number
  /// alone, not on the ranks.
  template <int dim>
  class Ensemble
  {
  public:
    Ensemble(const MPI_Comm      communicator,
             const Chain<dim>   &chain,
             const std::uint64_t n_chains,
             const std::uint64_t seed);

    /// Draws the states at t = 0 from a density on a box, at rest.
    /// @throws EntryError for a density with a peak that is missed by a grid
    /// of 64 points per direction, of which drawing depends
    void start(const InitialDensity<dim> &density,
               const std::vector<double> &lower,
               const std::vector<double> &upper);

    void advance(const std::uint64_t n_steps);

    /// Steps since the start
    std::uint64_t step_number() const;

    /// t since the start
    double time() const;

    /// Number of chains of all ranks that are not finite any more. Collective.
    std::uint64_t n_diverged() const;

    struct State
    {
      std::uint64_t          chain; ///< counted over all ranks
      std::size_t            local; ///< counted on this rank
      dealii::Point<dim>     theta;
      dealii::Tensor<1, dim> velocity; ///< (theta' - theta)/(t per step)
    };

    /// The chains of this rank, in order.
    void for_each(const std::function<void(const State &)> &use) const;

    std::size_t n_local() const;

  private:
    const MPI_Comm               communicator;
    const Chain<dim>            &chain;
    const std::uint64_t          n_chains;
    const std::uint64_t          seed;
    std::vector<ChainBlock<dim>> blocks;
    std::uint64_t                n_steps = 0;
  };
} // namespace sgdfp

#endif
