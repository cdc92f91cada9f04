// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/law_binning.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

namespace sgdfp
{
  using dealii::Point;

  namespace
  {
    constexpr std::size_t outside = std::numeric_limits<std::size_t>::max();



    /// A part of an interval of chart coordinates, and the bin it is in.
    struct Piece
    {
      double      begin, end;
      std::size_t bin;
    };



    /// Cuts [a, b] at the @p edges, which are in ascending order.
    std::vector<Piece>
    cut(const double a, const double b, const std::vector<double> &edges)
    {
      std::vector<Piece> pieces;
      auto               next = std::upper_bound(edges.begin(), edges.end(), a);
      double             begin = a;
      while (begin < b)
        {
          const bool is_inside = (next != edges.begin() && next != edges.end());
          const std::size_t bin =
            (is_inside ? static_cast<std::size_t>(next - edges.begin()) - 1 :
                         outside);
          const double end = (next == edges.end() ? b : std::min(b, *next));
          pieces.push_back({begin, end, bin});
          begin = end;
          if (next != edges.end())
            ++next;
        }
      return pieces;
    }



    /// Sums density times weight over points of one cell, a limited number of
    /// them at a time.
    template <int dim>
    class Batch
    {
    public:
      Batch(const Law<dim> &law, std::vector<double> &sums)
        : law(law)
        , sums(sums)
      {}

      void add(const typename Law<dim>::Cell &cell,
               const Point<dim>              &unit,
               const double                   weight,
               const std::size_t              bin)
      {
        points.push_back(unit);
        weights.push_back(weight);
        bins.push_back(bin);
        constexpr std::size_t most = 4096; // 10 MB of shape functions
        if (points.size() == most)
          finish(cell);
      }

      void finish(const typename Law<dim>::Cell &cell)
      {
        if (points.empty())
          return;
        law.evaluate(cell, points, local);
        for (std::size_t q = 0; q < points.size(); ++q)
          sums[bins[q]] += weights[q] * local[q].density();
        points.clear();
        weights.clear();
        bins.clear();
      }

    private:
      const Law<dim>            &law;
      std::vector<double>       &sums;
      std::vector<Point<dim>>    points;
      std::vector<double>        weights;
      std::vector<std::size_t>   bins;
      std::vector<LocalLaw<dim>> local;
    };



    /// The edges of the bins in chart coordinates.
    template <int dim>
    std::array<std::vector<double>, dim>
    chart_edges(const ParameterBox<dim> &box, const Bins &bins)
    {
      std::array<std::vector<double>, dim> edges;
      for (unsigned int d = 0; d < dim; ++d)
        for (std::size_t i = 0; i <= bins.number; ++i)
          {
            Point<dim> theta;
            theta[d] = bins.edge(d, i);
            edges[d].push_back(box.to_chart(theta)[d]);
          }
      return edges;
    }



    /// Adds the points of a rule on one part of a cell.
    template <int dim>
    void add_part(const ParameterBox<dim>       &box,
                  const dealii::QGauss<dim>     &rule,
                  const typename Law<dim>::Cell &cell,
                  const std::array<Piece, dim>  &part,
                  const std::size_t              bin,
                  Batch<dim>                    &batch)
    {
      const Point<dim> low = cell->vertex(0);
      const auto       size =
        cell->vertex(dealii::GeometryInfo<dim>::vertices_per_cell - 1) - low;
      for (unsigned int q = 0; q < rule.size(); ++q)
        {
          Point<dim> xi, unit;
          double     weight = rule.weight(q);
          for (unsigned int d = 0; d < dim; ++d)
            {
              const double width = part[d].end - part[d].begin;
              xi[d]              = part[d].begin + rule.point(q)[d] * width;
              unit[d]            = (xi[d] - low[d]) / size[d];
              weight *= width;
            }
          const auto slopes = box.chart_slopes(xi);
          for (unsigned int d = 0; d < dim; ++d)
            weight *= slopes[d];
          batch.add(cell, unit, weight, bin);
        }
    }



    /// int p over every bin and, last, outside of them. Collective.
    template <int dim>
    std::vector<double> integrate(const Law<dim>    &law,
                                  const Bins        &bins,
                                  const unsigned int n_points)
    {
      const auto               &box = law.discretisation.box;
      const dealii::QGauss<dim> rule(n_points);
      const auto                edges = chart_edges(box, bins);
      std::vector<double>       sums(bins.size() + 1, 0.);
      Batch<dim>                batch(law, sums);
      for (const auto &cell :
           law.discretisation.dof_handler.active_cell_iterators())
        {
          if (!cell->is_locally_owned())
            continue;
          const Point<dim> low  = cell->vertex(0),
                           high = cell->vertex(
                             dealii::GeometryInfo<dim>::vertices_per_cell - 1);
          std::array<std::vector<Piece>, dim> pieces;
          std::size_t                         n_parts = 1;
          for (unsigned int d = 0; d < dim; ++d)
            {
              pieces[d] = cut(low[d], high[d], edges[d]);
              n_parts *= pieces[d].size();
            }
          for (std::size_t k = 0; k < n_parts; ++k)
            {
              std::array<Piece, dim> part;
              std::size_t            bin = 0, stride = 1, rest = k;
              for (unsigned int d = 0; d < dim; ++d)
                {
                  part[d] = pieces[d][rest % pieces[d].size()];
                  rest /= pieces[d].size();
                  if (part[d].bin == outside || bin == outside)
                    bin = outside;
                  else
                    bin += part[d].bin * stride;
                  stride *= bins.number;
                }
              add_part<dim>(box,
                            rule,
                            cell,
                            part,
                            bin == outside ? bins.size() : bin,
                            batch);
            }
          batch.finish(cell);
        }
      dealii::Utilities::MPI::sum(sums, law.discretisation.communicator, sums);
      return sums;
    }
  } // namespace



  template <int dim>
  BinnedLaw bin_law(const Law<dim> &law, const Bins &bins)
  {
    AssertDimension(bins.dimension(), dim);
    const unsigned int n     = law.discretisation.element.degree + 1;
    const unsigned int more  = (dim == 3 ? n + 2 : 2 * n); // points cost
    const auto         rough = integrate(law, bins, n);
    BinnedLaw          result;
    result.bins          = bins;
    result.probabilities = integrate(law, bins, more);
    result.mass          = std::accumulate(result.probabilities.begin(),
                                  result.probabilities.end(),
                                  0.);
    for (std::size_t i = 0; i < rough.size(); ++i)
      {
        result.integration_error +=
          0.5 * std::abs(result.probabilities[i] - rough[i]) / result.mass;
        result.probabilities[i] /= result.mass;
      }
    return result;
  }



  template BinnedLaw bin_law(const Law<1> &, const Bins &);
  template BinnedLaw bin_law(const Law<2> &, const Bins &);
  template BinnedLaw bin_law(const Law<3> &, const Bins &);
} // namespace sgdfp
