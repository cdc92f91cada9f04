// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/ensemble.h"

#include "base/errors.h"
#include "base/text.h"

#include <algorithm>
#include <cmath>

namespace sgdfp
{
  namespace
  {
    enum Purpose : std::uint64_t
    {
      dynamics       = 0,
      initial_states = 1
    };



    /// Uniform in the box
    template <int dim>
    void draw_in_box(RandomStream::Draws       &draws,
                     const std::vector<double> &lower,
                     const std::vector<double> &upper,
                     LanePoints<dim>           &points)
    {
      Lanes unused;
      for (unsigned int d = 0; d < dim; ++d)
        {
          draws.uniforms(points[d], unused);
          for (double &x : points[d].value)
            x = lower[d] + (upper[d] - lower[d]) * x;
        }
    }



    /// Largest value of the density on a grid of points, with a margin
    template <int dim>
    double bound_of(const InitialDensity<dim> &density,
                    const std::vector<double> &lower,
                    const std::vector<double> &upper)
    {
      constexpr unsigned int n       = 64;
      double                 largest = 0;
      for (unsigned int k = 0; k < std::lround(std::pow(n, dim)); ++k)
        {
          dealii::Point<dim> theta;
          unsigned int       rest = k;
          for (unsigned int d = 0; d < dim; ++d, rest /= n)
            theta[d] = lower[d] + (upper[d] - lower[d]) * (rest % n + 0.5) / n;
          largest = std::max(largest, density(theta));
        }
      constexpr double margin = 1.5;
      return margin * largest;
    }
  } // namespace



  template <int dim>
  Ensemble<dim>::Ensemble(const MPI_Comm      communicator,
                          const Chain<dim>   &chain,
                          const std::uint64_t n_chains,
                          const std::uint64_t seed)
    : communicator(communicator)
    , chain(chain)
    , n_chains(n_chains)
    , seed(seed)
  {
    using namespace dealii::Utilities::MPI;
    const std::uint64_t n_blocks = (n_chains + n_lanes - 1) / n_lanes;
    const std::uint64_t rank     = this_mpi_process(communicator),
                        n_ranks  = n_mpi_processes(communicator);
    const std::uint64_t begin    = n_blocks * rank / n_ranks,
                        end      = n_blocks * (rank + 1) / n_ranks;
    blocks.resize(end - begin);
    for (std::uint64_t b = begin; b < end; ++b)
      blocks[b - begin].first = b * n_lanes;
  }



  template <int dim>
  void Ensemble<dim>::start(const InitialDensity<dim> &density,
                            const std::vector<double> &lower,
                            const std::vector<double> &upper)
  {
    const RandomStream stream(seed, initial_states);
    const auto        &peak  = density.peak();
    const double       bound = (peak ? 1. : bound_of(density, lower, upper));
    bool               is_beyond_bound = false;
    n_steps                            = 0;
    for (ChainBlock<dim> &block : blocks)
      {
        std::array<bool, n_lanes> is_done{};
        unsigned int              n_done = 0;
        for (Lanes &v : block.increment)
          v.fill(0);
        // Rejection: a Gaussian that is outside of the box, and what an
        // expression leaves below a constant.
        for (std::uint64_t attempt = 0; n_done < n_lanes && !is_beyond_bound;
             ++attempt)
          {
            RandomStream::Draws draws(stream, block.first, attempt);
            LanePoints<dim>     points;
            Lanes               level, unused;
            if (peak)
              for (unsigned int d = 0; d < dim; ++d)
                {
                  draws.normal(points[d]);
                  for (double &x : points[d].value)
                    x = peak->mean[d] + peak->deviation[d] * x;
                }
            else
              {
                draw_in_box<dim>(draws, lower, upper, points);
                draws.uniforms(level, unused);
              }
            for (unsigned int i = 0; i < n_lanes; ++i)
              {
                dealii::Point<dim> theta;
                bool               is_inside = !is_done[i];
                for (unsigned int d = 0; d < dim; ++d)
                  {
                    theta[d] = points[d][i];
                    is_inside =
                      is_inside && theta[d] >= lower[d] && theta[d] <= upper[d];
                  }
                if (!is_inside)
                  continue;
                if (!peak)
                  {
                    const double value = density(theta);
                    is_beyond_bound    = is_beyond_bound || value > bound;
                    if (value < level[i] * bound)
                      continue;
                  }
                for (unsigned int d = 0; d < dim; ++d)
                  block.theta[d][i] = theta[d];
                is_done[i] = true;
                ++n_done;
              }
          }
      }
    if (dealii::Utilities::MPI::max(is_beyond_bound ? 1 : 0, communicator) > 0)
      throw EntryError("Time/initial density",
                       "expression",
                       "it has a peak that a grid of 64 points per direction "
                       "does not see, and states could not be drawn from it",
                       "Use a smaller box, or initial density = gaussian.");
  }



  template <int dim>
  void Ensemble<dim>::advance(const std::uint64_t n)
  {
    const RandomStream stream(seed, dynamics);
    for (ChainBlock<dim> &block : blocks)
      for (std::uint64_t k = 0; k < n; ++k)
        chain.step(block, n_steps + k, stream);
    n_steps += n;
  }



  template <int dim>
  std::uint64_t Ensemble<dim>::step_number() const
  {
    return n_steps;
  }



  template <int dim>
  double Ensemble<dim>::time() const
  {
    return n_steps * chain.time_step();
  }



  template <int dim>
  std::uint64_t Ensemble<dim>::n_diverged() const
  {
    std::uint64_t n = 0;
    for_each([&](const State &state) {
      if (!std::isfinite(state.theta.square()))
        ++n;
    });
    return dealii::Utilities::MPI::sum(n, communicator);
  }



  template <int dim>
  void
  Ensemble<dim>::for_each(const std::function<void(const State &)> &use) const
  {
    State        state;
    const double h = chain.time_step();
    state.local    = 0;
    for (const ChainBlock<dim> &block : blocks)
      for (unsigned int i = 0; i < n_lanes && block.first + i < n_chains; ++i)
        {
          state.chain = block.first + i;
          for (unsigned int d = 0; d < dim; ++d)
            {
              state.theta[d]    = block.theta[d][i];
              state.velocity[d] = block.increment[d][i] / h;
            }
          use(state);
          ++state.local;
        }
  }



  template <int dim>
  std::size_t Ensemble<dim>::n_local() const
  {
    std::size_t n = 0;
    for (const ChainBlock<dim> &block : blocks)
      n += std::min<std::uint64_t>(n_lanes, n_chains - block.first);
    return n;
  }



  template class Ensemble<1>;
  template class Ensemble<2>;
  template class Ensemble<3>;
} // namespace sgdfp
