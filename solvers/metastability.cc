// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/metastability.h"

#include "base/errors.h"

#include <algorithm>
#include <limits>

namespace sgdfp
{
  using dealii::FullMatrix;
  using dealii::Point;

  namespace
  {
    /// A point (f_2, .., f_n) or (x_1, ..) of the rank with the greatest value.
    std::vector<double> of_greatest(const double               value,
                                    const std::vector<double> &point,
                                    const MPI_Comm             communicator)
    {
      struct
      {
        double value;
        int    rank;
      } mine{value,
             static_cast<int>(
               dealii::Utilities::MPI::this_mpi_process(communicator))},
        best;
      MPI_Allreduce(&mine, &best, 1, MPI_DOUBLE_INT, MPI_MAXLOC, communicator);
      std::vector<double> result = point;
      MPI_Bcast(
        result.data(), result.size(), MPI_DOUBLE, best.rank, communicator);
      return result;
    }



    double dot(const std::vector<double> &a, const std::vector<double> &b)
    {
      double sum = 0;
      for (std::size_t i = 0; i < a.size(); ++i)
        sum += a[i] * b[i];
      return sum;
    }



    /// The vertices of the inner simplex: the point farthest from the one
    /// farthest from 0, then ever the one farthest from the plane of those
    /// found.
    std::vector<std::vector<double>>
    inner_simplex(const std::vector<const Vector *> &f)
    {
      const unsigned int m            = f.size();
      const MPI_Comm     communicator = f[0]->get_mpi_communicator();
      std::vector<std::vector<double>> vertices, directions;
      std::vector<double>              origin(m, 0.);
      for (unsigned int found = 0; found <= m; ++found)
        {
          double              largest = -1;
          std::vector<double> farthest(m, 0.), point(m), rest(m);
          for (const auto i : f[0]->locally_owned_elements())
            {
              for (unsigned int k = 0; k < m; ++k)
                {
                  point[k] = (*f[k])(i);
                  rest[k]  = point[k] - origin[k];
                }
              for (const auto &direction : directions)
                {
                  const double part = dot(rest, direction);
                  for (unsigned int k = 0; k < m; ++k)
                    rest[k] -= part * direction[k];
                }
              if (dot(rest, rest) > largest)
                {
                  largest  = dot(rest, rest);
                  farthest = point;
                }
            }
          farthest = of_greatest(largest, farthest, communicator);
          vertices.push_back(farthest);
          if (found == 0)
            origin = farthest;
          else
            {
              for (unsigned int k = 0; k < m; ++k)
                farthest[k] -= origin[k];
              for (const auto &direction : directions)
                {
                  const double part = dot(farthest, direction);
                  for (unsigned int k = 0; k < m; ++k)
                    farthest[k] -= part * direction[k];
                }
              const double length = std::sqrt(dot(farthest, farthest));
              for (double &x : farthest)
                x /= length;
              directions.push_back(farthest);
            }
        }
      return vertices;
    }



    using Vertices = std::vector<std::vector<double>>;



    /// Inverse of the matrix with the rows (1, vertex_k): memberships are
    /// chi_k = sum_i f_i inverse(i, k), f_0 = 1.
    FullMatrix<double> inverse_of(const Vertices &vertices)
    {
      const unsigned int n = vertices.size();
      FullMatrix<double> X(n, n), inverse(n, n);
      for (unsigned int k = 0; k < n; ++k)
        for (unsigned int i = 0; i < n; ++i)
          X(k, i) = (i == 0 ? 1. : vertices[k][i - 1]);
      inverse.invert(X);
      return inverse;
    }



    /// Means of the functions @p f in each set: under the law times the squares
    /// of the memberships, so that a node between the sets belongs to neither.
    /// @return the vertices again, where f has no tails in it
    Vertices means_of_sets(const std::vector<const Vector *> &f,
                           const Vector                      &measure,
                           const Vertices                    &vertices)
    {
      const unsigned int       n = vertices.size(), m = f.size();
      const FullMatrix<double> inverse = inverse_of(vertices);
      std::vector<double>      sums(n * n, 0.), point(m);
      for (const auto i : measure.locally_owned_elements())
        {
          for (unsigned int j = 0; j < m; ++j)
            point[j] = (*f[j])(i);
          for (unsigned int k = 0; k < n; ++k)
            {
              double chi = inverse(0, k);
              for (unsigned int j = 0; j < m; ++j)
                chi += inverse(j + 1, k) * point[j];
              chi               = std::min(std::max(chi, 0.), 1.);
              const double here = chi * chi * static_cast<double>(measure(i));
              sums[k * n] += here;
              for (unsigned int j = 0; j < m; ++j)
                sums[k * n + 1 + j] += here * point[j];
            }
        }
      dealii::Utilities::MPI::sum(sums, measure.get_mpi_communicator(), sums);
      Vertices result = vertices;
      for (unsigned int k = 0; k < n; ++k)
        if (sums[k * n] > 0)
          for (unsigned int j = 0; j < m; ++j)
            result[k][j] = sums[k * n + 1 + j] / sums[k * n];
      return result;
    }



