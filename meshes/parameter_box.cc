// SPDX-License-Identifier: GPL-3.0-or-later
#include "meshes/parameter_box.h"

#include "base/errors.h"
#include "base/matrix_entry.h"
#include "base/text.h"

#include <deal.II/distributed/shared_tria.h>
#include <deal.II/distributed/tria.h>
#include <deal.II/grid/grid_generator.h>

namespace sgdfp
{
  void DomainParameters::add_parameters(dealii::ParameterHandler &prm)
  {
    namespace Patterns = dealii::Patterns;
    prm.enter_subsection("Domain");
    prm.add_parameter("lower", lower, "Lower corner of the box");
    prm.add_parameter("upper", upper, "Upper corner of the box");
    prm.add_parameter("initial refinement",
                      initial_refinement,
                      "2^refinement cells per axis",
                      Patterns::Integer(0, 20));
    prm.leave_subsection();
  }



  void DomainParameters::check(const unsigned int dimension) const
  {
    for (const auto &[name, corner] : {std::make_pair("Domain/lower", &lower),
                                       std::make_pair("Domain/upper", &upper)})
      if (corner->size() != dimension)
        throw EntryError(name,
                         to_text(MatrixRows{*corner}),
                         "the dimension is " + std::to_string(dimension),
                         "Give one number per parameter, separated by "
                         "commas.");
    for (unsigned int d = 0; d < dimension; ++d)
      if (!(lower[d] < upper[d]))
        throw EntryError("Domain/lower",
                         to_text(MatrixRows{lower}),
                         "its number " + std::to_string(d + 1) +
                           " is not "
                           "below that of Domain/upper, " +
                           to_text(upper[d]),
                         "Every side of the box needs lower < upper.");
    // 32-bit indices of this deal.II: 2^(dim * refinement) cells.
    if (dimension * initial_refinement > 27)
      throw EntryError("Domain/initial refinement",
                       std::to_string(initial_refinement),
                       "that is more than 2^27 cells in " +
                         std::to_string(dimension) + " dimensions",
                       "Choose at most " + std::to_string(27 / dimension) +
                         ".");
  }



  template <int dim>
  ParameterBox<dim>::ParameterBox(const DomainParameters &parameters)
    : refinement(parameters.initial_refinement)
  {
    for (unsigned int d = 0; d < dim; ++d)
      {
        low[d]  = parameters.lower[d];
        high[d] = parameters.upper[d];
      }
  }



  template <int dim>
  const dealii::Point<dim> &ParameterBox<dim>::lower() const
  {
    return low;
  }



  template <int dim>
  const dealii::Point<dim> &ParameterBox<dim>::upper() const
  {
    return high;
  }



  template <int dim>
  std::unique_ptr<dealii::parallel::TriangulationBase<dim>>
  ParameterBox<dim>::make_mesh(const MPI_Comm communicator) const
  {
    std::unique_ptr<dealii::parallel::TriangulationBase<dim>> mesh;
    if constexpr (dim == 1)
      {
        using Shared = dealii::parallel::shared::Triangulation<1>;
        mesh         = std::make_unique<Shared>(communicator,
                                        dealii::Triangulation<1>::none,
                                        /*allow_artificial_cells=*/true,
                                        Shared::partition_zorder);
      }
    else
      mesh =
        std::make_unique<dealii::parallel::distributed::Triangulation<dim>>(
          communicator);
    dealii::GridGenerator::hyper_rectangle(*mesh, low, high);
    mesh->refine_global(refinement);
    return mesh;
  }



  template class ParameterBox<1>;
  template class ParameterBox<2>;
  template class ParameterBox<3>;
} // namespace sgdfp
