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



  template <int dim>
  void resolve_set(const Region<dim>              &set,
                   const Discretisation<dim>      &discretisation,
                   const DiscretisationParameters &parameters,
                   const std::function<void()>    &refine)
  {
    for (;;)
      {
        const Vector whole = set.nodes(discretisation, /*with_cut=*/false);
        if (whole.l1_norm() > 0)
          {
            if (whole.l1_norm() == whole.size())
              set.complain("holds the whole box",
                           "It is where the expression is >= 0: a "
                           "comparison, which is 0 or 1, is >= 0 "
                           "everywhere.");
            return;
          }
        const auto n_cut = set.n_cut_cells(discretisation);
        if (n_cut == 0)
          set.complain("holds nothing in the box that the mesh can see",
                       "It is where the expression is >= 0; choose a "
                       "larger set, or raise Domain/initial refinement.");
        if (dim == 1 || parameters.refinement == "none" ||
            discretisation.mesh->n_global_active_cells() + (1 << dim) * n_cut >
              parameters.maximum_cells)
          set.complain("is smaller than the cells of the mesh",
                       "Raise Domain/initial refinement or "
                       "Discretisation/maximum cells.");
        const auto places = set.places(discretisation);
        for (const auto &cell : discretisation.mesh->active_cell_iterators())
          if (cell->is_locally_owned() &&
              places[cell->active_cell_index()] == Region<dim>::Place::cut)
            cell->set_refine_flag();
        refine();
      }
  }



  template <int dim>
  void fit_and_resolve(const Region<dim>              &set,
                       Discretisation<dim>            &discretisation,
                       const DiscretisationParameters &parameters)
  {
    fit_mesh(discretisation, set.edges(discretisation.box));
    resolve_set(set, discretisation, parameters, [&]() {
      discretisation.mesh->execute_coarsening_and_refinement();
      discretisation.prepare();
    });
  }



#define INSTANTIATE(dim)                                           \
  template struct SpectralSets<dim>;                               \
  template void fit_and_resolve(const Region<dim> &,               \
                                Discretisation<dim> &,             \
                                const DiscretisationParameters &); \
  template void resolve_set(const Region<dim> &,                   \
                            const Discretisation<dim> &,           \
                            const DiscretisationParameters &,      \
                            const std::function<void()> &);

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE
} // namespace sgdfp
