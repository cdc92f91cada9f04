// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/case_mesh.h"

namespace sgdfp
{
  template <int dim>
  std::unique_ptr<Discretisation<dim>> make_mesh(const MPI_Comm communicator,
                                                 const Case    &a_case,
                                                 const DomainParameters &domain)
  {
    const bool is_lumped =
      (a_case.noise.stable.is_on() || a_case.discretisation.lumped_mass);
    auto discretisation =
      std::make_unique<Discretisation<dim>>(communicator,
                                            ParameterBox<dim>(domain),
                                            a_case.discretisation.degree,
                                            is_lumped);
    discretisation->prepare();
    return discretisation;
  }



  template <int dim>
  std::unique_ptr<Discretisation<dim>>
  make_mesh_to_load(const MPI_Comm          communicator,
                    const Case             &a_case,
                    const DomainParameters &domain)
  {
    DomainParameters first     = domain;
    const auto       absorbing = make_absorbing<dim>(a_case);
    const bool       is_fitted = (dim == 1 && absorbing);
    if (!is_fitted)
      first.initial_refinement = 0;
    auto discretisation = make_mesh<dim>(communicator, a_case, first);
    if (is_fitted)
      fit_mesh(*discretisation, absorbing->edges(discretisation->box));
    return discretisation;
  }



  template <int dim>
  std::unique_ptr<const Region<dim>> make_absorbing(const Case &a_case)
  {
    if (a_case.domain.absorbing.empty())
      return nullptr;
    return std::make_unique<const Region<dim>>("Domain/absorbing",
                                               a_case.domain.absorbing,
                                               a_case.vocabulary());
  }



#define INSTANTIATE(dim)                                           \
  template std::unique_ptr<Discretisation<dim>> make_mesh(         \
    const MPI_Comm, const Case &, const DomainParameters &);       \
  template std::unique_ptr<Discretisation<dim>> make_mesh_to_load( \
    const MPI_Comm, const Case &, const DomainParameters &);       \
  template std::unique_ptr<const Region<dim>> make_absorbing(const Case &);

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE
} // namespace sgdfp
