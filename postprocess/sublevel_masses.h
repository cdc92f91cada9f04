// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_SUBLEVEL_MASSES_H
#define SGDFP_POSTPROCESS_SUBLEVEL_MASSES_H

#include "postprocess/postprocessor.h"

#include <string>
#include <vector>

namespace sgdfp
{
  /// How much of the law is near the minimum, and how that scales:
  ///
  ///     P(eps) = P_p(K < eps),  P_q(K < eps) for q ~ exp(-K/T),
  ///     V(eps) = vol {K < eps},        K = L - min L over the box,
  ///
  /// with the local exponents d log/d log eps. That of V tends to the learning
  /// coefficient for eps -> 0 (LearningStudy has the limit), that of P is the
  /// dimension that SGD sees at that loss.
  ///
  /// Method. The cells are bisected into boxes until K is next to linear where
  /// it is eps (half the curvature over a box at most a twentieth of the
  /// slope over it, and that at most T/5); such a box is cut by a plane, boxes
  /// inside get Gauss points. A second pass with twice that limit gives the
  /// error. Levels below what the bisections resolve are left out.
  template <int dim>
  class SublevelMasses
  {
  public:
    /// Collective.
    /// @param minimum min L
    /// @param temperature T; eps goes from 10 T down to 1e-4 T
    SublevelMasses(const Law<dim> &law,
                   const double    minimum,
                   const double    temperature);

    /// sublevels.csv: level, sgd, gibbs, volume, relative_error, the
    /// exponents. Rank 0 writes.
    void write(const std::string &folder) const;

    /// complexity/sgd_exponent, gibbs_exponent, volume_exponent at the least
    /// level and exponent_level, that level.
    void report(Summary &summary) const;

    struct Level
    {
      double eps, sgd, gibbs, volume, relative_error;
      /// NaN at both ends
      double sgd_exponent, gibbs_exponent, volume_exponent;
    };

    std::vector<Level> levels; ///< ascending

  private:
    using Cell = typename Law<dim>::Cell;

    struct Box
    {
      dealii::Point<dim> centre;
      dealii::Point<dim> half; ///< of the widths
    };

    /// A point with the levels that it counts for
    struct Node
    {
      dealii::Point<dim> theta;
      double             K;
      unsigned int       first, end;
      double             weight;
    };

    /// Sums of p, q and 1 for each level, and what of 1 is not resolved.
    using Sums = std::vector<std::array<double, 4>>;

    Sums integrate(const std::vector<double> &eps, const double limit) const;

    void add(const Box                 &box,
             const unsigned int         n_splits,
             const unsigned int         first,
             const unsigned int         end,
             const std::vector<double> &eps,
             const double               limit,
             std::vector<Node>         &nodes,
             Sums                      &sums) const;

    void add_inside(const Box         &box,
                    const unsigned int first,
                    const unsigned int end,
                    std::vector<Node> &nodes) const;

    /// @param centre K - eps on average over the box
    void add_cut(const Box                    &box,
                 const double                  centre,
                 const dealii::Tensor<1, dim> &gradient,
                 const unsigned int            level,
                 std::vector<Node>            &nodes) const;

    void find_exponents();

    const Law<dim>  &law;
    const Loss<dim> &loss;
    const double     minimum, temperature;
  };
} // namespace sgdfp

#endif
