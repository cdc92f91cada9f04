// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/oscillating_law.h"

#include "operators/cell_directory.h"
#include "operators/drift_diffusion.h"
#include "operators/projection.h"
#include "operators/tensor_basis.h"

#include <deal.II/base/quadrature_lib.h>

#include <cmath>
#include <limits>

namespace sgdfp
{
  using dealii::Point;
  using dealii::Tensor;

  namespace
  {
    // Points of p_c that carry less than this times the largest are left out.
    constexpr double visible_weight = 1e-9;

    // Directions with less of tr Q than this do not oscillate.
    constexpr double visible_share = 1e-8;

    /// Of the standard normal law, by the trapezoidal rule, which is exact to
    /// round-off where the spacing is below half a deviation: what is
    /// integrated has kinks at the faces of cells, between which it must have
    /// points.
    struct NormalRule
    {
      std::vector<double> nodes, weights;

      explicit NormalRule(const double spacing)
      {
        constexpr double reach = 6.5;
        const int        n     = std::ceil(reach / spacing);
        double           sum   = 0;
        for (int k = -n; k <= n; ++k)
          {
            nodes.push_back(k * spacing);
            weights.push_back(std::exp(-.5 * k * spacing * k * spacing));
            sum += weights.back();
          }
        for (double &weight : weights)
          weight /= sum;
      }
    };
  } // namespace



  template <int dim>
  struct OscillatingLaw<dim>::Rule
  {
    /// Points of both integrals per width of a cell of the result
    double density;
  };



  template <int dim>
  OscillatingLaw<dim>::OscillatingLaw(const Law<dim>    &centre,
                                      const double       tolerance,
                                      const unsigned int maximum_cells)
  {
    constexpr unsigned int n_children = 1 << dim;
    constexpr unsigned int first = (dim == 1 ? 256 : dim == 2 ? 4096 : 32768);
    discretisation               = std::make_unique<Discretisation<dim>>(
      centre.discretisation.communicator,
      centre.discretisation.box,
      centre.discretisation.element.degree);
    auto      &mesh    = *discretisation->mesh;
    const auto n_cells = [&]() { return mesh.n_global_active_cells(); };
    while (n_cells() < first && n_cells() * n_children <= maximum_cells)
      mesh.refine_global(1);
    discretisation->prepare();
    project(centre);
    // Where it is the mesh that the error comes from; a level costs n_children
    // times as much.
    constexpr unsigned int most_levels = 2;
    for (unsigned int level = 1;
         level <= most_levels &&
         the_mesh_error > std::max(tolerance, the_error - the_mesh_error) &&
         n_cells() * n_children <= maximum_cells;
         ++level)
      {
        the_law.reset();
        mesh.refine_global(1);
        discretisation->prepare();
        project(centre);
      }
  }



