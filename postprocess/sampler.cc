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
    , line(degree + 1)
  {
    for (unsigned int i = 0; i <= 2 * degree; ++i)
      {
        grid.emplace_back();
        for (const auto &polynomial : basis.lines)
          grid.back().push_back(polynomial.value(i / (2. * degree)));
      }
    tabulate(law);
    const MPI_Comm communicator = law.discretisation.communicator;
    place_cells(communicator);
    the_error = dealii::Utilities::MPI::sum(the_error, communicator) / total;
  }



  namespace
  {
    constexpr unsigned int bits_per_coordinate = 20;

    /// The place of a point of the box on a Z-curve: bits of its coordinates
    /// in turns.
    template <int dim>
    std::uint64_t z_curve(const Point<dim> &point, const ParameterBox<dim> &box)
    {
      const Point<dim> lower = box.to_chart(box.lower()),
                       upper = box.to_chart(box.upper());
      std::uint64_t key      = 0;
      for (unsigned int bit = bits_per_coordinate; bit-- > 0;)
        for (unsigned int d = 0; d < dim; ++d)
          {
            const double x = (point[d] - lower[d]) / (upper[d] - lower[d]) *
                             (1u << bits_per_coordinate);
            key = 2 * key + ((static_cast<std::uint64_t>(x) >> bit) & 1);
          }
      return key;
    }



    /// A cell on its way to the rank that holds its part of the curve, and
    /// back.
    struct Place
    {
      std::uint64_t key, number;
      double        mass, begin, end;
      unsigned int  rank, index;

      template <class Archive>
      void serialize(Archive &archive, const unsigned int /*version*/)
      {
        archive &key &number &mass &begin &end &rank &index;
      }
    };



    /// Numbers, begins and ends of the cells along the curve; each rank has a
    /// part of it.
    /// @return mass of all
    double put_in_order(std::vector<Place> &places, const MPI_Comm communicator)
    {
      namespace MPI = dealii::Utilities::MPI;
      std::sort(places.begin(),
                places.end(),
                [](const Place &a, const Place &b) { return a.key < b.key; });
      double mass = 0;
      for (const Place &place : places)
        mass += place.mass;
      const auto masses = MPI::all_gather(communicator, mass);
      const auto sizes =
        MPI::all_gather(communicator, std::uint64_t(places.size()));
      const unsigned int  rank   = MPI::this_mpi_process(communicator);
      std::uint64_t       number = 0;
      std::vector<double> begins = {0};
      for (unsigned int r = 0; r < masses.size(); ++r)
        {
          begins.push_back(begins.back() + masses[r]);
          if (r < rank)
            number += sizes[r];
        }
      double begin = begins[rank];
      for (Place &place : places)
        {
          place.number = number++;
          place.begin  = begin;
          place.end    = begin += place.mass;
        }
      // No gap by round-off
      if (!places.empty())
        places.back().end = begins[rank + 1];
      return begins.back();
    }
  } // namespace



  template <int dim>
  void Sampler<dim>::place_cells(const MPI_Comm communicator)
  {
    namespace MPI              = dealii::Utilities::MPI;
    using Parcels              = std::map<unsigned int, std::vector<Place>>;
    const unsigned int n_ranks = MPI::n_mpi_processes(communicator),
                       rank    = MPI::this_mpi_process(communicator);
    Parcels there, back;
    for (unsigned int c = 0; c < cells.size(); ++c)
      {
        Point<dim> middle = cells[c].lower;
        middle += 0.5 * cells[c].width;
        const auto   key = z_curve(middle, box);
        const double share =
          std::ldexp(static_cast<double>(key),
                     -static_cast<int>(bits_per_coordinate * dim));
        there[share * n_ranks].push_back(
          {key, 0, cells[c].mass, 0, 0, rank, c});
      }
    std::vector<Place> places;
    for (const auto &[from, part] : MPI::some_to_some(communicator, there))
      places.insert(places.end(), part.begin(), part.end());
    total = put_in_order(places, communicator);
    for (const Place &place : places)
      back[place.rank].push_back(place);
    for (const auto &[from, part] : MPI::some_to_some(communicator, back))
      for (const Place &place : part)
        {
          cells[place.index].number = place.number;
          cells[place.index].begin  = place.begin;
          cells[place.index].end    = place.end;
        }
    std::sort(cells.begin(), cells.end(), [](const Cell &a, const Cell &b) {
      return a.number < b.number;
    });
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
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          Cell entry;
          entry.lower = cell->vertex(0);
          entry.width = cell->vertex((1 << dim) - 1) - cell->vertex(0);
          fe_values.reinit(cell);
          law.evaluate(fe_values, false, values);
          entry.density.resize(basis.size());
          for (unsigned int i = 0; i < basis.size(); ++i)
            {
              unsigned int place = 0;
              for (unsigned int d = dim; d-- > 0;)
                place = place * (degree + 1) + basis[i][d];
              const double mass    = values[i].density() * fe_values.JxW(i);
              entry.density[place] = mass / weights[i];
              entry.mass += mass;
            }
          entry.highest = bound(entry);

          at_gauss.reinit(cell);
          law.evaluate(at_gauss, false, values);
          for (const unsigned int q : at_gauss.quadrature_point_indices())
            {
              const double p = values[q].density(), w = at_gauss.JxW(q);
              the_error +=
                2 * std::max(0., -p * w) +
                std::abs(p * w -
                         discretisation.quadrature.weight(q) *
                           density(entry, discretisation.quadrature.point(q)));
            }
          // A negative cell, of next to no mass
          entry.mass = std::max(0., entry.mass);
          if (!(entry.highest > 0))
            entry.mass = 0;
          cells.push_back(std::move(entry));
        }
  }



  template <int dim>
  double Sampler<dim>::density(const Cell &cell, const Point<dim> &unit_point)
  {
    // The sums of one coordinate after the other, in place
    const unsigned int n = degree + 1;
    work                 = cell.density;
    for (unsigned int d = 0, size = work.size(); d < dim; ++d)
      {
        for (unsigned int k = 0; k < n; ++k)
          line[k] = basis.lines[k].value(unit_point[d]);
        size /= n;
        for (unsigned int j = 0; j < size; ++j)
          {
            double sum = 0;
            for (unsigned int k = 0; k < n; ++k)
              sum += line[k] * work[j * n + k];
            work[j] = sum;
          }
      }
    return work[0];
  }



  template <int dim>
  double Sampler<dim>::bound(const Cell &cell) const
  {
    // Each step turns the fastest coordinate into the slowest one.
    const unsigned int  n      = degree + 1;
    std::vector<double> values = cell.density;
    for (unsigned int d = 0; d < dim; ++d)
      {
        const std::size_t   rest = values.size() / n;
        std::vector<double> next(grid.size() * rest);
        for (unsigned int r = 0; r < grid.size(); ++r)
          for (std::size_t j = 0; j < rest; ++j)
            for (unsigned int k = 0; k < n; ++k)
              next[r * rest + j] += grid[r][k] * values[j * n + k];
        values = std::move(next);
      }
    return headroom * *std::max_element(values.begin(), values.end());
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
        const double p = density(cell, unit_point);
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
        // The last cell of this rank that begins before it
        const auto later = std::upper_bound(cells.begin(),
                                            cells.end(),
                                            place,
                                            [](const double x, const Cell &c) {
                                              return x < c.begin;
                                            });
        if (later == cells.begin() || place >= (later - 1)->end)
          continue;
        Cell &cell = *(later - 1);
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
