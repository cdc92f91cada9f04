// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/noise.h"

#include "base/matrix_entry.h"

namespace sgdfp
{
  void NoiseParameters::add_parameters(dealii::ParameterHandler &prm)
  {
    namespace Patterns = dealii::Patterns;
    prm.enter_subsection("Noise");
    prm.add_parameter("type",
                      type,
                      "minibatch: D = (learning rate/2B) C(theta); isotropic: "
                      "T I; constant: a matrix; expression: a matrix of "
                      "expressions; none: only the floor",
                      Patterns::Selection(
                        "minibatch|isotropic|constant|expression|none"));
    prm.add_parameter("temperature",
                      temperature,
                      "T of isotropic noise, in units of the loss",
                      Patterns::Double(0));
    prm.add_parameter("diffusion",
                      diffusion,
                      "D of constant noise, symmetric positive semidefinite");
    prm.add_parameter("expression",
                      expression,
                      "D of expression noise: entries separated by commas, "
                      "rows by semicolons");
    prm.add_parameter("isotropic floor",
                      isotropic_floor,
                      "Adds floor * I to D",
                      Patterns::Double(0));
    prm.add_parameter("calculus",
                      calculus,
                      "Meaning of state-dependent noise: a = 0 (ito), 1/2 "
                      "(midpoint), 1 (isothermal) in J = (b - (1-a) div D) p - "
                      "D grad p",
                      Patterns::Selection("ito|midpoint|isothermal"));
    prm.leave_subsection();
    stable.add_parameters(prm);
  }



  void NoiseParameters::check(const unsigned int dimension) const
  {
    stable.check();
    if (type != "constant")
      return;
    check_matrix("Noise/diffusion", diffusion, dimension, dimension);
    check_symmetric("Noise/diffusion", diffusion);
    check_positive_semidefinite("Noise/diffusion", diffusion);
  }



  double NoiseParameters::calculus_parameter() const
  {
    return calculus == "ito" ? 0. : (calculus == "midpoint" ? 0.5 : 1.);
  }
} // namespace sgdfp
