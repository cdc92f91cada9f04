// SPDX-License-Identifier: GPL-3.0-or-later
#include "fractional/axis.h"

#include <deal.II/base/polynomial.h>
#include <deal.II/base/quadrature_lib.h>
#include <deal.II/fe/fe_tools.h>

#include <algorithm>
#include <cmath>

namespace sgdfp
{
  using dealii::numbers::PI;

  namespace
  {
    /// derivative[q][j] = l_j'(x_q), l_j of the Gauss-Lobatto points of a
    /// degree
    std::vector<std::vector<double>>
    derivatives(const unsigned int                   degree,
                const std::vector<dealii::Point<1>> &points)
    {
      const auto basis = dealii::Polynomials::generate_complete_Lagrange_basis(
        dealii::QGaussLobatto<1>(degree + 1).get_points());
      std::vector<std::vector<double>> result(points.size());
      std::vector<double>              values(2);
      for (unsigned int q = 0; q < points.size(); ++q)
        for (unsigned int j = 0; j <= degree; ++j)
          {
            basis[j].value(points[q][0], values);
            result[q].push_back(values[1]);
          }
      return result;
    }
  } // namespace



  template <int dim>
  Axis::Axis(const Discretisation<dim> &discretisation,
             const std::vector<double> &edges,
             const unsigned int         d)
    : degree(discretisation.element.degree)
    , edges(edges)
  {
    const dealii::QGaussLobatto<1> rule(degree + 1);
    const auto basis_slopes = derivatives(degree, rule.get_points());
    // d theta/d(unit coordinate) of the mapping that the cells have.
    const unsigned int             m = discretisation.chart_degree();
    const dealii::QGaussLobatto<1> chart_nodes(m + 1);
    const auto chart_slopes = derivatives(m, rule.get_points());

    mass.assign((edges.size() - 1) * degree + 1, 0.);
    std::vector<double> diagonal(mass.size(), 0.);
    dealii::Point<dim>  xi;
    std::vector<double> theta(m + 1);
    for (unsigned int c = 0; c + 1 < edges.size(); ++c)
      {
        for (unsigned int j = 0; j <= m; ++j)
          {
            xi[d] =
              edges[c] + (edges[c + 1] - edges[c]) * chart_nodes.point(j)[0];
            theta[j] = discretisation.box.from_chart(xi)[d];
          }
        for (unsigned int q = 0; q <= degree; ++q)
          {
            double jacobian = 0;
            for (unsigned int j = 0; j <= m; ++j)
              jacobian += chart_slopes[q][j] * theta[j];
            slopes.push_back(jacobian);
            mass[c * degree + q] += rule.weight(q) * jacobian;
            for (unsigned int j = 0; j <= degree; ++j)
              {
                factor.push_back(std::sqrt(rule.weight(q) / jacobian) *
                                 basis_slopes[q][j]);
                diagonal[c * degree + j] += factor.back() * factor.back();
              }
          }
      }
    // Of the continuous problem, with room for the discrete one.
    const double length =
      std::abs(std::accumulate(mass.begin(), mass.end(), 0.));
    constexpr double room = 0.9;
    least_eigenvalue      = room * PI * PI / (length * length);
    // Gershgorin in the norm of M: rows of K have at most 2k + 1 entries.
    for (unsigned int i = 0; i < mass.size(); ++i)
      greatest_eigenvalue =
        std::max(greatest_eigenvalue, (2 * degree + 1) * diagonal[i] / mass[i]);
  }



  unsigned int Axis::n() const
  {
    return mass.size();
  }



  namespace
  {
    /// The edges of the cells along axis @p d in the chart, if all cells are
    /// alike; in one dimension whatever they are.
    template <int dim>
    std::vector<double> find_edges(const Discretisation<dim> &discretisation,
                                   const unsigned int         d)
    {
      const auto         &mesh = *discretisation.mesh;
      std::vector<double> edges;
      if (dim == 1)
        {
          for (const auto &cell : mesh.active_cell_iterators())
            {
              edges.push_back(cell->vertex(0)[0]);
              if (cell->at_boundary(1))
                edges.push_back(cell->vertex(1)[0]);
            }
          std::sort(edges.begin(), edges.end());
          return edges;
        }
      const auto  &box  = discretisation.box;
      const double low  = box.to_chart(box.lower())[d],
                   high = box.to_chart(box.upper())[d];
      const unsigned int n =
        std::lround(std::pow(mesh.n_global_active_cells(), 1. / dim));
      for (unsigned int i = 0; i <= n; ++i)
        edges.push_back(low + (high - low) * i / n);
      return edges;
    }
  } // namespace



  template <int dim>
  Lattice<dim>::Lattice(const Discretisation<dim> &discretisation)
  {
    const auto &mesh = *discretisation.mesh;
    if (dim > 1)
      {
        unsigned int coarsest = 0;
        for (const auto &cell : mesh.active_cell_iterators())
          if (cell->is_locally_owned())
            coarsest = std::max<unsigned int>(coarsest, cell->level());
        coarsest =
          dealii::Utilities::MPI::max(coarsest, discretisation.communicator);
        double alike = 1;
        for (const auto &cell : mesh.active_cell_iterators())
          if (cell->is_locally_owned() &&
              static_cast<unsigned int>(cell->level()) != coarsest)
            alike = 0;
        exists =
          discretisation.box.is_box() &&
          dealii::Utilities::MPI::min(alike, discretisation.communicator) > 0;
      }
    if (!exists)
      return;
    std::vector<std::vector<double>> edges;
    for (unsigned int d = 0; d < dim; ++d)
      {
        edges.push_back(find_edges(discretisation, d));
        axes.emplace_back(discretisation, edges[d], d);
      }

    const unsigned int k = discretisation.element.degree;
    const auto         lexicographic =
      dealii::FETools::hierarchic_to_lexicographic_numbering<dim>(k);
    std::vector<dealii::types::global_dof_index> dofs(
      discretisation.element.dofs_per_cell);
    position.resize(discretisation.owned.n_elements());
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (!cell->is_artificial())
        {
          std::array<unsigned int, dim> first;
          for (unsigned int d = 0; d < dim; ++d)
            {
              const double low  = cell->vertex(0)[d];
              const double high = cell->vertex(
                dealii::GeometryInfo<dim>::vertices_per_cell - 1)[d];
              const auto above = std::upper_bound(edges[d].begin(),
                                                  edges[d].end(),
                                                  0.5 * (low + high));
              first[d]         = k * (above - edges[d].begin() - 1);
            }
          cell->get_dof_indices(dofs);
          for (unsigned int i = 0; i < dofs.size(); ++i)
            if (discretisation.owned.is_element(dofs[i]))
              {
                auto &place =
                  position[discretisation.owned.index_within_set(dofs[i])];
                unsigned int rest = lexicographic[i];
                for (unsigned int d = 0; d < dim; ++d)
                  {
                    place[d] = first[d] + rest % (k + 1);
                    rest /= k + 1;
                  }
              }
        }
  }



  template Axis::Axis(const Discretisation<1> &,
                      const std::vector<double> &,
                      const unsigned int);
  template Axis::Axis(const Discretisation<2> &,
                      const std::vector<double> &,
                      const unsigned int);
  template Axis::Axis(const Discretisation<3> &,
                      const std::vector<double> &,
                      const unsigned int);

  template struct Lattice<1>;
  template struct Lattice<2>;
  template struct Lattice<3>;
} // namespace sgdfp
