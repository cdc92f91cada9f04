// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_STABLE_NOISE_H
#define SGDFP_MODELS_STABLE_NOISE_H

#include "base/expression_entry.h"
#include "models/loss.h"

namespace sgdfp
{
  /// Entries of subsection Noise/Stable: heavy-tailed gradient noise.
  struct StableParameters
  {
    double      alpha      = 2;
    std::string scale      = "1";
    std::string directions = "isotropic";
    double      tempering  = 0;

    void add_parameters(dealii::ParameterHandler &prm);

    /// @throws EntryError
    void check() const;

    /// Whether there is any: alpha < 2.
    bool is_on() const;
  };



  /// alpha-stable noise at a point: sigma(theta) dZ in the sense of Ito, Z with
  /// the symbol |k|^alpha (isotropic) or sum_i |k_i|^alpha (coordinates), so
  /// that the forward equation gains
  ///
  ///     -(-Lap)^s (sigma^alpha p)   or   -sum_i (-d_i^2)^s (sigma_i^alpha p),
  ///
  /// s = alpha/2; for tempering m > 0 the symbol is (m^2 + |k|^2)^s - m^(2s)
  /// [numerics.md, 3]. sigma^alpha is in theta^alpha per unit t: with alpha = 2
  /// it would be D = sigma^2 I.
  ///
  /// directions = gradient: the noise of a scalar network, g(theta) times one
  /// scalar stable variable, g = |grad w| its gradient. Along a curve that is
  /// sigma = scale * g; in more dimensions it is no fractional power of a
  /// Laplacian, and only chains know it (sgdfp-ensemble). Label noise of scale
  /// s: sigma = eta^(1 - 1/alpha) s.
  template <int dim>
  class StableNoise
  {
  public:
    /// @throws EntryError where the entries do not fit the loss
    StableNoise(const StableParameters          &parameters,
                std::shared_ptr<const Loss<dim>> loss,
                const Vocabulary                &vocabulary);

    /// sigma_i^alpha, in theta^alpha per unit t; all equal for isotropic noise
    dealii::Tensor<1, dim> rates(const dealii::Point<dim> &theta) const;

    /// @throws EntryError where sigma is negative or not finite
    void check_at(const dealii::Point<dim> &theta) const;

    double alpha() const;

    double tempering() const;

    /// Whether the coordinates jump one at a time.
    bool by_coordinates() const;

    /// Whether jumps are along gradient(), in more than one dimension.
    bool is_along_gradient() const;

    /// sigma grad w of a network w(theta) of one input and one output, times
    /// the unit of its scalar stable variable.
    /// @pre is_along_gradient()
    dealii::Tensor<1, dim> gradient(const dealii::Point<dim> &theta) const;

    /// @throws EntryError where the noise has no Generator: is_along_gradient()
    void check_generator() const;

    /// One line for the screen.
    std::string description() const;

  private:
    /// sigma_i
    dealii::Tensor<1, dim> scales(const dealii::Point<dim> &theta) const;

    const StableParameters           parameters;
    std::shared_ptr<const Loss<dim>> loss;
    ExpressionTape                   expressions;
    unsigned int                     n_expressions;
    std::array<Polynomial<dim>, dim> slopes; ///< grad w along gradients
  };
} // namespace sgdfp

#endif