  template <int dim>
  void OscillatingLaw<dim>::project(const Law<dim> &centre)
  {
    const auto     &discretisation = *this->discretisation;
    TrialSpace<dim> polynomials(discretisation);
    polynomials.use_polynomials();
    DriftDiffusion<dim> functions(discretisation, centre.dynamics, polynomials);
    functions.prepare();
    const auto law_by = [&](const Rule &rule) {
      // The test functions sum to 1.
      Vector       b = moments(centre, rule), P = functions.zero();
      const double mass = b * functions.left_null_vector();
      b /= mass;
      solve_mass(functions.mass_matrix(), P, b);
      return P;
    };
    const Vector coarse = law_by({8.}), P = law_by({12.});
    the_law = std::make_unique<const Law<dim>>(discretisation,
                                               centre.dynamics,
                                               polynomials,
                                               P);
    const Law<dim> other(discretisation, centre.dynamics, polynomials, coarse);
    // The two on the same points, cell by cell.
    dealii::FEValues<dim>      fe_values(discretisation.mapping,
                                    discretisation.element,
                                    discretisation.quadrature,
                                    dealii::update_values |
                                      dealii::update_gradients |
                                      dealii::update_quadrature_points |
                                      dealii::update_JxW_values);
    std::vector<LocalLaw<dim>> fine_values, coarse_values;
    double                     difference = 0;
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          fe_values.reinit(cell);
          the_law->evaluate(fe_values, false, fine_values);
          other.evaluate(fe_values, false, coarse_values);
          for (const unsigned int q : fe_values.quadrature_point_indices())
            difference +=
              std::abs(fine_values[q].density() - coarse_values[q].density()) *
              fe_values.JxW(q);
        }
    the_mesh_error = dealii::Utilities::MPI::sum(
      interpolation_errors(discretisation, polynomials, P).l1_norm(),
      discretisation.communicator);
    the_error =
      the_mesh_error +
      dealii::Utilities::MPI::sum(difference, discretisation.communicator);
  }



  namespace
  {
    /// A point of theta with its share of the mass.
    template <int dim>
    struct Parcel
    {
      Point<dim> chart;
      double     mass;
    };



    /// Spreads the points of a law over where theta may be.
    template <int dim>
    class Spreading
    {
    public:
      /// @param spacing of the points
      Spreading(const Law<dim> &centre, const double spacing)
        : centre(centre)
        , spacing(spacing)
        , none(NormalRule(10))
      {
        for (const double h : spacings)
          rules.emplace_back(h);
        none.nodes   = {0.};
        none.weights = {1.};
      }

      double outside = 0, trace = 0;

      /// Calls @p visit with points between which all parcels are.
      template <typename Visit>
      void for_each_end(const Visit &visit)
      {
        for_each_centre([&](const Point<dim> &c, const double) {
          const auto &box = centre.discretisation.box;
          const auto  Q   = centre.dynamics.oscillation(c);
          for (const double sign : {-1., 1.})
            {
              Point<dim> end = c;
              for (unsigned int d = 0; d < dim; ++d)
                end[d] = std::min(std::max(end[d] + sign * ends * dim *
                                                      std::sqrt(Q[d][d]),
                                           box.lower()[d]),
                                  box.upper()[d]);
              visit(box.to_chart(end));
            }
        });
      }

      /// Calls @p visit with every parcel of every cell of this rank.
      template <typename Visit>
      void for_each(const Visit &visit)
      {
        outside = trace = 0;
        for_each_centre([&](const Point<dim> &c, const double mass) {
          spread(c, mass, visit);
        });
      }

    private:
      // Deviations that the rules reach, and half a spacing
      static constexpr double ends = 7;

      template <typename Use>
      void for_each_centre(const Use &use)
      {
        const auto                &discretisation = centre.discretisation;
        std::vector<LocalLaw<dim>> values;
        const double               least = least_mass();
        for (const auto &cell :
             discretisation.dof_handler.active_cell_iterators())
          if (cell->is_locally_owned())
            {
              auto &fe_values = values_for(cell);
              fe_values.reinit(cell);
              centre.evaluate(fe_values, false, values);
              for (const unsigned int q : fe_values.quadrature_point_indices())
                {
                  const double mass = values[q].density() * fe_values.JxW(q);
                  if (std::abs(mass) > least)
                    use(fe_values.quadrature_point(q), mass);
                }
            }
      }

      const Law<dim> &centre;
      const double    spacing;

      /// In deviations; the finest that is at least as fine as it has to be is
      /// used
      const std::vector<double> spacings =
        {.5, .35, .25, .18, .12, .08, .05, .03, .02, .01};
      std::vector<NormalRule> rules;
      NormalRule              none;

      /// By the number of pieces of a cell
      std::map<unsigned int, std::unique_ptr<dealii::FEValues<dim>>> by_pieces;

      dealii::FEValues<dim> &
      values_for(const typename Discretisation<dim>::Cell &cell)
      {
        const auto        &mesh     = centre.discretisation;
        const unsigned int n_points = mesh.element.degree + 2;
        constexpr double   most     = 16;
        double             width    = 0;
        for (unsigned int d = 0; d < dim; ++d)
          width =
            std::max(width,
                     mesh.box.from_chart(cell->vertex((1 << dim) - 1))[d] -
                       mesh.box.from_chart(cell->vertex(0))[d]);
        const unsigned int pieces =
          std::max(1., std::min(most, std::ceil(width / (n_points * spacing))));
        auto &found = by_pieces[pieces];
        if (!found)
          found = std::make_unique<dealii::FEValues<dim>>(
            mesh.mapping,
            mesh.element,
            dealii::QIterated<dim>(dealii::QGauss<1>(n_points), pieces),
            dealii::update_values | dealii::update_gradients |
              dealii::update_quadrature_points | dealii::update_JxW_values);
        return *found;
      }

      const NormalRule &rule_for(const double deviation) const
      {
        for (std::size_t i = 0; i < rules.size(); ++i)
          if (spacings[i] * deviation <= spacing)
            return rules[i];
        return rules.back();
      }

      double least_mass() const
      {
        double largest = 0;
        for (const auto i : centre.discretisation.owned)
          largest =
            std::max(largest,
                     std::abs(static_cast<double>(centre.nodal_density()(i))));
        largest =
          dealii::Utilities::MPI::max(largest,
                                      centre.discretisation.communicator);
        const auto &box    = centre.discretisation.box;
        double      volume = 1;
        for (unsigned int d = 0; d < dim; ++d)
          volume *= box.upper()[d] - box.lower()[d];
        constexpr double points_per_cell = 100;
        return visible_weight * largest * volume /
               (centre.discretisation.mesh->n_global_active_cells() *
                points_per_cell);
      }

      template <typename Visit>
      void spread(const Point<dim> &c, const double mass, const Visit &visit)
      {
        const auto   Q     = centre.dynamics.oscillation(c);
        const double total = dealii::trace(Q);
        trace += total * mass;
        const auto pairs = dealii::eigenvectors(
          Q, dealii::SymmetricTensorEigenvectorMethod::jacobi);
        std::array<const NormalRule *, dim> along;
        std::array<Tensor<1, dim>, dim>     axes;
        for (unsigned int d = 0; d < dim; ++d)
          {
            const double eigenvalue = std::max(0., pairs[d].first);
            axes[d]                 = std::sqrt(eigenvalue) * pairs[d].second;
            along[d]                = (eigenvalue <= visible_share * total ?
                                         &none :
                                         &rule_for(std::sqrt(eigenvalue)));
          }
        std::array<unsigned int, dim> n{};
        for (;;)
          {
            Point<dim> theta = c;
            double     share = mass;
            for (unsigned int d = 0; d < dim; ++d)
              {
                theta += along[d]->nodes[n[d]] * axes[d];
                share *= along[d]->weights[n[d]];
              }
            hand_over(theta, share, visit);
            unsigned int d = 0;
            while (d < dim && ++n[d] == along[d]->nodes.size())
              n[d++] = 0;
            if (d == dim)
              return;
          }
      }

      template <typename Visit>
      void hand_over(Point<dim> theta, const double mass, const Visit &visit)
      {
        const auto &box    = centre.discretisation.box;
        bool        leaves = false;
        for (unsigned int d = 0; d < dim; ++d)
          if (!(theta[d] >= box.lower()[d] && theta[d] <= box.upper()[d]))
            {
              leaves = true;
              theta[d] =
                std::min(std::max(theta[d], box.lower()[d]), box.upper()[d]);
            }
        if (leaves)
          outside += mass;
        visit(Parcel<dim>{box.to_chart(theta), mass});
      }
    };
  } // namespace



  namespace
  {
    /// The cell of a directory of equal cells that holds a point, at once.
    template <int dim>
    class Lattice
    {
    public:
      explicit Lattice(const CellDirectory<dim> &directory)
      {
        n.fill(0);
        if (directory.cells().empty())
          return;
        Point<dim> end = origin = directory.cells().front().lower;
        width                   = directory.cells().front().upper - origin;
        for (const auto &cell : directory.cells())
          for (unsigned int d = 0; d < dim; ++d)
            {
              origin[d] = std::min(origin[d], cell.lower[d]);
              end[d]    = std::max(end[d], cell.upper[d]);
            }
        std::size_t size = 1;
        for (unsigned int d = 0; d < dim; ++d)
          {
            n[d] = std::lround((end[d] - origin[d]) / width[d]);
            size *= n[d];
          }
        numbers.assign(size, -1);
        for (unsigned int c = 0; c < directory.cells().size(); ++c)
          {
            Point<dim> middle = directory.cells()[c].lower;
            middle += 0.5 * width;
            numbers[place(middle)] = c;
          }
      }

      int find(const Point<dim> &point) const
      {
        return numbers[place(point)];
      }

    private:
      /// A point on the last face belongs to the last cell.
      std::size_t place(const Point<dim> &point) const
      {
        std::size_t result = 0;
        for (unsigned int d = dim; d-- > 0;)
          {
            const double x = (point[d] - origin[d]) / width[d];
            result =
              result * n[d] + (x > 0 ? std::min<std::size_t>(x, n[d] - 1) : 0);
          }
        return result;
      }

      Point<dim>                   origin;
      dealii::Tensor<1, dim>       width;
      std::array<std::size_t, dim> n;
      std::vector<int>             numbers;
    };
  } // namespace



  template <int dim>
  Vector OscillatingLaw<dim>::moments(const Law<dim> &centre, const Rule &rule)
  {
    const auto &discretisation = *this->discretisation;
    double      width          = std::numeric_limits<double>::max();
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      for (unsigned int d = 0; d < dim; ++d)
        width = std::min(width,
                         discretisation.box.from_chart(
                           cell->vertex((1 << dim) - 1))[d] -
                           discretisation.box.from_chart(cell->vertex(0))[d]);
    width = dealii::Utilities::MPI::min(width, discretisation.communicator);
    Spreading<dim> spreading(centre, width / rule.density);


    Point<dim> lower, upper;
    for (unsigned int d = 0; d < dim; ++d)
      {
        lower[d] = std::numeric_limits<double>::max();
        upper[d] = std::numeric_limits<double>::lowest();
      }
    spreading.for_each_end([&](const Point<dim> &chart) {
      for (unsigned int d = 0; d < dim; ++d)
        {
          lower[d] = std::min(lower[d], chart[d]);
          upper[d] = std::max(upper[d], chart[d]);
        }
    });
    const CellDirectory<dim> directory(discretisation, lower, upper);
    const Lattice<dim>       lattice(directory);
    const TensorBasis<dim>   basis(discretisation.element.degree);

    std::vector<std::vector<double>>     sums(directory.cells().size(),
                                          std::vector<double>(basis.size()));
    std::array<std::vector<double>, dim> lines;
    for (auto &line : lines)
      line.resize(basis.lines.size());
    spreading.for_each([&](const Parcel<dim> &parcel) {
      const int number = lattice.find(parcel.chart);
      AssertThrow(number >= 0, dealii::ExcInternalError());
      const auto &cell = directory.cells()[number];
      for (unsigned int d = 0; d < dim; ++d)
        {
          const double x =
            (parcel.chart[d] - cell.lower[d]) / (cell.upper[d] - cell.lower[d]);
          for (unsigned int n = 0; n < basis.lines.size(); ++n)
            lines[d][n] = basis.lines[n].value(x);
        }
      for (unsigned int i = 0; i < basis.size(); ++i)
        {
          double value = parcel.mass;
          for (unsigned int d = 0; d < dim; ++d)
            value *= lines[d][basis[i][d]];
          sums[number][i] += value;
        }
    });

    Vector result = discretisation.owned_vector();
    for (unsigned int c = 0; c < sums.size(); ++c)
      for (unsigned int i = 0; i < basis.size(); ++i)
        for (const auto &entry : directory.cells()[c].functions[i])
          result(entry.first) += entry.second * sums[c][i];
    result.compress(dealii::VectorOperation::add);
    outside = dealii::Utilities::MPI::sum(spreading.outside,
                                          discretisation.communicator);
    mean_trace =
      dealii::Utilities::MPI::sum(spreading.trace, discretisation.communicator);
    return result;
  }



  template <int dim>
  const Law<dim> &OscillatingLaw<dim>::law() const
  {
    return *the_law;
  }



  template <int dim>
  double OscillatingLaw<dim>::error() const
  {
    return the_error;
  }



  template <int dim>
  double OscillatingLaw<dim>::mass_outside() const
  {
    return outside;
  }



  template <int dim>
  double OscillatingLaw<dim>::variance() const
  {
    return mean_trace;
  }



  template class OscillatingLaw<1>;
  template class OscillatingLaw<2>;
  template class OscillatingLaw<3>;
} // namespace sgdfp
