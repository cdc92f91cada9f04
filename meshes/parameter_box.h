// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MESHES_PARAMETER_BOX_H
#define SGDFP_MESHES_PARAMETER_BOX_H

#include "meshes/ball_mesh.h"

#include <deal.II/base/parameter_handler.h>
#include <deal.II/base/point.h>
#include <deal.II/distributed/tria_base.h>
#include <deal.II/grid/tria_accessor.h>

#include <memory>
#include <vector>

namespace sgdfp
{
  /// Entries of subsection Domain: the box (or ball) of parameters that is
  /// meshed. No probability leaves it (no-flux boundary). With extent = auto it
  /// is where the search for a box that holds the law begins
  /// (solvers/box_search.h).
  struct DomainParameters
  {
    std::vector<double> lower              = {-3, -3};
    std::vector<double> upper              = {3, 3};
    unsigned int        initial_refinement = 4;
    unsigned int        subdivisions       = 1;
    double              grading            = 0;
    std::string         extent             = "given";
    std::string         shape              = "box";
    double              radius             = 1;
    std::vector<double> centre;
    /// Where probability is killed: "", "boundary", or an expression, >= 0
    /// there
    std::string absorbing;

    void add_parameters(dealii::ParameterHandler &prm);

    /// Also completes the entries of a ball: lower and upper become the corners
    /// of the box around the outer one.
    /// @throws EntryError for a wrong length or lower >= upper.
    void check(const unsigned int dimension);

  private:
    void complete_ball(const unsigned int dimension);

    void check_box(const unsigned int dimension) const;
  };



  /// The box, its chart, and its mesh of subdivisions * 2^refinement cells
  /// per axis; or a ball inside of a larger one, for exits of jumps from it,
  /// and its mesh (make_ball_mesh()).
  ///
  /// The mesh is uniform in chart coordinates xi. They are the parameters
  /// themselves, or, for heavy tails, theta_d = L sinh(xi_d) with the core
  /// length L: cells of size L dxi in the core, of size |theta| dxi outside, so
  /// that many decades cost few cells [numerics.md, 3].
  template <int dim>
  class ParameterBox
  {
  public:
    explicit ParameterBox(const DomainParameters &parameters);

    const dealii::Point<dim> &lower() const;

    const dealii::Point<dim> &upper() const;

    bool is_graded() const;

    /// The upper or lower corner of where minima of a loss are looked for: all
    /// of the box, or a hundred cores of a graded one.
    dealii::Point<dim> search_corner(const bool is_upper) const;

    /// L; the radius of a ball; 0 for an ordinary box.
    double core_length() const;

    /// Whether the domain is a box, and not a ball.
    bool is_box() const;

    /// Of a domain that is no box.
    const NestedBalls<dim> &balls() const;

    /// theta(xi) and xi(theta)
    dealii::Point<dim> from_chart(const dealii::Point<dim> &xi) const;
    dealii::Point<dim> to_chart(const dealii::Point<dim> &theta) const;

    /// d theta_d/d xi_d at xi
    dealii::Tensor<1, dim> chart_slopes(const dealii::Point<dim> &xi) const;

    /// Unit coordinates of @p theta in a cell whose vertices are chart
    /// coordinates; outside of [0, 1]^dim for a point outside of the cell. In a
    /// curved cell of a ball it is that of its mapping.
    dealii::Point<dim>
    unit_point(const dealii::TriaAccessor<dim, dim, dim> &cell,
               const dealii::Point<dim>                  &theta) const;

    /// Whether @p theta is in the last 5 % of a graded box, where a moment that
    /// exists has next to nothing. Never in an ordinary box.
    bool is_outer(const dealii::Point<dim> &theta) const;

    /// p4est in 2-D and 3-D; in 1-D, which p4est does not have, a mesh that
    /// every rank holds and shares the work of.
    std::unique_ptr<dealii::parallel::TriangulationBase<dim>>
    make_mesh(const MPI_Comm communicator) const;

  private:
    dealii::Point<dim> low, high;
    unsigned int       refinement, subdivisions;
    double             core; ///< L; 0 for an ordinary box
    NestedBalls<dim>   the_balls;
    bool               is_ball;
    double             outer_chart;
  };
} // namespace sgdfp

#endif
