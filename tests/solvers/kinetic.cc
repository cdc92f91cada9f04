// SPDX-License-Identifier: GPL-3.0-or-later
// The kinetic generator: Gibbs, spectra and covariances of anchors.md, E.
#include "tests/solvers/kinetic_problem.h"

#include "solvers/spectrum.h"

#include <gtest/gtest.h>

using namespace sgdfp;

namespace
{
  Spectrum spectrum_of(KineticProblem<1> &problem, const unsigned int n)
  {
    const Vector      law = problem.stationary();
    const Restriction restriction(*problem.generator,
                                  problem.generator->zero());
    const Vector      p0 = restriction.restrict_to(law);
    return SpectrumSolver(problem.solver_parameters)
      .solve(restriction, n, &p0, /*is_reversible=*/false);
  }
} // namespace



// -(n m+ + k m-), m+- = (g +- sqrt(g^2 - 4))/2
TEST(Kinetic, HarmonicSpectrum)
{
  for (const double gamma : {.5, 1., 2., 5.})
    {
      KineticProblem<1> problem;
      problem.use_loss("u^2/2");
      problem.noise.type     = "isotropic";
      problem.noise.temperature = 0.1;
      problem.use_box(2.4, 5);
      problem.discretisation_parameters.degree = 4;
      problem.scales.friction                  = gamma;
      problem.scales.degree                    = 16;
      problem.trial_temperature                = 0.1;
      problem.set_temperature(0.1);
      problem.make();
      const Spectrum             spectrum = spectrum_of(problem, 4);
      const std::complex<double> root =
        std::sqrt(std::complex<double>(gamma * gamma - 4));
      const auto plus = 0.5 * (gamma + root), minus = 0.5 * (gamma - root);
      for (unsigned int i = 1; i < spectrum.size(); ++i)
        {
          double best = 1e300;
          for (unsigned int n = 0; n < 12; ++n)
            for (unsigned int k = 0; k < 12; ++k)
              best = std::min(best,
                              std::abs(spectrum.values[i] +
                                       static_cast<double>(n) * plus +
                                       static_cast<double>(k) * minus));
          std::cout << gamma << " " << spectrum.values[i] << " " << best
                    << std::endl;
          EXPECT_LT(best, gamma == 2. ? 1e-4 : 1e-8) << gamma << " " << i;
        }
    }
}



TEST(Kinetic, DoubleWell)
{
  const std::pair<double, double> exact[] = {{.5, 2.65807838393713e-2},
                                             {1., 2.25192119836136e-2},
                                             {5., 6.5390772461384e-3}};
  for (const auto &[gamma, lambda] : exact)
    {
      KineticProblem<1> problem;
      problem.use_loss("(u^2-1)^2/4");
      problem.noise.type        = "isotropic";
      problem.noise.temperature = 0.1;
      problem.use_box(2.6, 5);
      problem.discretisation_parameters.degree = 4;
      problem.scales.friction                  = gamma;
      problem.scales.degree                    = (gamma < 1 ? 30 : 20);
      problem.trial_temperature                = 0.1;
      problem.set_temperature(0.1);
      problem.make();
      const Spectrum spectrum = spectrum_of(problem, 2);
      std::cout << spectrum.values[1] << " " << spectrum.residuals[1] << " "
                << spectrum.left_residuals[1] << " "
                << spectrum.values[1].real() / -lambda - 1 << std::endl;
      EXPECT_NEAR(-spectrum.values[1].real() / lambda, 1, 1e-7) << gamma;
      EXPECT_EQ(spectrum.values[1].imag(), 0);
    }
}
