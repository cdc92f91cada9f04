// SPDX-License-Identifier: GPL-3.0-or-later
#include "fractional/make_fractional_laplacian.h"

#include "base/errors.h"
#include "fractional/line_power.h"
#include "fractional/pole_power.h"
#include "fractional/tensor_power.h"

namespace sgdfp
{
  template <int dim>
  std::unique_ptr<FractionalLaplacian<dim>>
  make_fractional_laplacian(const LumpedLaplacian<dim> &laplacian,
                            const double                exponent,
                            const double                tempering)
  {
    if constexpr (dim == 1)
      return std::make_unique<LinePower>(laplacian, exponent, tempering);
    else
      {
        auto lattice =
          std::make_unique<const Lattice<dim>>(laplacian.discretisation);
        if (lattice->exists)
          return std::make_unique<TensorPower<dim>>(laplacian,
                                                    std::move(lattice),
                                                    exponent,
                                                    tempering);
        if (laplacian.n_parts() > 1)
          throw EntryError("Noise/Stable/directions",
                           "coordinates",
                           "jumps along the coordinates need a mesh of lines "
                           "along them, all of whose cells are refined alike",
                           "Use Discretisation/refinement = uniform or none.");
        return std::make_unique<PolePower<dim>>(laplacian, exponent, tempering);
      }
  }



  template std::unique_ptr<FractionalLaplacian<1>>
  make_fractional_laplacian(const LumpedLaplacian<1> &, double, double);
  template std::unique_ptr<FractionalLaplacian<2>>
  make_fractional_laplacian(const LumpedLaplacian<2> &, double, double);
  template std::unique_ptr<FractionalLaplacian<3>>
  make_fractional_laplacian(const LumpedLaplacian<3> &, double, double);
} // namespace sgdfp
