// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/tail_statistics.h"

#include "base/text.h"
#include "postprocess/postprocessor.h"

#include <deal.II/base/polynomial.h>
#include <deal.II/base/quadrature_lib.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace sgdfp
{
  using dealii::Point;

  namespace
  {
    /// Masses of shells [i width, (i + 1) width) of the largest chart
    /// coordinate, and moments |theta|_max.
    template <int dim>
    std::vector<double>
    shell_masses(const Law<dim> &law, const double width, const unsigned int n)
    {
      const auto                &discretisation = law.discretisation;
      std::vector<double>        masses(n, 0.);
      dealii::FEValues<dim>      fe_values(discretisation.mapping,
                                      discretisation.element,
                                      discretisation.quadrature,
                                      dealii::update_values |
                                        dealii::update_gradients |
                                        dealii::update_quadrature_points |
                                        dealii::update_JxW_values);
      std::vector<LocalLaw<dim>> values;
      for (const auto &cell :
           discretisation.dof_handler.active_cell_iterators())
        if (cell->is_locally_owned())
          {
            // The vertices are in the chart; a cell belongs to one shell.
            double largest = 0;
            for (unsigned int d = 0; d < dim; ++d)
              largest = std::max(
                largest,
                0.5 * std::abs(cell->vertex(0)[d] +
                               cell->vertex(
                                 dealii::GeometryInfo<dim>::vertices_per_cell -
                                 1)[d]));
            fe_values.reinit(cell);
            law.evaluate(fe_values, false, values);
            const auto shell = std::min<unsigned int>(largest / width, n - 1);
            for (unsigned int q = 0; q < values.size(); ++q)
              masses[shell] += values[q].density() * fe_values.JxW(q);
          }
      dealii::Utilities::MPI::sum(masses, discretisation.communicator, masses);
      return masses;
    }



    /// Slope and its standard error of y over x.
    std::pair<double, double> regression(const std::vector<double> &x,
                                         const std::vector<double> &y)
    {
      const double n  = x.size();
      const double mx = std::accumulate(x.begin(), x.end(), 0.) / n;
      const double my = std::accumulate(y.begin(), y.end(), 0.) / n;
      double       xx = 0, xy = 0, residuals = 0;
      for (std::size_t i = 0; i < x.size(); ++i)
        {
          xx += (x[i] - mx) * (x[i] - mx);
          xy += (x[i] - mx) * (y[i] - my);
        }
      const double slope = xy / xx;
      for (std::size_t i = 0; i < x.size(); ++i)
        {
          const double r = y[i] - my - slope * (x[i] - mx);
          residuals += r * r;
        }
      return {slope,
              n > 2 ? std::sqrt(residuals / (n - 2) / xx) :
                      std::numeric_limits<double>::infinity()};
    }
  } // namespace



  boost::optional<bool> Tail::has_moment(const double m) const
  {
    if (!index || std::abs(*index - m) <= index_error)
      return {};
    return *index > m;
  }



  std::string Tail::why_no_moment(const double m) const
  {
    return "the law falls like r^-(d + " + to_text(*index) + " +- " +
           to_text(index_error) + "): moments of order " + to_text(m) +
           " do not exist";
  }



  template <int dim>
  Tail fit_tail(const Law<dim> &law)
  {
    Tail        tail;
    const auto &box = law.discretisation.box;
    if (!box.is_graded())
      {
        tail.reason = "the box is not graded, so that it spans no decades of a "
                      "tail: set Domain/grading";
        return tail;
      }
    double largest = 0;
    for (unsigned int d = 0; d < dim; ++d)
      largest = std::max({largest,
                          std::abs(box.to_chart(box.lower())[d]),
                          std::abs(box.to_chart(box.upper())[d])});
    double width = 0;
    for (const auto &cell :
         law.discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        width = std::max(width, cell->vertex(1)[0] - cell->vertex(0)[0]);
    width = dealii::Utilities::MPI::max(width, law.discretisation.communicator);
    const unsigned int n      = std::max(1l, std::lround(largest / width));
    const auto         masses = shell_masses(law, width, n);
    const double       L      = box.core_length();
    const auto         radius = [&](const double i) {
      return L * std::sinh(i * width);
    };
    const double R = radius(n);

    // A shell of r^-gamma from r to r' has the mass r^-gamma - r'^-gamma, which
    // for r'/r = e^width is proportional to r^-gamma.
    const auto fit = [&](const double from, const double to) {
      std::vector<double> x, y;
      for (unsigned int i = 0; i < n; ++i)
        if (radius(i) >= from && radius(i + 1) <= to && masses[i] > 0)
          {
            x.push_back(0.5 * (std::log(radius(i)) + std::log(radius(i + 1))));
            y.push_back(
              std::log(masses[i] / std::log(radius(i + 1) / radius(i))));
          }
      constexpr unsigned int fewest = 3;
      if (x.size() < fewest)
        return std::make_pair(std::numeric_limits<double>::quiet_NaN(), 0.);
      return regression(x, y);
    };
    tail.radii.resize(n);
    tail.mass_beyond.resize(n);
    double sum = 0;
    for (unsigned int i = n; i-- > 0;)
      {
        sum += masses[i];
        tail.radii[i]       = radius(i);
        tail.mass_beyond[i] = sum;
      }
    tail.from         = R / 100;
    tail.to           = R / 10;
    const auto last   = fit(tail.from, tail.to);
    const auto before = fit(R / 1000, R / 100);
    // In the core there is no tail yet.
    constexpr double outside_core = 5;
    if (std::isnan(last.first) || tail.from < outside_core * L)
      {
        tail.reason = "fewer than three shells of cells, outside of the core, "
                      "lie between R/100 and R/10: enlarge the box, or raise "
                      "Domain/initial refinement";
        return tail;
      }
    tail.index       = -last.first;
    tail.index_error = std::max(last.second,
                                std::isnan(before.first) ?
                                  std::numeric_limits<double>::infinity() :
                                  std::abs(last.first - before.first));
    double in_window = 0, first_radius = 0, last_radius = 0;
    for (unsigned int i = 0; i < n; ++i)
      if (radius(i) >= tail.from && radius(i + 1) <= tail.to)
        {
          if (first_radius == 0)
            first_radius = radius(i);
          last_radius = radius(i + 1);
          in_window += masses[i];
        }
    const double gamma = *tail.index;
    if (gamma > 0)
      tail.outside_mass = in_window / (std::pow(R / first_radius, gamma) -
                                       std::pow(R / last_radius, gamma));
    else
      tail.outside_mass = 1;
    return tail;
  }



  template <int dim>
  void report_tail(const Tail &tail, const Law<dim> &law, Summary &summary)
  {
    if (!tail.index)
      {
        summary.set_null("density/outside_mass", tail.reason);
        summary.set_null("tail/index", tail.reason);
        return;
      }
    summary.set("density/outside_mass", tail.outside_mass);
    summary.set("tail/index", *tail.index);
    summary.set("tail/index_error", tail.index_error);
    summary.set("tail/from", tail.from);
    summary.set("tail/to", tail.to);
    if (const auto second = tail.has_moment(2); second && !*second)
      summary.set_null("moments/covariance", tail.why_no_moment(2));
    const auto first = tail.has_moment(1);
    if (first && !*first)
      summary.set_null("moments/mean", tail.why_no_moment(1));
    else if (first && summary.json()["moments"]["mean"].is_null())
      {
        dealii::Tensor<1, dim> mean;
        law.for_each_point([&](const auto &sample) {
          mean += sample.law.density() * sample.weight *
                  dealii::Tensor<1, dim>(sample.theta);
        });
        mean =
          dealii::Utilities::MPI::sum(mean, law.discretisation.communicator);
        summary.set("moments/mean", to_json(mean));
        // int_R^inf r dP for P ~ r^-gamma
        summary.set("moments/mean_error",
                    tail.outside_mass * 10 * tail.to * *tail.index /
                      (*tail.index - 1));
      }
  }



  namespace
  {
    /// int_0^u of the polynomial through (Gauss-Lobatto points of [0, 1],
    /// values)
    double integral_to(
      const double                                                u,
      const std::vector<double>                                  &values,
      const std::vector<dealii::Polynomials::Polynomial<double>> &basis)
    {
      const dealii::QGauss<1> gauss(basis.size());
      double                  sum = 0;
      for (unsigned int q = 0; q < gauss.size(); ++q)
        for (unsigned int j = 0; j < basis.size(); ++j)
          sum += u * gauss.weight(q) * values[j] *
                 basis[j].value(u * gauss.point(q)[0]);
      return sum;
    }
  } // namespace



  template <int dim>
  std::vector<std::vector<double>>
  marginal_quantiles(const Law<dim> &law, const std::vector<double> &levels)
  {
    const auto        &discretisation = law.discretisation;
    const Lattice<dim> lattice(discretisation);
    Assert(lattice.exists, dealii::ExcNotImplemented());
    const unsigned int             k = discretisation.element.degree;
    const dealii::QGaussLobatto<1> rule(k + 1);
    const auto                     basis =
      dealii::Polynomials::generate_complete_Lagrange_basis(rule.get_points());
    std::vector<std::vector<double>> result(dim);
    for (unsigned int d = 0; d < dim; ++d)
      {
        const Axis         &axis = lattice.axes[d];
        std::vector<double> marginal(axis.n(), 0.);
        std::size_t         i = 0;
        for (const auto dof : discretisation.owned)
          {
            const auto &place = lattice.position[i++];
            double      mass  = static_cast<double>(law.nodal_density()(dof));
            for (unsigned int e = 0; e < dim; ++e)
              if (e != d)
                mass *= lattice.axes[e].mass[place[e]];
            marginal[place[d]] += mass;
          }
        dealii::Utilities::MPI::sum(marginal,
                                    discretisation.communicator,
                                    marginal);

        const unsigned int               n_cells = axis.edges.size() - 1;
        std::vector<std::vector<double>> densities(n_cells);
        std::vector<double>              below(n_cells + 1, 0.);
        for (unsigned int c = 0; c < n_cells; ++c)
          {
            for (unsigned int a = 0; a <= k; ++a)
              densities[c].push_back(marginal[c * k + a] *
                                     axis.slopes[c * (k + 1) + a]);
            below[c + 1] = below[c] + integral_to(1., densities[c], basis);
          }
        for (const double level : levels)
          {
            const double wanted = level * below.back();
            unsigned int c      = 0;
            while (c + 1 < n_cells && below[c + 1] < wanted)
              ++c;
            double                 a = 0, b = 1;
            constexpr unsigned int n_halvings = 50;
            for (unsigned int step = 0; step < n_halvings; ++step)
              {
                const double m = 0.5 * (a + b);
                (below[c] + integral_to(m, densities[c], basis) < wanted ? a :
                                                                           b) =
                  m;
              }
            Point<dim> xi;
            xi[d] = axis.edges[c] + b * (axis.edges[c + 1] - axis.edges[c]);
            result[d].push_back(discretisation.box.from_chart(xi)[d]);
          }
      }
    return result;
  }



#define INSTANTIATE(dim)                                                \
  template Tail fit_tail(const Law<dim> &);                             \
  template void report_tail(const Tail &, const Law<dim> &, Summary &); \
  template std::vector<std::vector<double>> marginal_quantiles(         \
    const Law<dim> &, const std::vector<double> &);

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE
} // namespace sgdfp
