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
    constexpr double visible_weight = 1e-14;

    // Directions with less of tr Q than this do not oscillate.
    constexpr double visible_share = 1e-10;

    /// Of the normal law: nodes and weights, for polynomials of degree 2n - 1.
    struct HermiteRule
    {
      std::vector<double> nodes, weights;

      explicit HermiteRule(const unsigned int n)
      {
        // Golub and Welsch: the Jacobi matrix of the Hermite polynomials.
        dealii::LAPACKFullMatrix<double> jacobi(n);
        for (unsigned int i = 0; i < n; ++i)
          for (unsigned int j = 0; j < n; ++j)
            jacobi(i, j) =
              (i + 1 == j || j + 1 == i ? std::sqrt(std::max(i, j)) : 0.);
        dealii::Vector<double>     eigenvalues(n);
        dealii::FullMatrix<double> eigenvectors(n, n);
        const double               bound = 2. * std::sqrt(n) + 1;
        jacobi.compute_eigenvalues_symmetric(
          -bound, bound, 1e-14, eigenvalues, eigenvectors);
        for (unsigned int i = 0; i < n; ++i)
          {
            nodes.push_back(eigenvalues(i));
            weights.push_back(eigenvectors(0, i) * eigenvectors(0, i));
          }
      }
    };
  } // namespace



  template <int dim>
  struct OscillatingLaw<dim>::Rule
  {
    unsigned int pieces, n_hermite;
  };



  template <int dim>
  OscillatingLaw<dim>::OscillatingLaw(const Law<dim> &centre)
  {
    const auto     &discretisation = centre.discretisation;
    TrialSpace<dim> polynomials(discretisation);
    polynomials.use_polynomials();
    DriftDiffusion<dim> functions(discretisation, centre.dynamics, polynomials);
    functions.prepare();
    functions.assemble();
    const auto law_by = [&](const Rule &rule) {
      return project_moments(moments(centre, rule), functions);
    };
    const Vector coarse = law_by({2, 14}), P = law_by({3, 22});
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
    const double interpolation =
      interpolation_errors(discretisation, polynomials, P).l1_norm();
    the_error = dealii::Utilities::MPI::sum(difference + interpolation,
                                            discretisation.communicator);
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
      Spreading(const Law<dim>    &centre,
                const unsigned int pieces,
                const unsigned int n_hermite)
        : centre(centre)
        , hermite(n_hermite)
        , few(4)
        , none(1)
        , fe_values(
            centre.discretisation.mapping,
            centre.discretisation.element,
            dealii::QIterated<dim>(dealii::QGauss<1>(
                                     centre.discretisation.element.degree + 2),
                                   pieces),
            dealii::update_values | dealii::update_gradients |
              dealii::update_quadrature_points | dealii::update_JxW_values)
      {}

      double outside = 0, trace = 0;

      /// Calls @p visit with every parcel of every cell of this rank.
      template <typename Visit>
      void for_each(const Visit &visit)
      {
        outside = trace                           = 0;
        const auto                &discretisation = centre.discretisation;
        std::vector<LocalLaw<dim>> values;
        const double               least = least_mass();
        for (const auto &cell :
             discretisation.dof_handler.active_cell_iterators())
          if (cell->is_locally_owned())
            {
              fe_values.reinit(cell);
              centre.evaluate(fe_values, false, values);
              for (const unsigned int q : fe_values.quadrature_point_indices())
                {
                  const double mass = values[q].density() * fe_values.JxW(q);
                  if (std::abs(mass) > least)
                    spread(fe_values.quadrature_point(q), mass, visit);
                }
            }
      }

    private:
      const Law<dim>       &centre;
      const HermiteRule     hermite, few, none;
      dealii::FEValues<dim> fe_values;

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
        return visible_weight * largest * volume /
               (centre.discretisation.mesh->n_global_active_cells() *
                fe_values.n_quadrature_points);
      }

      template <typename Visit>
      void spread(const Point<dim> &c, const double mass, const Visit &visit)
      {
        const auto   Q     = centre.dynamics.oscillation(c);
        const double total = dealii::trace(Q);
        trace += total * mass;
        const auto pairs = dealii::eigenvectors(
          Q, dealii::SymmetricTensorEigenvectorMethod::jacobi);
        std::array<const HermiteRule *, dim> rules;
        std::array<Tensor<1, dim>, dim>      axes;
        for (unsigned int d = 0; d < dim; ++d)
          {
            const double eigenvalue = std::max(0., pairs[d].first);
            axes[d]                 = std::sqrt(eigenvalue) * pairs[d].second;
            rules[d] = (eigenvalue <= visible_share * total ? &none :
                        eigenvalue < 0.01 * total           ? &few :
                                                              &hermite);
          }
        std::array<unsigned int, dim> n{};
        for (;;)
          {
            Point<dim> theta = c;
            double     share = mass;
            for (unsigned int d = 0; d < dim; ++d)
              {
                theta += rules[d]->nodes[n[d]] * axes[d];
                share *= rules[d]->weights[n[d]];
              }
            hand_over(theta, share, visit);
            unsigned int d = 0;
            while (d < dim && ++n[d] == rules[d]->nodes.size())
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



  template <int dim>
  Vector OscillatingLaw<dim>::moments(const Law<dim> &centre, const Rule &rule)
  {
    const auto    &discretisation = centre.discretisation;
    Spreading<dim> spreading(centre, rule.pieces, rule.n_hermite);

    Point<dim> lower, upper;
    for (unsigned int d = 0; d < dim; ++d)
      {
        lower[d] = std::numeric_limits<double>::max();
        upper[d] = std::numeric_limits<double>::lowest();
      }
    spreading.for_each([&](const Parcel<dim> &parcel) {
      for (unsigned int d = 0; d < dim; ++d)
        {
          lower[d] = std::min(lower[d], parcel.chart[d]);
          upper[d] = std::max(upper[d], parcel.chart[d]);
        }
    });
    const CellDirectory<dim> directory(discretisation, lower, upper);
    const TensorBasis<dim>   basis(discretisation.element.degree);

    std::vector<std::vector<double>>     sums(directory.cells().size(),
                                          std::vector<double>(basis.size()));
    std::array<std::vector<double>, dim> lines;
    for (auto &line : lines)
      line.resize(basis.lines.size());
    spreading.for_each([&](const Parcel<dim> &parcel) {
      const int number = directory.find(parcel.chart);
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
