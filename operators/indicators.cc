// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/indicators.h"

#include <deal.II/fe/fe_interface_values.h>
#include <deal.II/meshworker/mesh_loop.h>

#include <cmath>

namespace sgdfp
{
  namespace
  {
    const auto indicator_flags =
      dealii::update_values | dealii::update_gradients |
      dealii::update_quadrature_points | dealii::update_JxW_values;



    /// int over the present face of |J.n|; with two sides |[J.n]|.
    template <int dim>
    double normal_flux(const Law<dim>                            &law,
                       const dealii::FEInterfaceValues<dim>      &face,
                       std::array<std::vector<LocalLaw<dim>>, 2> &sides)
    {
      const unsigned int n_sides = (face.at_boundary() ? 1 : 2);
      for (unsigned int s = 0; s < n_sides; ++s)
        law.evaluate(face.get_fe_face_values(s), false, sides[s]);

      double integral = 0;
      for (unsigned int q = 0; q < face.get_quadrature_points().size(); ++q)
        {
          const auto flux =
            law.dynamics.flux(face.get_quadrature_points()[q],
                              MatrixFieldDerivatives::divergence);
          dealii::Tensor<1, dim> J = sides[0][q].current(flux);
          if (n_sides == 2)
            J -= sides[1][q].current(flux);
          integral += std::abs(J * face.normal(q)) * face.JxW(q);
        }
      return integral;
    }



    /// FEValues for cells and faces, and room for what they evaluate.
    template <int dim>
    struct Scratch
    {
      explicit Scratch(const Discretisation<dim> &discretisation)
        : discretisation(discretisation)
        , cell(discretisation.mapping,
               discretisation.element,
               discretisation.quadrature,
               indicator_flags | dealii::update_hessians)
        , face(discretisation.mapping,
               discretisation.element,
               discretisation.face_quadrature,
               indicator_flags | dealii::update_normal_vectors)
      {}

      Scratch(const Scratch &other)
        : Scratch(other.discretisation)
      {}

      const Discretisation<dim>                &discretisation;
      dealii::FEValues<dim>                     cell;
      dealii::FEInterfaceValues<dim>            face;
      std::vector<LocalLaw<dim>>                values;
      std::array<std::vector<LocalLaw<dim>>, 2> sides;
    };



    /// int_K |div J_h|
    template <int dim>
    double divergence_term(const Law<dim>                &law,
                           const typename Law<dim>::Cell &cell,
                           Scratch<dim>                  &scratch)
    {
      scratch.cell.reinit(cell);
      law.evaluate(scratch.cell, true, scratch.values);
      double integral = 0;
      for (unsigned int q = 0; q < scratch.values.size(); ++q)
        {
          const auto flux = law.dynamics.flux(scratch.cell.quadrature_point(q),
                                              MatrixFieldDerivatives::all);
          integral +=
            std::abs(trace(scratch.values[q].current_gradient(flux))) *
            scratch.cell.JxW(q);
        }
      return integral;
    }
  } // namespace



  template <int dim>
  dealii::Vector<double> current_indicators(const Law<dim> &law)
  {
    using Cell = typename Law<dim>::Cell;
    // (active cell index, part of its indicator)
    using Parts = std::vector<std::pair<unsigned int, double>>;
    using namespace dealii::MeshWorker;

    const Discretisation<dim> &discretisation = law.discretisation;
    dealii::Vector<double>     eta(discretisation.mesh->n_active_cells());

    const auto cell_worker =
      [&](const Cell &cell, Scratch<dim> &scratch, Parts &parts) {
        parts.emplace_back(cell->active_cell_index(),
                           divergence_term(law, cell, scratch));
      };
    // The jump at the boundary is 2 J.n, and half of it counts.
    const auto boundary_worker = [&](const Cell        &cell,
                                     const unsigned int f,
                                     Scratch<dim>      &scratch,
                                     Parts             &parts) {
      scratch.face.reinit(cell, f);
      parts.emplace_back(cell->active_cell_index(),
                         normal_flux(law, scratch.face, scratch.sides));
    };
    const auto face_worker = [&](const Cell        &cell,
                                 const unsigned int f,
                                 const unsigned int sf,
                                 const Cell        &neighbor,
                                 const unsigned int nf,
                                 const unsigned int nsf,
                                 Scratch<dim>      &scratch,
                                 Parts             &parts) {
      scratch.face.reinit(cell, f, sf, neighbor, nf, nsf);
      const double half = 0.5 * normal_flux(law, scratch.face, scratch.sides);
      for (const Cell &side : {cell, neighbor})
        if (side->is_locally_owned())
          parts.emplace_back(side->active_cell_index(), half);
    };
    const auto copier = [&](const Parts &parts) {
      for (const auto &[index, value] : parts)
        eta(index) += value;
    };
    mesh_loop(discretisation.dof_handler.active_cell_iterators(),
              cell_worker,
              copier,
              Scratch<dim>(discretisation),
              Parts(),
              assemble_own_cells | assemble_boundary_faces |
                assemble_own_interior_faces_once | assemble_ghost_faces_both,
              boundary_worker,
              face_worker);

    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          // The shortest edge, in parameters.
          const dealii::Tensor<1, dim> edges =
            discretisation.box.from_chart(
              cell->vertex(dealii::GeometryInfo<dim>::vertices_per_cell - 1)) -
            discretisation.box.from_chart(cell->vertex(0));
          double shortest = edges[0];
          for (unsigned int d = 1; d < dim; ++d)
            shortest = std::min(shortest, edges[d]);
          eta(cell->active_cell_index()) *=
            shortest / discretisation.element.degree;
        }
    return eta;
  }



  template <int dim>
  double total(const Discretisation<dim>    &discretisation,
               const dealii::Vector<double> &indicators)
  {
    return dealii::Utilities::MPI::sum(indicators.l1_norm(),
                                       discretisation.communicator);
  }



  template dealii::Vector<double> current_indicators(const Law<1> &);
  template dealii::Vector<double> current_indicators(const Law<2> &);
  template dealii::Vector<double> current_indicators(const Law<3> &);

  template double total(const Discretisation<1> &,
                        const dealii::Vector<double> &);
  template double total(const Discretisation<2> &,
                        const dealii::Vector<double> &);
  template double total(const Discretisation<3> &,
                        const dealii::Vector<double> &);
} // namespace sgdfp
