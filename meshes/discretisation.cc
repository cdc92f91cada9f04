// SPDX-License-Identifier: GPL-3.0-or-later
#include "meshes/discretisation.h"

#include <deal.II/base/quadrature_lib.h>
#include <deal.II/dofs/dof_tools.h>
#include <deal.II/fe/fe_values.h>
#include <deal.II/fe/mapping_cartesian.h>
#include <deal.II/fe/mapping_q.h>
#include <deal.II/fe/mapping_q_cache.h>

namespace sgdfp
{
  void DiscretisationParameters::add_parameters(dealii::ParameterHandler &prm)
  {
    namespace Patterns = dealii::Patterns;
    prm.enter_subsection("Discretisation");
    prm.add_parameter("degree",
                      degree,
                      "k of the continuous Q_k element",
                      Patterns::Integer(1, 10));
    prm.add_parameter("lumped mass",
                      lumped_mass,
                      "Gauss-Lobatto points for all integrals: M is diagonal "
                      "(always so with jumps); with degree 1 a density in one "
                      "dimension then stays positive in time");
    prm.add_parameter("trial space",
                      trial_space,
                      "p = exp(l) * polynomial: l = 0 (polynomial), l = -L/T "
                      "(gibbs, for D = T I only), l = log of the last solution "
                      "(self-consistent)",
                      Patterns::Selection("polynomial|gibbs|self-consistent"));
    prm.add_parameter("maximum passes",
                      maximum_passes,
                      "Most passes of the self-consistent trial space",
                      Patterns::Integer(0, 100));
    prm.add_parameter("refinement",
                      refinement,
                      "How the mesh becomes finer until the tolerance holds: "
                      "where the current is inaccurate (adaptive), everywhere "
                      "(uniform), or not at all (none)",
                      Patterns::Selection("adaptive|uniform|none"));
    prm.add_parameter("tolerance",
                      tolerance,
                      "On the estimated relative L1 errors of density and "
                      "current",
                      Patterns::Double(0));
    prm.add_parameter("maximum cells",
                      maximum_cells,
                      "The mesh is not refined beyond",
                      Patterns::Integer(1));
    prm.add_parameter("estimate limit",
                      estimate_limit,
                      "Most unknowns of the solve, one degree higher, that "
                      "estimates the errors; 2.4 times those of the law for "
                      "degree 3 in three dimensions",
                      Patterns::Integer(1));
    prm.add_parameter("hermite degree",
                      hermite_degree,
                      "With momentum: the first degree N of the Hermite "
                      "functions of velocity, even; raised by 2 until the "
                      "tolerance holds",
                      Patterns::Integer(2, 100));
    prm.add_parameter("maximum hermite degree",
                      maximum_hermite_degree,
                      "N is not raised beyond",
                      Patterns::Integer(2, 100));
    prm.add_parameter("negative control",
                      negative_control,
                      "Also solve, on the last mesh, a problem of the same D "
                      "whose law is Gibbs and has no current: what it finds is "
                      "the noise floor of the current");
    prm.leave_subsection();
  }



  namespace
  {
    // Degree of the polynomials that stand for sinh in a cell: the error is
    // below 1e-10 of the cell for cells of chart size 1/2 (1e-7 in 3-D, where
    // the points of higher degrees would fill the memory).
    template <int dim>
    constexpr unsigned int graded_degree = (dim == 1 ? 10 :
                                            dim == 2 ? 7 :
                                                       4);



    template <int dim>
    dealii::Quadrature<dim> make_rule(const unsigned int degree,
                                      const bool         is_lumped)
    {
      if (is_lumped)
        return dealii::QGaussLobatto<dim>(degree + 1);
      // One point more than a polynomial operator needs: the coefficients and
      // the exponential are not constant in a cell.
      return dealii::QGauss<dim>(degree + 2);
    }



    template <int dim>
    std::unique_ptr<dealii::Mapping<dim>>
    make_mapping(const ParameterBox<dim> &box)
    {
      if (box.is_graded())
        return std::make_unique<dealii::MappingQCache<dim>>(graded_degree<dim>);
      if (!box.is_box() && dim > 1)
        return std::make_unique<dealii::MappingQ<dim>>(ball_mapping_degree);
      return std::make_unique<dealii::MappingCartesian<dim>>();
    }
  } // namespace



