// SPDX-License-Identifier: GPL-3.0-or-later
#include "meshes/parameter_box.h"

#include "base/errors.h"
#include "base/matrix_entry.h"
#include "base/text.h"

#include <deal.II/distributed/shared_tria.h>
#include <deal.II/distributed/tria.h>
#include <deal.II/fe/mapping_q.h>
#include <deal.II/grid/grid_generator.h>

#include <cmath>

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
                      "subdivisions * 2^refinement cells per axis",
                      Patterns::Integer(0, 20));
    prm.add_parameter("subdivisions",
                      subdivisions,
                      "Cells per axis before they are refined",
                      Patterns::Integer(1, 100));
    prm.add_parameter("grading",
                      grading,
                      "0: cells of equal size; L > 0: cells that grow like "
                      "theta = L sinh(xi) from a core of length L, for heavy "
                      "tails",
                      Patterns::Double(0));
    prm.add_parameter("extent",
                      extent,
                      "given: the box is lower to upper; auto: it grows from "
                      "there until it holds the law",
                      Patterns::Selection("given|auto"));
    prm.add_parameter("absorbing",
                      absorbing,
                      "Where probability is killed, for exit rates and first "
                      "passage times: empty (nowhere), boundary (the boundary "
                      "of the box; all that is outside of the ball), or an "
                      "expression, >= 0 there");
    prm.add_parameter("shape",
                      shape,
                      "box; or ball, for exit times of heavy-tailed noise: a "
                      "ball inside of a larger one, whose radius is the first "
                      "number of upper less that of the centre (take 100 times "
                      "radius; lower has no meaning), meshed along its sphere. "
                      "The cells along the radius are about (subdivisions + 1) "
                      "2^refinement",
                      Patterns::Selection("box|ball"));
    prm.add_parameter("radius",
                      radius,
                      "Radius of the ball",
                      Patterns::Double(0));
    prm.add_parameter("centre",
                      centre,
                      "Centre of the ball; the origin if empty");
    prm.leave_subsection();
  }



  void DomainParameters::check(const unsigned int dimension)
  {
    if (shape == "ball")
      complete_ball(dimension);
    check_box(dimension);
    // Indices have 32 bits.
    constexpr double most_cells = 1e8;
    const double     per_side   = std::ldexp(subdivisions, initial_refinement);
    if (std::pow(per_side, dimension) > most_cells)
      throw EntryError("Domain/initial refinement",
                       std::to_string(initial_refinement),
                       "the first mesh would have " +
                         to_text(std::pow(per_side, dimension)) +
                         " cells; 1e8 is the most",
                       "Start coarser: the mesh is refined where it is needed "
                       "(Discretisation/tolerance).");
  }



  void DomainParameters::complete_ball(const unsigned int dimension)
  {
    if (centre.empty())
      centre.assign(dimension, 0.);
    if (centre.size() != dimension)
      throw EntryError("Domain/centre",
                       to_text(MatrixRows{centre}),
                       "the dimension is " + std::to_string(dimension),
                       "Give one number per parameter, separated by commas, "
                       "or leave it empty for the origin.");
    if (!(radius > 0))
      throw EntryError("Domain/radius",
                       to_text(radius),
                       "a ball has a radius > 0",
                       "Give a positive number.");
    const double outer = (upper.empty() ? 0. : upper[0] - centre[0]);
    // Closer together the two spheres leave no room for graded cells.
    constexpr double least = 1.5;
    if (!(outer >= least * radius))
      throw EntryError("Domain/upper",
                       to_text(MatrixRows{upper}),
                       "the outer ball, whose radius is the distance of its "
                       "first number from the centre, is to be larger than the "
                       "inner one, whose radius is " +
                         to_text(radius),
                       "Give at least " + to_text(least) +
                         " of Domain/radius; 100 times is accurate and costs "
                         "little.");
    if (grading > 0)
      throw EntryError("Domain/grading",
                       to_text(grading),
                       "the mesh of a ball has a grading of its own, towards "
                       "the sphere",
                       "Set Domain/grading = 0.");
    if (extent == "auto")
      throw EntryError("Domain/extent",
                       extent,
                       "no search applies to a ball, whose radius is part of "
                       "the question",
                       "Set Domain/extent = given.");
    if (absorbing != "boundary")
      throw EntryError("Domain/absorbing",
                       absorbing,
                       "a ball is for exits from it: what is outside absorbs",
                       "Set Domain/absorbing = boundary.");
    lower.assign(dimension, 0.);
    upper.assign(dimension, 0.);
    for (unsigned int d = 0; d < dimension; ++d)
      {
        lower[d] = centre[d] - outer;
        upper[d] = centre[d] + outer;
      }
  }



  void DomainParameters::check_box(const unsigned int dimension) const
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
    // 32-bit indices of this deal.II: (subdivisions * 2^refinement)^dim cells.
    const int allowed =
      static_cast<int>(std::floor(27. / dimension - std::log2(subdivisions)));
    if (static_cast<int>(initial_refinement) > allowed)
      throw EntryError("Domain/initial refinement",
                       std::to_string(initial_refinement),
                       "that is more than 2^27 cells in " +
                         std::to_string(dimension) + " dimensions",
                       "Choose at most " + std::to_string(allowed) + ".");
  }



  template <int dim>
  ParameterBox<dim>::ParameterBox(const DomainParameters &parameters)
    : refinement(parameters.initial_refinement)
    , subdivisions(parameters.subdivisions)
    , core(parameters.grading)
    , is_ball(parameters.shape == "ball")
  {
    if (is_ball)
      {
        the_balls.radius = parameters.radius;
        the_balls.outer_radius =
          (parameters.upper[0] - parameters.lower[0]) / 2;
        for (unsigned int d = 0; d < dim; ++d)
          the_balls.centre[d] = parameters.centre[d];
      }
    for (unsigned int d = 0; d < dim; ++d)
      {
        low[d]  = parameters.lower[d];
        high[d] = parameters.upper[d];
      }
    constexpr double outer_share = 0.05;
    double           extent      = 0;
    for (unsigned int d = 0; d < dim; ++d)
      extent = std::max(
        {extent, std::abs(to_chart(low)[d]), std::abs(to_chart(high)[d])});
    outer_chart = (1 - outer_share) * extent;
  }



  template <int dim>
  bool ParameterBox<dim>::is_graded() const
  {
    return core > 0;
  }



  template <int dim>
  dealii::Point<dim>
  ParameterBox<dim>::from_chart(const dealii::Point<dim> &xi) const
  {
    dealii::Point<dim> theta = xi;
    if (is_graded())
      for (unsigned int d = 0; d < dim; ++d)
        theta[d] = core * std::sinh(xi[d]);
    return theta;
  }



  template <int dim>
  dealii::Point<dim> ParameterBox<dim>::search_corner(const bool is_upper) const
  {
    dealii::Point<dim> corner = (is_upper ? upper() : lower());
    if (is_graded())
      {
        // d theta/d xi at 0 is the core length.
        const auto reach = 100. * chart_slopes(dealii::Point<dim>());
        for (unsigned int d = 0; d < dim; ++d)
          corner[d] = std::min(std::max(corner[d], -reach[d]), reach[d]);
      }
    return corner;
  }



  template <int dim>
  double ParameterBox<dim>::core_length() const
  {
    return is_ball ? the_balls.radius : core;
  }



  template <int dim>
  bool ParameterBox<dim>::is_box() const
  {
    return !is_ball;
  }



  template <int dim>
  const NestedBalls<dim> &ParameterBox<dim>::balls() const
  {
    Assert(is_ball, dealii::ExcInternalError());
    return the_balls;
  }



  template <int dim>
  dealii::Point<dim>
  ParameterBox<dim>::to_chart(const dealii::Point<dim> &theta) const
  {
    dealii::Point<dim> xi = theta;
    if (is_graded())
      for (unsigned int d = 0; d < dim; ++d)
        xi[d] = std::asinh(theta[d] / core);
    return xi;
  }



  template <int dim>
  dealii::Tensor<1, dim>
  ParameterBox<dim>::chart_slopes(const dealii::Point<dim> &xi) const
  {
    dealii::Tensor<1, dim> slopes;
    for (unsigned int d = 0; d < dim; ++d)
      slopes[d] = (is_graded() ? core * std::cosh(xi[d]) : 1.);
    return slopes;
  }



  namespace
  {
    template <int dim>
    dealii::Point<dim>
    unit_point_of_ball(const dealii::TriaAccessor<dim, dim, dim> &cell,
                       const dealii::Point<dim>                  &theta)
    {
      dealii::Point<dim> outside;
      for (unsigned int d = 0; d < dim; ++d)
        outside[d] = 2;
      // A cell is in the ball around its centre that has its diameter as
      // radius.
      if (theta.distance(cell.center()) > cell.diameter())
        return outside;
      const typename dealii::Triangulation<dim>::cell_iterator iterator(
        &cell.get_triangulation(), cell.level(), cell.index());
      try
        {
          auto unit = dealii::MappingQ<dim>(ball_mapping_degree)
                        .transform_real_to_unit_cell(iterator, theta);
          // A point on a face is known up to the tolerance of Newton's method.
          constexpr double tolerance = 1e-6;
          const auto       inside =
            dealii::GeometryInfo<dim>::project_to_unit_cell(unit);
          return unit.distance(inside) < tolerance ? inside : unit;
        }
      catch (const typename dealii::Mapping<dim>::ExcTransformationFailed &)
        {
          return outside;
        }
    }
  } // namespace



  template <int dim>
  dealii::Point<dim>
  ParameterBox<dim>::unit_point(const dealii::TriaAccessor<dim, dim, dim> &cell,
                                const dealii::Point<dim> &theta) const
  {
    if (is_ball && dim > 1)
      return unit_point_of_ball(cell, theta);
    const dealii::Point<dim> a = cell.vertex(0);
    const dealii::Point<dim> b =
      cell.vertex(dealii::GeometryInfo<dim>::vertices_per_cell - 1);
    dealii::Point<dim> unit = to_chart(theta);
    for (unsigned int d = 0; d < dim; ++d)
      unit[d] = (unit[d] - a[d]) / (b[d] - a[d]);
    return unit;
  }



  template <int dim>
  bool ParameterBox<dim>::is_outer(const dealii::Point<dim> &theta) const
  {
    if (!is_graded())
      return false;
    const dealii::Point<dim> xi = to_chart(theta);
    for (unsigned int d = 0; d < dim; ++d)
      if (std::abs(xi[d]) > outer_chart)
        return true;
    return false;
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
    if (is_ball)
      {
        make_ball_mesh(the_balls, subdivisions, refinement, *mesh);
        return mesh;
      }
    dealii::GridGenerator::subdivided_hyper_rectangle(
      *mesh,
      std::vector<unsigned int>(dim, subdivisions),
      to_chart(low),
      to_chart(high));
    mesh->refine_global(refinement);
    return mesh;
  }



  template class ParameterBox<1>;
  template class ParameterBox<2>;
  template class ParameterBox<3>;
} // namespace sgdfp
