// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_NOISE_H
#define SGDFP_MODELS_NOISE_H

#include "models/stable_noise.h"

#include <deal.II/base/parameter_handler.h>

#include <string>
#include <vector>

namespace sgdfp
{
  /// Entries of subsection Noise: which diffusion D the dynamics has.
  struct NoiseParameters
  {
    std::string                      type            = "minibatch";
    double                           temperature     = 0.05;
    std::vector<std::vector<double>> diffusion       = {{0.2, 0.1}, {0.1, 0.3}};
    std::string                      expression      = "0.1*(1+u^2), 0; 0, 0.1";
    double                           isotropic_floor = 0;
    std::string                      calculus        = "ito";
    StableParameters                 stable;

    void add_parameters(dealii::ParameterHandler &prm);

    /// @throws EntryError for a constant D that is no diffusion matrix.
    void check(const unsigned int dimension) const;

    /// a in J = (b - (1-a) div D) p - D grad p
    double calculus_parameter() const;
  };
} // namespace sgdfp

#endif
