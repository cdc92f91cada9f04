// SPDX-License-Identifier: GPL-3.0-or-later
#include "meshes/region.h"

#include "base/errors.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace sgdfp
{
  using dealii::Point;

  namespace
  {
    // Points per direction at which a cell is judged.
    constexpr unsigned int n_points = 8;
  } // namespace



  template <int dim>
  Region<dim>::Region(const std::string &entry,
                      const std::string &text,
                      const Vocabulary  &vocabulary)
    : entry(entry)
    , text(text)
  {
    if (!is_boundary())
      value = ExpressionTape({parse_entry(entry, text, vocabulary)});
  }



  template <int dim>
  bool Region<dim>::is_boundary() const
  {
    return text == "boundary";
  }



  template <int dim>
  bool Region<dim>::contains(const Point<dim> &theta) const
  {
    if (is_boundary())
      return false;
    double v;
    value.evaluate(theta.begin_raw(), &v);
    if (std::isnan(v))
      complain("has no value in the box",
               "Give an expression with a value everywhere.");
    return v >= 0;
  }



  template <int dim>
  std::vector<typename Region<dim>::Place>
  Region<dim>::places(const Discretisation<dim> &discretisation,
                      const bool                 with_ghosts) const
  {
    const dealii::QGauss<dim> points(n_points);
    dealii::FEValues<dim>     fe_values(discretisation.mapping,
                                    discretisation.element,
                                    points,
                                    dealii::update_quadrature_points);
    std::vector<Place>        result(discretisation.mesh->n_active_cells(),
                              Place::outside);
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned() || (with_ghosts && cell->is_ghost()))
        {
          fe_values.reinit(cell);
          unsigned int n_inside = 0;
          for (const auto &theta : fe_values.get_quadrature_points())
            n_inside += contains(theta);
          if (n_inside > 0)
            result[cell->active_cell_index()] =
              (n_inside == points.size() ? Place::inside : Place::cut);
        }
    return result;
  }



  namespace
  {
    /// Whether a cell, which is fitted to the sphere, is outside of it: all its
    /// vertices have |x - c| >= radius. (Its nodes have that only up to the
    /// error of the mapping.)
    template <int dim>
    bool is_outside_ball(const dealii::TriaAccessor<dim, dim, dim> &cell,
                         const NestedBalls<dim>                    &balls)
    {
      constexpr double tolerance = 1e-10;
      for (const unsigned int v : cell.vertex_indices())
        if (cell.vertex(v).distance(balls.centre) <
            balls.radius * (1 - tolerance))
          return false;
      return true;
    }
  } // namespace



  template <int dim>
  Vector Region<dim>::nodes(const Discretisation<dim> &discretisation,
                            const bool                 with_cut) const
  {
    const auto  where = places(discretisation);
    const auto &fe    = discretisation.element;
    Vector      sums  = discretisation.owned_vector();
    std::vector<dealii::types::global_dof_index> dofs(fe.dofs_per_cell);
    const auto add = [&](const unsigned int i) { sums(dofs[i]) += 1.; };
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          cell->get_dof_indices(dofs);
          const Place place = where[cell->active_cell_index()];
          if (place == Place::inside || (with_cut && place == Place::cut))
            for (unsigned int i = 0; i < dofs.size(); ++i)
              add(i);
          if (is_boundary() && !discretisation.box.is_box())
            {
              if (is_outside_ball(*cell, discretisation.box.balls()))
                for (unsigned int i = 0; i < dofs.size(); ++i)
                  add(i);
            }
          else if (is_boundary())
            for (const unsigned int f : cell->face_indices())
              if (cell->at_boundary(f))
                for (unsigned int i = 0; i < dofs.size(); ++i)
                  if (fe.has_support_on_face(i, f) &&
                      std::abs(fe.unit_support_point(i)[f / 2] - f % 2) < 1e-12)
                    add(i);
        }
    sums.compress(dealii::VectorOperation::add);
    for (const auto i : discretisation.owned)
      sums(i) = (static_cast<double>(sums(i)) > 0.5 ? 1. : 0.);
    sums.compress(dealii::VectorOperation::insert);
    return sums;
  }



  template <int dim>
  dealii::types::global_cell_index
  Region<dim>::n_cut_cells(const Discretisation<dim> &discretisation) const
  {
    const auto                             where = places(discretisation);
    const dealii::types::global_cell_index n =
      std::count(where.begin(), where.end(), Place::cut);
    return dealii::Utilities::MPI::sum(n, discretisation.communicator);
  }



  template <int dim>
  std::vector<double> Region<dim>::edges(const ParameterBox<dim> &box) const
  {
    std::vector<double> result;
    if (dim > 1 || is_boundary())
      return result;
    constexpr unsigned int n    = 20000;
    const Point<dim>       low  = box.to_chart(box.lower());
    const Point<dim>       high = box.to_chart(box.upper());
    const auto             at   = [&](const double share) {
      Point<dim> xi = low;
      xi[0] += share * (high[0] - low[0]);
      return xi;
    };
    for (unsigned int i = 0; i < n; ++i)
      {
        double     a = static_cast<double>(i) / n, b = (i + 1.) / n;
        const bool in = contains(box.from_chart(at(a)));
        if (in == contains(box.from_chart(at(b))))
          continue;
        for (unsigned int halving = 0; halving < 60; ++halving)
          {
            const double middle = 0.5 * (a + b);
            (contains(box.from_chart(at(middle))) == in ? a : b) = middle;
          }
        // The side that belongs to it: there an edge such as 0.5 is exact.
        result.push_back(box.from_chart(at(in ? a : b))[0]);
      }
    return result;
  }



  template <int dim>
  void Region<dim>::complain(const std::string &reason,
                             const std::string &remedy) const
  {
    throw EntryError(entry, text, reason, remedy);
  }



  template <int dim>
  void fit_mesh(Discretisation<dim>       &discretisation,
                const std::vector<double> &points)
  {
    if (dim > 1 || points.empty())
      return;
    auto &mesh     = *discretisation.mesh;
    auto &vertices = const_cast<std::vector<Point<dim>> &>(mesh.get_vertices());
    const auto &used = mesh.get_used_vertices();
    double      low = vertices[0][0], high = low;
    for (const auto &vertex : vertices)
      {
        low  = std::min(low, vertex[0]);
        high = std::max(high, vertex[0]);
      }
    std::set<std::size_t> moved;
    for (const double point : points)
      {
        Point<dim> theta;
        theta[0]                  = point;
        const double     xi       = discretisation.box.to_chart(theta)[0];
        std::size_t      nearest  = vertices.size();
        double           distance = high - low;
        constexpr double tiny     = 1e-12;
        if (xi - low < tiny * (high - low) || high - xi < tiny * (high - low))
          continue;
        for (std::size_t v = 0; v < vertices.size(); ++v)
          if (used[v] && vertices[v][0] != low && vertices[v][0] != high &&
              moved.count(v) == 0 && std::abs(vertices[v][0] - xi) < distance)
            {
              distance = std::abs(vertices[v][0] - xi);
              nearest  = v;
            }
        if (nearest == vertices.size())
          throw EntryError("Domain/initial refinement",
                           "",
                           "the mesh has fewer vertices than the absorbing "
                           "sets have edges",
                           "Raise Domain/initial refinement.");
        vertices[nearest][0] = xi;
        moved.insert(nearest);
      }
    for (const auto &cell : mesh.active_cell_iterators())
      if (!(cell->vertex(0)[0] < cell->vertex(1)[0]))
        throw EntryError("Domain/initial refinement",
                         "",
                         "the edges of the sets are closer to each other than "
                         "the vertices of the mesh",
                         "Raise Domain/initial refinement.");
    discretisation.prepare();
  }



#define INSTANTIATE(dim)      \
  template class Region<dim>; \
  template void fit_mesh(Discretisation<dim> &, const std::vector<double> &);

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE
} // namespace sgdfp
