// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MESHES_DISCRETISATION_H
#define SGDFP_MESHES_DISCRETISATION_H

#include "base/petsc.h"
#include "meshes/parameter_box.h"

#include <deal.II/base/quadrature_lib.h>
#include <deal.II/dofs/dof_handler.h>
#include <deal.II/fe/fe_q.h>
#include <deal.II/fe/fe_values.h>
#include <deal.II/fe/mapping.h>
#include <deal.II/lac/affine_constraints.h>

#include <functional>

namespace sgdfp
{
  /// Entries of subsection Discretisation.
  struct DiscretisationParameters
  {
    unsigned int degree                 = 3;
    bool         lumped_mass            = false;
    std::string  trial_space            = "self-consistent";
    unsigned int maximum_passes         = 6;
    std::string  refinement             = "adaptive";
    double       tolerance              = 1e-4;
    unsigned int maximum_cells          = 200000;
    bool         negative_control       = true;
    unsigned int estimate_limit         = 3000000;
    unsigned int hermite_degree         = 8;
    unsigned int maximum_hermite_degree = 40;

    void add_parameters(dealii::ParameterHandler &prm);
  };



  /// Mesh, continuous Q_k element on Gauss-Lobatto points, its degrees of
  /// freedom and hanging-node constraints, and the one quadrature rule that
  /// assembly and every integral of the law share (so that a mass normalised
  /// by one is the mass reported by the other): Gauss, or Gauss-Lobatto on the
  /// nodes where the mass matrix is to be diagonal (jumps, lumped mass).
  ///
  /// Whoever changes the mesh calls prepare() afterwards; everything built on
  /// the discretisation then prepares itself again.
  template <int dim>
  class Discretisation
  {
  public:
    Discretisation(const MPI_Comm           communicator,
                   const ParameterBox<dim> &box,
                   const unsigned int       degree,
                   const bool               is_lumped = false);

    /// The same mesh with an element of another degree; prepare() it after the
    /// other one.
    Discretisation(const Discretisation &other, const unsigned int degree);

    /// Distributes the degrees of freedom on the present mesh. Collective.
    void prepare();

    /// Degree of the polynomials in unit coordinates that the mapping of a cell
    /// consists of.
    unsigned int chart_degree() const;

    const MPI_Comm                communicator;
    const ParameterBox<dim>       box;
    const dealii::FE_Q<dim>       element;
    const dealii::Quadrature<dim> quadrature;
    const dealii::QGauss<dim - 1> face_quadrature;
    const std::shared_ptr<dealii::parallel::TriangulationBase<dim>> mesh;

    /// From the unit cell to the parameters. The vertices of the mesh are chart
    /// coordinates (ParameterBox): never use them as parameters.
    const std::shared_ptr<dealii::Mapping<dim>> the_mapping;
    const dealii::Mapping<dim>                 &mapping;

    dealii::DoFHandler<dim>           dof_handler;
    dealii::AffineConstraints<double> constraints;
    dealii::IndexSet                  owned;
    /// Owned and ghosted: every degree of freedom of owned and ghost cells.
    dealii::IndexSet relevant;

    using Cell = typename dealii::DoFHandler<dim>::active_cell_iterator;

    /// The cell @p other of another discretisation of the same mesh.
    Cell same_cell(const Cell &other) const;

    const bool is_lumped;

    /// A distributed vector without ghosts, zero.
    Vector owned_vector() const;

    /// A read-only copy of @p v with ghosts.
    Vector ghosted(const Vector &v) const;

    /// Calls @p visit with every quadrature point of the cells of this rank.
    void for_each_quadrature_point(
      const std::function<void(const dealii::Point<dim> &)> &visit) const;

    /// Nodal values of @p function, without ghosts.
    Vector interpolate(
      const std::function<double(const dealii::Point<dim> &)> &function) const;

    /// The same of a function that @p other, a discretisation of the same mesh,
    /// knows: on each of its cells @p evaluate fills the values at the points
    /// of an FEValues object, the nodes of this element.
    Vector interpolate(
      const Discretisation                             &other,
      const dealii::UpdateFlags                         flags,
      const std::function<void(const dealii::FEValues<dim> &,
                               std::vector<double> &)> &evaluate) const;
  };
} // namespace sgdfp

#endif
