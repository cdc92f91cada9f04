// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/minimum_stability.h"

#include "models/minimum_search.h"

#include <deal.II/lac/lapack_full_matrix.h>

#include <algorithm>
#include <limits>

namespace sgdfp
{
  namespace
  {
    /// The box, or a hundred cores of a graded one.
    template <int dim>
    SearchBox<dim> search_box(const DomainParameters &domain)
    {
      constexpr double n_cores = 100;
      SearchBox<dim>   box;
      for (unsigned int d = 0; d < dim; ++d)
        {
          box.lower[d] = domain.lower[d];
          box.upper[d] = domain.upper[d];
          if (domain.grading > 0)
            {
              const double reach = n_cores * domain.grading;
              box.lower[d]       = std::max(box.lower[d], -reach);
              box.upper[d]       = std::min(box.upper[d], reach);
            }
        }
      return box;
    }



    template <int dim>
    double steepest_rate(const Loss<dim> &loss, const dealii::Point<dim> &theta)
    {
      const auto                       gradient = loss.velocity_gradient(theta);
      dealii::LAPACKFullMatrix<double> matrix(dim, dim);
      for (unsigned int i = 0; i < dim; ++i)
        for (unsigned int j = 0; j < dim; ++j)
          matrix(i, j) = -gradient[i][j];
      matrix.compute_eigenvalues();
      double largest = matrix.eigenvalue(0).real();
      for (unsigned int i = 1; i < dim; ++i)
        largest = std::max(largest, matrix.eigenvalue(i).real());
      return largest;
    }



    template <int dim>
    SweepNumber stability(const MPI_Comm communicator, const Case &a_case)
    {
      if (a_case.domain.shape != "box")
        return {{}, "minima are looked for in boxes"};
      const auto loss = make_loss<dim>(a_case.loss,
                                       a_case.vocabulary(),
                                       a_case.folder(),
                                       communicator);
      const auto minima =
        find_minima<dim>(*loss, search_box<dim>(a_case.domain), communicator);
      if (minima.points.empty())
        return {{}, "no descent from a regular grid of starts found a minimum"};
      double flattest = std::numeric_limits<double>::max();
      for (const auto &theta : minima.points)
        flattest = std::min(flattest, steepest_rate(*loss, theta));
      return {a_case.optimiser.learning_rate * flattest /
                (2 * (1 + a_case.optimiser.momentum)),
              ""};
    }
  } // namespace



  SweepNumber stability_of_minimum(const MPI_Comm communicator,
                                   const Case    &a_case)
  {
    switch (a_case.dimension)
      {
        case 1:
          return stability<1>(communicator, a_case);
        case 2:
          return stability<2>(communicator, a_case);
        default:
          return stability<3>(communicator, a_case);
      }
  }
} // namespace sgdfp
