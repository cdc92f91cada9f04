// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/slice_statistics.h"

#include <cmath>

namespace sgdfp
{
  template <int dim>
  SliceStatistics<dim>::SliceStatistics(const Loss<dim> &loss)
    : loss(loss)
    , is_slice(bool(loss.slice_leak(dealii::Point<dim>())))
  {}



  template <int dim>
  void
  SliceStatistics<dim>::visit(const typename Postprocessor<dim>::Sample &sample)
  {
    if (!is_slice)
      return;
    const SliceLeak here = *loss.slice_leak(sample.theta);
    const double    dm   = sample.law.density() * sample.weight;
    sum.gradient += dm * here.gradient;
    sum.normal_gradient += dm * here.normal_gradient;
    sum.noise += dm * here.noise;
    sum.normal_noise += dm * here.normal_noise;
  }



  template <int dim>
  void SliceStatistics<dim>::finish(const Law<dim> &law, Summary &summary)
  {
    if (!is_slice)
      return;
    const auto share = [&](const double part, const double whole) {
      using dealii::Utilities::MPI::sum;
      const MPI_Comm communicator = law.discretisation.communicator;
      const double   all          = sum(whole, communicator);
      return all > 0 ? std::sqrt(std::max(0., sum(part, communicator)) / all) :
                       0.;
    };
    drift_leaving = share(sum.normal_gradient, sum.gradient);
    noise_leaving = share(sum.normal_noise, sum.noise);
    summary.set("slice/drift_leaving", *drift_leaving);
    summary.set("slice/noise_leaving", *noise_leaving);
  }



  template class SliceStatistics<1>;
  template class SliceStatistics<2>;
  template class SliceStatistics<3>;
} // namespace sgdfp