    /// Least loss among the nodes with chi > 1/2, and where.
    template <int dim>
    void find_minimum(const SpectralProblem<dim> &problem,
                      const Vector               &loss,
                      const std::vector<Vector>  &coordinates,
                      Basin<dim>                 &basin)
    {
      double              least = std::numeric_limits<double>::infinity();
      std::vector<double> found(dim + 2, 0.);
      for (const auto i : problem.discretisation.owned)
        if (static_cast<double>(basin.membership(i)) > 0.5 &&
            static_cast<double>(loss(i)) < least)
          {
            least          = loss(i);
            found[0]       = least;
            found[dim + 1] = basin.membership(i);
            for (unsigned int d = 0; d < dim; ++d)
              found[d + 1] = coordinates[d](i);
          }
      found = of_greatest(-least, found, problem.discretisation.communicator);
      basin.least_loss = found[0];
      basin.core_level = found[dim + 1];
      for (unsigned int d = 0; d < dim; ++d)
        basin.minimum[d] = found[d + 1];
    }



    template <int dim>
    void add_quasi_stationary(SpectralProblem<dim>    &problem,
                              const Vector            &loss,
                              const unsigned int       k,
                              std::vector<Basin<dim>> &basins)
    {
      Basin<dim> &basin   = basins[k];
      Vector      outside = problem.discretisation.owned_vector();
      for (const auto i : problem.discretisation.owned)
        {
          bool is_core = false;
          for (unsigned int l = 0; l < basins.size(); ++l)
            is_core = is_core ||
                      (l != k && static_cast<double>(basins[l].membership(i)) >=
                                   core_share * basins[l].core_level);
          outside(i) = (is_core ? 1. : 0.);
        }
      outside.compress(dealii::VectorOperation::insert);
      try
        {
          const KilledAnswer killed = problem.killed(outside, 1);
          basin.exit_rate           = killed.exit_rate();
          basin.quasi_stationary    = killed.quasi_stationary;
          basin.energy = problem.expectation(loss, basin.quasi_stationary);
        }
      catch (const Refusal &refusal)
        {
          basin.why_no_rate = refusal.what();
        }
    }
  } // namespace



  RateGap find_gap(const std::vector<std::complex<double>> &values,
                   const double                             gap_ratio)
  {
    RateGap gap;
    for (std::size_t i = 1; i + 1 < values.size(); ++i)
      {
        if (values[i].imag() != 0)
          break;
        const double slow = std::abs(values[i].real());
        const double fast = std::abs(values[i + 1].real());
        const double ratio =
          (slow > 0 ? fast / slow : std::numeric_limits<double>::infinity());
        if (ratio > gap.ratio)
          {
            gap.ratio  = ratio;
            gap.n_sets = i + 1;
          }
      }
    if (!(gap.ratio > gap_ratio))
      gap.n_sets = 1;
    return gap;
  }



  template <int dim>
  MetastableSets<dim> metastable_sets(SpectralProblem<dim> &problem,
                                      const Spectrum       &spectrum,
                                      const unsigned int    n_sets)
  {
    std::vector<const Vector *> f;
    for (unsigned int k = 1; k < n_sets; ++k)
      f.push_back(&spectrum.left[k]);
    Vector measure = problem.generator().mass_functional();
    measure.scale(problem.law());
    measure.scale(problem.generator().left_null_vector());
    // The first vertices are extremes of tails, the last ones forget them.
    constexpr unsigned int n_steps  = 30;
    auto                   vertices = inner_simplex(f);
    for (unsigned int step = 0; step < n_steps; ++step)
      vertices = means_of_sets(f, measure, vertices);

    const FullMatrix<double> inverse = inverse_of(vertices);
    FullMatrix<double>       X(n_sets, n_sets);
    X.invert(inverse);

    const auto         &mesh = problem.discretisation;
    const auto          loss = mesh.interpolate([&](const Point<dim> &theta) {
      return problem.dynamics.loss().value(theta);
    });
    std::vector<Vector> coordinates;
    for (unsigned int d = 0; d < dim; ++d)
      coordinates.push_back(
        mesh.interpolate([d](const Point<dim> &theta) { return theta[d]; }));

    std::vector<Basin<dim>>   basins(n_sets);
    std::vector<unsigned int> order;
    for (unsigned int k = 0; k < n_sets; ++k)
      {
        basins[k].membership = spectrum.left[0];
        basins[k].membership *= inverse(0, k);
        for (unsigned int i = 1; i < n_sets; ++i)
          basins[k].membership.add(inverse(i, k), spectrum.left[i]);
        basins[k].mass =
          problem.expectation(basins[k].membership, problem.law());
        find_minimum(problem, loss, coordinates, basins[k]);
        order.push_back(k);
      }
    const double tolerance = 1e-6 * mesh.box.lower().distance(mesh.box.upper());
    std::stable_sort(order.begin(),
                     order.end(),
                     [&](const unsigned int a, const unsigned int b) {
                       for (unsigned int d = 0; d < dim; ++d)
                         if (std::abs(basins[a].minimum[d] -
                                      basins[b].minimum[d]) > tolerance)
                           return basins[a].minimum[d] < basins[b].minimum[d];
                       return false;
                     });

    MetastableSets<dim> result;
    for (const unsigned int k : order)
      result.basins.push_back(basins[k]);
    for (unsigned int k = 0; k < n_sets; ++k)
      add_quasi_stationary(problem, loss, k, result.basins);
    // X Lambda X^-1
    result.rates.reinit(n_sets, n_sets);
    for (unsigned int k = 0; k < n_sets; ++k)
      for (unsigned int l = 0; l < n_sets; ++l)
        for (unsigned int i = 0; i < n_sets; ++i)
          result.rates(k, l) +=
            X(order[k], i) * spectrum.values[i].real() * inverse(i, order[l]);
    return result;
  }



#define INSTANTIATE(dim)                                               \
  template MetastableSets<dim> metastable_sets(SpectralProblem<dim> &, \
                                               const Spectrum &,       \
                                               const unsigned int);

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE
} // namespace sgdfp
