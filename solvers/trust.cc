// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/trust.h"

#include "base/text.h"
#include "solvers/adaptive.h"

#include <algorithm>

namespace sgdfp
{
  namespace
  {
    std::string more_than(const double trusted)
    {
      return ", more than " + to_text(trusted);
    }
  } // namespace



  bool Evidence::is_cut_off() const
  {
    return !(boundary_mass <= trusted_boundary_mass);
  }



  boost::optional<Refusal> Evidence::refusal() const
  {
    const std::string finer =
      stopped_by == "maximum cells" ?
        "Raise Discretisation/maximum cells (the mesh stopped there)" :
        "Raise Domain/initial refinement or lower Discretisation/tolerance";
    // Written so that a NaN is not trusted.
    if (!(negative_mass <= trusted_negative_mass))
      return Refusal("not resolved",
                     "the computed density is negative on a mass of " +
                       to_text(negative_mass) +
                       more_than(trusted_negative_mass) +
                       ": layers of the law are thinner than the mesh. " +
                       finer +
                       ", shrink the box, or raise Noise/isotropic floor");
    if (!(quadrature_error <= trusted_quadrature))
      return Refusal("not resolved",
                     "the mass of the density changes by " +
                       to_text(quadrature_error) +
                       more_than(trusted_quadrature) +
                       ", when it is integrated more finely: its peaks are "
                       "narrower than the cells. " +
                       finer + " or shrink the box");
    // The estimated error contains it: below the tolerance it is as good as
    // any other.
    const double trusted_weights = std::max(trusted_weight_error, tolerance);
    if (!(weight_error <= trusted_weights))
      return Refusal("not determined",
                     "the slowest relaxation has a rate of about " +
                       to_text(std::max(0., slowest_rate)) +
                       " per unit t: round-off leaves an error of about " +
                       to_text(weight_error) +
                       " in the weights of the wells (or whatever relaxes so "
                       "slowly)" +
                       more_than(trusted_weights) +
                       ". Narrow the box to one well for its own law, or raise "
                       "the noise");
    // A law that is too large to estimate its error has none.
    if (density_error > trusted_density_error)
      return Refusal("not resolved",
                     "the estimated error of the density, " +
                       to_text(density_error) + ", is" +
                       more_than(trusted_density_error).substr(1) +
                       ", up to which estimates are known to be right. " +
                       finer + " or raise Noise/isotropic floor");
    return {};
  }
} // namespace sgdfp
