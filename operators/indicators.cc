// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/indicators.h"

#include <deal.II/fe/fe_interface_values.h>

#include <cmath>

namespace sgdfp
{
  namespace
  {
    const auto flags = dealii::update_values | dealii::update_gradients |
                       dealii::update_quadrature_points |
                       dealii::update_JxW_values;



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



    /// 1/2 int_dK |[J.n]| of one cell.
    template <int dim>
    double jump_term(const Law<dim>                            &law,
                     const typename Law<dim>::Cell             &cell,
                     dealii::FEInterfaceValues<dim>            &face_values,
                     std::array<std::vector<LocalLaw<dim>>, 2> &sides)
    {
      constexpr unsigned int none = dealii::numbers::invalid_unsigned_int;
      double                 sum  = 0;
      for (const unsigned int f : cell->face_indices())
        {
          if (cell->at_boundary(f))
            {
              face_values.reinit(cell, f);
              // The jump is 2 J.n there.
              sum += 2 * normal_flux(law, face_values, sides);
              continue;
            }
          const auto neighbor = cell->neighbor(f);
          if (neighbor->has_children())
            for (unsigned int c = 0; c < cell->face(f)->n_children(); ++c)
              {
                face_values.reinit(cell,
                                   f,
                                   c,
                                   cell->neighbor_child_on_subface(f, c),
                                   cell->neighbor_of_neighbor(f),
                                   none);
                sum += normal_flux(law, face_values, sides);
              }
          else if (cell->neighbor_is_coarser(f))
            {
              const auto coarse = cell->neighbor_of_coarser_neighbor(f);
              face_values.reinit(
                cell, f, none, neighbor, coarse.first, coarse.second);
              sum += normal_flux(law, face_values, sides);
            }
          else
            {
              face_values.reinit(
                cell, f, none, neighbor, cell->neighbor_of_neighbor(f), none);
              sum += normal_flux(law, face_values, sides);
            }
        }
      return 0.5 * sum;
    }
  } // namespace



  template <int dim>
  dealii::Vector<double> current_indicators(const Law<dim> &law)
  {
    const Discretisation<dim> &discretisation = law.discretisation;
    dealii::Vector<double>     eta(discretisation.mesh->n_active_cells());

    dealii::FEValues<dim>          fe_values(discretisation.mapping,
                                    discretisation.element,
                                    discretisation.quadrature,
                                    flags | dealii::update_hessians);
    dealii::FEInterfaceValues<dim> face_values(discretisation.mapping,
                                               discretisation.element,
                                               discretisation.face_quadrature,
                                               flags |
                                                 dealii::update_normal_vectors);
    std::vector<LocalLaw<dim>>     values;
    std::array<std::vector<LocalLaw<dim>>, 2> sides;
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          fe_values.reinit(cell);
          law.evaluate(fe_values, true, values);
          double integral = 0;
          for (unsigned int q = 0; q < values.size(); ++q)
            {
              const auto flux = law.dynamics.flux(fe_values.quadrature_point(q),
                                                  MatrixFieldDerivatives::all);
              integral += std::abs(trace(values[q].current_gradient(flux))) *
                          fe_values.JxW(q);
            }
          integral += jump_term(law, cell, face_values, sides);
          eta(cell->active_cell_index()) = cell->minimum_vertex_distance() /
                                           discretisation.element.degree *
                                           integral;
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
