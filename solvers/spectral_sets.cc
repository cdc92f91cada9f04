// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/spectral_sets.h"

namespace sgdfp
{
  namespace
  {
    template <int dim>
    std::unique_ptr<const Region<dim>> region(const std::string &entry,
                                              const std::string &text,
                                              const Case        &a_case)
    {
      if (text.empty())
        return nullptr;
      return std::make_unique<const Region<dim>>(entry,
                                                 text,
                                                 a_case.vocabulary());
    }
  } // namespace



  template <int dim>
  SpectralSets<dim>::SpectralSets(const Case &a_case)
    : absorbing(make_absorbing<dim>(a_case))
    , from(region<dim>("Spectrum/from", a_case.spectrum.from, a_case))
    , to(region<dim>("Spectrum/to", a_case.spectrum.to, a_case))
  {
    if (absorbing && from)
      from->complain("there is also Domain/absorbing: a process that is killed "
                     "has no stationary transitions",
                     "Remove one of the two.");
  }



  template <int dim>
  std::vector<const Region<dim> *> SpectralSets<dim>::all() const
  {
    std::vector<const Region<dim> *> list;
    for (const auto *set : {&absorbing, &from, &to})
      if (*set)
        list.push_back(set->get());
    return list;
  }



  template struct SpectralSets<1>;
  template struct SpectralSets<2>;
  template struct SpectralSets<3>;
} // namespace sgdfp
