// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/sampler.h"

#include <algorithm>
#include <cmath>

namespace sgdfp
{
  using dealii::Point;

  namespace
  {
    /// RandomStream: 0 and 1 are those of chains.
    constexpr std::uint64_t of_choice = 2, of_proposals = 3;

    /// Room above the highest value of a grid of a cell.
    constexpr double headroom = 1.1;
  } // namespace



  template <int dim>
  Sampler<dim>::Sampler(const Law<dim> &law, const std::uint64_t seed)
    : choice(seed, of_choice)
    , proposals(seed, of_proposals)
    , degree(law.discretisation.element.degree + 3)
    , basis(degree)
    , box(law.discretisation.box)
    , lines(dim, std::vector<double>(degree + 1))
  {
    tabulate(law);
    // Where the cells of this rank begin among all of them
    const MPI_Comm communicator = law.discretisation.communicator;
    double         mine         = 0;
    for (const Cell &cell : cells)
      mine += cell.mass;
    const auto masses = dealii::Utilities::MPI::all_gather(communicator, mine);
    const unsigned int rank =
      dealii::Utilities::MPI::this_mpi_process(communicator);
    for (unsigned int r = 0; r < masses.size(); ++r)
      {
        if (r < rank)
          begin += masses[r];
        total += masses[r];
      }
    double end = begin;
    for (const Cell &cell : cells)
      ends.push_back(end += cell.mass);
    the_error = dealii::Utilities::MPI::sum(the_error, communicator) / total;
  }



  template <int dim>
  void Sampler<dim>::tabulate(const Law<dim> &law)
  {
    using namespace dealii;
    const auto             &discretisation = law.discretisation;
    const QGaussLobatto<1>  line(degree + 1);
    std::vector<Point<dim>> lattice(basis.size());
    std::vector<double>     weights(basis.size(), 1.);
    for (unsigned int i = 0; i < basis.size(); ++i)
      for (unsigned int d = 0; d < dim; ++d)
        {
          lattice[i][d] = line.point(basis[i][d])[0];
          weights[i] *= line.weight(basis[i][d]);
        }
    const UpdateFlags flags = update_values | update_gradients |
                              update_quadrature_points | update_JxW_values;
    const Quadrature<dim> at_lattice(lattice, weights);
    FEValues<dim>         fe_values(discretisation.mapping,
                            discretisation.element,
                            at_lattice,
                            flags),
      at_gauss(discretisation.mapping,
               discretisation.element,
               discretisation.quadrature,
               flags);
    std::vector<LocalLaw<dim>> values;
    const QIterated<dim>       grid(QTrapezoid<1>(), 2 * degree);
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          Cell entry;
          entry.number = cell->global_active_cell_index();
          entry.lower  = cell->vertex(0);
          entry.width  = cell->vertex((1 << dim) - 1) - cell->vertex(0);
          fe_values.reinit(cell);
          law.evaluate(fe_values, false, values);
          for (unsigned int i = 0; i < basis.size(); ++i)
            {
              entry.density.push_back(values[i].density() * fe_values.JxW(i) /
                                      weights[i]);
              entry.mass += entry.density[i] * weights[i];
            }
          for (const auto &point : grid.get_points())
            entry.highest =
              std::max(entry.highest, headroom * density(entry, point, lines));
          at_gauss.reinit(cell);
          law.evaluate(at_gauss, false, values);
          for (const unsigned int q : at_gauss.quadrature_point_indices())
            {
              const double p = values[q].density(), w = at_gauss.JxW(q);
              the_error +=
                2 * std::max(0., -p * w) +
                std::abs(p * w - discretisation.quadrature.weight(q) *
                                   density(entry,
                                           discretisation.quadrature.point(q),
                                           lines));
            }
          // A negative cell, of next to no mass
          entry.mass = std::max(0., entry.mass);
          if (!(entry.highest > 0))
            entry.mass = 0;
          cells.push_back(std::move(entry));
        }
  }



  template <int dim>
  double Sampler<dim>::density(const Cell                       &cell,
                               const Point<dim>                 &unit_point,
                               std::vector<std::vector<double>> &work) const
  {
    for (unsigned int d = 0; d < dim; ++d)
      for (unsigned int n = 0; n <= degree; ++n)
        work[d][n] = basis.lines[n].value(unit_point[d]);
    double sum = 0;
    for (unsigned int i = 0; i < basis.size(); ++i)
      {
        double value = cell.density[i];
        for (unsigned int d = 0; d < dim; ++d)
          value *= work[d][basis[i][d]];
        sum += value;
      }
    return sum;
  }



  template <int dim>
  void Sampler<dim>::propose(Cell &cell)
  {
    RandomStream::Draws draws(proposals, n_lanes * cell.batches++, cell.number);
    std::array<Lanes, 4> u;
    draws.uniforms(u[0], u[1]);
    if (dim > 1)
      draws.uniforms(u[2], u[3]);
    for (unsigned int i = 0; i < n_lanes; ++i)
      {
        Point<dim> unit_point, chart;
        for (unsigned int d = 0; d < dim; ++d)
          {
            unit_point[d] = u[1 + d][i];
            chart[d]      = cell.lower[d] + unit_point[d] * cell.width[d];
          }
        const double p = density(cell, unit_point, lines);
        // Above the grid's highest value: more room from now on. It would have
        // been drawn p/highest times too seldom.
        if (p > cell.highest)
          cell.highest = headroom * p;
        if (u[0][i] * cell.highest < p)
          cell.spare.push_back(box.from_chart(chart));
      }
  }



  template <int dim>
  std::vector<typename Sampler<dim>::Draw>
  Sampler<dim>::next(const std::uint64_t n)
  {
    std::vector<Draw> result;
    const auto        numbers = [&](Lanes &u, const std::uint64_t first) {
      Lanes               unused;
      RandomStream::Draws draws(choice, first, 0);
      draws.uniforms(u, unused);
    };
    Lanes u;
    for (std::uint64_t i = n_drawn; i < n_drawn + n; ++i)
      {
        const unsigned int lane = i % n_lanes;
        if (lane == 0 || i == n_drawn)
          numbers(u, i - lane);
        const double place = u[lane] * total;
        if (ends.empty() || place < begin || place >= ends.back())
          continue;
        const std::size_t c =
          std::upper_bound(ends.begin(), ends.end(), place) - ends.begin();
        Cell &cell = cells[c];
        while (cell.spare.empty())
          propose(cell);
        result.push_back({i, cell.spare.back()});
        cell.spare.pop_back();
      }
    n_drawn += n;
    return result;
  }



  template <int dim>
  double Sampler<dim>::error() const
  {
    return the_error;
  }



  template class Sampler<1>;
  template class Sampler<2>;
  template class Sampler<3>;
} // namespace sgdfp
