// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/oscillating_law.h"

#include "operators/cell_directory.h"
#include "operators/drift_diffusion.h"
#include "operators/projection.h"
#include "operators/spreading.h"
#include "operators/tensor_basis.h"

#include <deal.II/base/quadrature_lib.h>

#include <cmath>
#include <limits>

namespace sgdfp
{
  using dealii::Point;
  using dealii::Tensor;

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
    Spreading<dim> spreading(centre, width, width / rule.density);


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