  template <int dim>
  Discretisation<dim>::Discretisation(const MPI_Comm           communicator,
                                      const ParameterBox<dim> &box,
                                      const unsigned int       degree,
                                      const bool               is_lumped)
    : communicator(communicator)
    , box(box)
    , element(degree)
    , quadrature(make_rule<dim>(degree, is_lumped))
    , face_quadrature(degree + 2)
    , mesh(box.make_mesh(communicator))
    , the_mapping(make_mapping(box))
    , mapping(*the_mapping)
    , dof_handler(*mesh)
    , is_lumped(is_lumped)
  {}



  template <int dim>
  Discretisation<dim>::Discretisation(const Discretisation &other,
                                      const unsigned int    degree)
    : communicator(other.communicator)
    , box(other.box)
    , element(degree)
    , quadrature(make_rule<dim>(degree, other.is_lumped))
    , face_quadrature(degree + 2)
    , mesh(other.mesh)
    , the_mapping(other.the_mapping)
    , mapping(*the_mapping)
    , dof_handler(*mesh)
    , is_lumped(other.is_lumped)
  {}



  template <int dim>
  unsigned int Discretisation<dim>::chart_degree() const
  {
    return box.is_graded()          ? graded_degree<dim> :
           !box.is_box() && dim > 1 ? ball_mapping_degree :
                                      1;
  }



  template <int dim>
  void Discretisation<dim>::prepare()
  {
    if (box.is_graded())
      dynamic_cast<dealii::MappingQCache<dim> &>(*the_mapping)
        .initialize(
          dealii::MappingQ<dim>(1),
          *mesh,
          [this](const typename dealii::Triangulation<dim>::cell_iterator &,
                 const dealii::Point<dim> &xi) { return box.from_chart(xi); },
          /*function_describes_relative_displacement=*/false);
    dof_handler.distribute_dofs(element);
    owned = dof_handler.locally_owned_dofs();
    dealii::DoFTools::extract_locally_relevant_dofs(dof_handler, relevant);
    constraints.clear();
    constraints.reinit(relevant);
    dealii::DoFTools::make_hanging_node_constraints(dof_handler, constraints);
    constraints.close();
  }



  template <int dim>
  typename Discretisation<dim>::Cell
  Discretisation<dim>::same_cell(const Cell &other) const
  {
    return Cell(mesh.get(), other->level(), other->index(), &dof_handler);
  }



  template <int dim>
  Vector Discretisation<dim>::owned_vector() const
  {
    return Vector(owned, communicator);
  }



  template <int dim>
  Vector Discretisation<dim>::ghosted(const Vector &v) const
  {
    Vector copy(owned, relevant, communicator);
    copy = v;
    return copy;
  }



  template <int dim>
  void Discretisation<dim>::for_each_quadrature_point(
    const std::function<void(const dealii::Point<dim> &)> &visit) const
  {
    dealii::FEValues<dim> fe_values(mapping,
                                    element,
                                    quadrature,
                                    dealii::update_quadrature_points);
    for (const auto &cell : dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          fe_values.reinit(cell);
          for (const auto &theta : fe_values.get_quadrature_points())
            visit(theta);
        }
  }



  template <int dim>
  Vector Discretisation<dim>::interpolate(
    const std::function<double(const dealii::Point<dim> &)> &function) const
  {
    return interpolate(*this,
                       dealii::update_quadrature_points,
                       [&](const dealii::FEValues<dim> &at_nodes,
                           std::vector<double>         &values) {
                         for (unsigned int i = 0; i < values.size(); ++i)
                           values[i] = function(at_nodes.quadrature_point(i));
                       });
  }



  template <int dim>
  Vector Discretisation<dim>::interpolate(
    const Discretisation                             &other,
    const dealii::UpdateFlags                         flags,
    const std::function<void(const dealii::FEValues<dim> &,
                             std::vector<double> &)> &evaluate) const
  {
    dealii::FEValues<dim>                        at_nodes(other.mapping,
                                   other.element,
                                   dealii::Quadrature<dim>(
                                     element.get_unit_support_points()),
                                   flags);
    std::vector<double>                          values(element.dofs_per_cell);
    std::vector<dealii::types::global_dof_index> dofs(element.dofs_per_cell);
    Vector                                       result = owned_vector();
    for (const auto &cell : dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          at_nodes.reinit(other.same_cell(cell));
          evaluate(at_nodes, values);
          cell->get_dof_indices(dofs);
          for (unsigned int i = 0; i < dofs.size(); ++i)
            if (owned.is_element(dofs[i]))
              result(dofs[i]) = values[i];
        }
    result.compress(dealii::VectorOperation::insert);
    return result;
  }



  template class Discretisation<1>;
  template class Discretisation<2>;
  template class Discretisation<3>;
} // namespace sgdfp
