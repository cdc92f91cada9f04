// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/chain_step.h"

#include <cmath>

namespace sgdfp
{
  namespace
  {
    template <int dim>
    class JumpTerm : public ChainTerm<dim>
    {
    public:
      JumpTerm(const StableNoise<dim> &noise, const double h)
        : noise(noise)
        , h(h)
        , a(noise.alpha() / 2)
      {}

      void add_to(const LanePoints<dim> &theta,
                  RandomStream::Draws   &draws,
                  LanePoints<dim>       &sum) const override
      {
        if (noise.is_along_gradient())
          {
            add_along_gradient(theta, draws, sum);
            return;
          }
        LanePoints<dim> S, z, rate;
        for (unsigned int i = 0; i < n_lanes; ++i)
          {
            const auto rates = noise.rates(lane<dim>(theta, i));
            for (unsigned int d = 0; d < dim; ++d)
              rate[d][i] = rates[d];
          }
        const unsigned int n_clocks = (noise.by_coordinates() ? dim : 1);
        for (unsigned int d = 0; d < n_clocks; ++d)
          draw_clock(draws, rate[d], S[d]);
        for (Lanes &component : z)
          draws.normal(component);
        for (unsigned int d = 0; d < dim; ++d)
          for (unsigned int i = 0; i < n_lanes; ++i)
            sum[d][i] += std::sqrt(2 * S[n_clocks == 1 ? 0 : d][i]) * z[d][i];
      }

    private:
      /// One scalar stable variable times the gradient.
      void add_along_gradient(const LanePoints<dim> &theta,
                              RandomStream::Draws   &draws,
                              LanePoints<dim>       &sum) const
      {
        Lanes S, z, rate;
        rate.fill(1);
        draw_clock(draws, rate, S);
        draws.normal(z);
        for (unsigned int i = 0; i < n_lanes; ++i)
          {
            const auto   g    = noise.gradient(lane<dim>(theta, i));
            const double size = std::sqrt(2 * S[i]) * z[i];
            for (unsigned int d = 0; d < dim; ++d)
              sum[d][i] += size * g[d];
          }
      }

      /// S with E exp(-l S) = exp(-h rate l^a), or for tempering m
      /// exp(-h rate ((m^2 + l)^a - m^(2a))).
      void
      draw_clock(RandomStream::Draws &draws, const Lanes &rate, Lanes &S) const
      {
        const double              m2 = noise.tempering() * noise.tempering();
        Lanes                     u, w, keep, unused;
        std::array<bool, n_lanes> is_done{};
        unsigned int              n_done = 0;
        while (n_done < n_lanes)
          {
            draws.uniforms(u, w);
            if (m2 > 0)
              draws.uniforms(keep, unused);
            for (unsigned int i = 0; i < n_lanes; ++i)
              if (!is_done[i])
                {
                  S[i] = std::pow(h * rate[i], 1 / a) * one_sided(u[i], w[i]);
                  if (m2 == 0 || keep[i] < std::exp(-m2 * S[i]))
                    {
                      is_done[i] = true;
                      ++n_done;
                    }
                }
          }
      }

      /// Positive a-stable with E exp(-l S) = exp(-l^a), from two uniforms.
      /// Source: Kanter, Stable densities under change of scale (1975).
      double one_sided(const double u, const double w) const
      {
        const double angle = M_PI * u, exponential = -std::log(w);
        return std::sin(a * angle) / std::pow(std::sin(angle), 1 / a) *
               std::pow(std::sin((1 - a) * angle) / exponential, (1 - a) / a);
      }

      const StableNoise<dim> noise;
      const double           h, a;
    };
  } // namespace



  template <int dim>
  ChainTermHandle<dim> make_jump_term(const StableNoise<dim> &noise,
                                      const double            h)
  {
    return std::make_unique<JumpTerm<dim>>(noise, h);
  }



  template ChainTermHandle<1> make_jump_term(const StableNoise<1> &, double);
  template ChainTermHandle<2> make_jump_term(const StableNoise<2> &, double);
  template ChainTermHandle<3> make_jump_term(const StableNoise<3> &, double);
} // namespace sgdfp
