// SPDX-License-Identifier: GPL-3.0-or-later
#include "fractional/make_generator.h"

#include "fractional/stable_generator.h"
#include "operators/drift_diffusion.h"
#include "operators/transfer_operator.h"

namespace sgdfp
{
  template <int dim>
  std::unique_ptr<Generator>
  make_generator(const Discretisation<dim> &discretisation,
                 const Dynamics<dim>       &dynamics,
                 const TrialSpace<dim>     &trial_space)
  {
    if (dynamics.jumps() != nullptr)
      {
        dynamics.jumps()->check_generator();
        return std::make_unique<StableGenerator<dim>>(discretisation, dynamics);
      }
    if (dynamics.step() > 0)
      return std::make_unique<TransferOperator<dim>>(discretisation, dynamics);
    return std::make_unique<DriftDiffusion<dim>>(discretisation,
                                                 dynamics,
                                                 trial_space);
  }



  template <int dim>
  Vector heavy_tailed_start(const Discretisation<dim> &discretisation,
                            const double               alpha)
  {
    const auto  &box = discretisation.box;
    const double width =
      (box.core_length() > 0 ? box.core_length() :
                               (box.upper() - box.lower()).norm() / 10);
    const dealii::Point<dim> centre =
      (box.core_length() > 0 ?
         dealii::Point<dim>() :
         dealii::Point<dim>(0.5 * (box.lower() + box.upper())));
    return discretisation.interpolate([&](const dealii::Point<dim> &theta) {
      return std::pow(1 + (theta - centre).norm_square() / (width * width),
                      -(dim + alpha) / 2);
    });
  }



  template std::unique_ptr<Generator> make_generator(const Discretisation<1> &,
                                                     const Dynamics<1> &,
                                                     const TrialSpace<1> &);
  template std::unique_ptr<Generator> make_generator(const Discretisation<2> &,
                                                     const Dynamics<2> &,
                                                     const TrialSpace<2> &);
  template std::unique_ptr<Generator> make_generator(const Discretisation<3> &,
                                                     const Dynamics<3> &,
                                                     const TrialSpace<3> &);
  template Vector heavy_tailed_start(const Discretisation<1> &, double);
  template Vector heavy_tailed_start(const Discretisation<2> &, double);
  template Vector heavy_tailed_start(const Discretisation<3> &, double);
} // namespace sgdfp
