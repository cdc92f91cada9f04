// SPDX-License-Identifier: GPL-3.0-or-later
#include "operators/projection.h"

#include "base/errors.h"
#include "operators/coefficient_check.h"
#include "operators/functional.h"

#include <deal.II/lac/full_matrix.h>

#include <petscksp.h>

#include <cmath>

namespace sgdfp
{
  namespace
  {
    /// A rule for a Gaussian on one cell: Gauss points on pieces no longer than
    /// its standard deviation. Empty where there is nothing of it.
    template <int dim>
    dealii::Quadrature<dim>
    gaussian_rule(const typename InitialDensity<dim>::Peak  &peak,
                  const ParameterBox<dim>                   &box,
                  const dealii::TriaAccessor<dim, dim, dim> &cell,
                  const unsigned int                         n_points)
    {
      constexpr double        reach = 9; // e^-40
      const dealii::QGauss<1> gauss(n_points);
      dealii::Tensor<1, dim>  width;
      for (unsigned int d = 0; d < dim; ++d)
        width[d] = reach * peak.deviation[d];
      const dealii::Point<dim> low  = box.unit_point(cell, peak.mean - width),
                               high = box.unit_point(cell, peak.mean + width);
      std::array<std::vector<double>, dim> x, w;
      for (unsigned int d = 0; d < dim; ++d)
        {
          const double a = std::max(0., low[d]), b = std::min(1., high[d]);
          if (a >= b)
            return dealii::Quadrature<dim>();
          // In a graded box the pieces are even in the chart.
          const double share    = (b - a) / (high[d] - low[d]);
          const auto   n_pieces = static_cast<unsigned int>(
            std::max(1., std::ceil(share * 2 * reach)));
          for (unsigned int i = 0; i < n_pieces; ++i)
            for (unsigned int q = 0; q < gauss.size(); ++q)
              {
                const double h = (b - a) / n_pieces;
                x[d].push_back(a + (i + gauss.point(q)[0]) * h);
                w[d].push_back(gauss.weight(q) * h);
              }
        }
      std::vector<dealii::Point<dim>> points;
      std::vector<double>             weights;
      std::array<unsigned int, dim>   i{};
      for (;;)
        {
          dealii::Point<dim> point;
          double             weight = 1;
          for (unsigned int d = 0; d < dim; ++d)
            {
              point[d] = x[d][i[d]];
              weight *= w[d][i[d]];
            }
          points.push_back(point);
          weights.push_back(weight);
          unsigned int d = 0;
          while (d < dim && ++i[d] == x[d].size())
            i[d++] = 0;
          if (d == dim)
            break;
        }
      return {points, weights};
    }



  } // namespace



  void solve_mass(const SparseMatrix &M, Vector &P, const Vector &b)
  {
    // Incomplete factors do: M is well conditioned.
    KSP ksp;
    check_petsc(KSPCreate(M.get_mpi_communicator(), &ksp), "KSPCreate");
    check_petsc(KSPSetOperators(ksp, M, M), "KSPSetOperators");
    check_petsc(KSPSetType(ksp, KSPGMRES), "KSPSetType");
    constexpr double round_off = 1e-14;
    constexpr int    most      = 500;
    check_petsc(KSPSetTolerances(ksp, round_off, 0., PETSC_DEFAULT, most),
                "KSPSetTolerances");
    check_petsc(KSPSetOptionsPrefix(ksp, "sgdfp_mass_"), "KSPSetOptionsPrefix");
    PC pc;
    check_petsc(KSPGetPC(ksp, &pc), "KSPGetPC");
    check_petsc(PCSetType(pc, PCBJACOBI), "PCSetType");
    check_petsc(KSPSetFromOptions(ksp), "KSPSetFromOptions");
    check_petsc(KSPSolve(ksp, b, P), "KSPSolve");
    KSPConvergedReason reason;
    PetscReal          residual;
    check_petsc(KSPGetConvergedReason(ksp, &reason), "KSPGetConvergedReason");
    check_petsc(KSPGetResidualNorm(ksp, &residual), "KSPGetResidualNorm");
    check_petsc(KSPDestroy(&ksp), "KSPDestroy");
    if (reason < 0)
      throw SolverFailure("The projection on the functions of the mesh did "
                          "not converge (" +
                          std::string(KSPConvergedReasons[reason]) +
                          "). Refine the mesh.");
  }



  template <int dim>
  Vector initial_moments(const InitialDensity<dim> &initial,
                         const Discretisation<dim> &discretisation)
  {
    TrialSpace<dim> polynomials(discretisation);
    polynomials.use_polynomials();
    FunctionalAssembly<dim> assembly(discretisation, polynomials, 1);
    const unsigned int      n_points = discretisation.element.degree + 2;
    // Of an expression nothing is known: a few pieces a cell.
    constexpr unsigned int       n_pieces = 4;
    const dealii::QIterated<dim> iterated(dealii::QGauss<1>(n_points),
                                          n_pieces);
    const auto                   density = [&](const dealii::Point<dim> &theta,
                             std::vector<double>      &values) {
      values[0] = initial(theta);
    };
    boost::optional<EntryError> complaint;
    try
      {
        for (const auto &cell :
             discretisation.dof_handler.active_cell_iterators())
          if (cell->is_locally_owned())
            {
              const auto rule = initial.peak() ?
                                  gaussian_rule<dim>(*initial.peak(),
                                                     discretisation.box,
                                                     *cell,
                                                     n_points) :
                                  dealii::Quadrature<dim>(iterated);
              if (rule.size() > 0)
                assembly.add(cell, rule, density);
            }
      }
    catch (const EntryError &error)
      {
        complaint.emplace(error);
      }
    throw_everywhere(discretisation.communicator, complaint);
    return assembly.finish().front();
  }



  template <int dim>
  Vector project(const InitialDensity<dim> &initial,
                 const Discretisation<dim> &discretisation,
                 const Generator           &generator)
  {
    return project_moments(initial_moments(initial, discretisation), generator);
  }



  Vector project_moments(const Vector &moments, const Generator &generator)
  {
    Vector b = moments;
    // The test functions sum to 1.
    const double mass = b * generator.left_null_vector();
    if (!(mass > 0))
      throw Refusal("no initial density",
                    "the initial density has no mass in the box");
    b /= mass;
    Vector P = generator.zero();
    solve_mass(generator.mass_matrix(), P, b);
    P /= generator.mass_functional() * P;
    return P;
  }



  namespace
  {
    /// [q][j] = phi_j(x_q) - (I_m phi_j)(x_q), x_q the points of the rule, I_m
    /// the interpolation in Q_m; m = -1: phi_j itself.
    template <int dim>
    dealii::FullMatrix<double>
    surplus_matrix(const Discretisation<dim> &discretisation, const int m)
    {
      const auto                &element = discretisation.element;
      const auto                &rule    = discretisation.quadrature;
      dealii::FullMatrix<double> D(rule.size(), element.dofs_per_cell);
      for (unsigned int q = 0; q < rule.size(); ++q)
        for (unsigned int j = 0; j < element.dofs_per_cell; ++j)
          D(q, j) = element.shape_value(j, rule.point(q));
      if (m < 0)
        return D;
      // The mean of the corners stands for a constant.
      const dealii::FE_Q<dim> lower(std::max(m, 1));
      for (unsigned int i = 0; i < lower.dofs_per_cell; ++i)
        for (unsigned int j = 0; j < element.dofs_per_cell; ++j)
          {
            const double at_node =
              element.shape_value(j, lower.unit_support_point(i));
            for (unsigned int q = 0; q < rule.size(); ++q)
              D(q, j) -=
                at_node * (m == 0 ? 1. / lower.dofs_per_cell :
                                    lower.shape_value(i, rule.point(q)));
          }
      return D;
    }
  } // namespace



  template <int dim>
  dealii::Vector<double>
  interpolation_errors(const Discretisation<dim> &discretisation,
                       const TrialSpace<dim>     &trial_space,
                       const Vector              &P)
  {
    Vector u = P;
    u.scale(trial_space.inverse_weights());
    discretisation.constraints.distribute(u);
    const Vector ghosted = discretisation.ghosted(u);

    const int                        k = discretisation.element.degree;
    const dealii::FullMatrix<double> first =
                                       surplus_matrix(discretisation, k - 1),
                                     second =
                                       surplus_matrix(discretisation, k - 2);
    dealii::FEValues<dim>  fe_values(discretisation.mapping,
                                    discretisation.element,
                                    discretisation.quadrature,
                                    dealii::update_values |
                                      dealii::update_gradients |
                                      dealii::update_quadrature_points |
                                      dealii::update_JxW_values);
    dealii::Vector<double> local(discretisation.element.dofs_per_cell),
      at_points(fe_values.n_quadrature_points),
      result(discretisation.mesh->n_active_cells());
    typename TrialSpace<dim>::Values l;
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          fe_values.reinit(cell);
          trial_space.evaluate(fe_values, false, l);
          cell->get_dof_values(ghosted, local);
          const auto integral = [&](const dealii::FullMatrix<double> &D) {
            double sum = 0;
            D.vmult(at_points, local);
            for (unsigned int q = 0; q < at_points.size(); ++q)
              sum += std::exp(l.value[q]) * std::abs(at_points(q)) *
                     fe_values.JxW(q);
            return sum;
          };
          const double s = integral(first), larger = integral(second);
          result(cell->active_cell_index()) =
            (larger > 0 ? s * std::min(1., s / larger) : s);
        }
    return result;
  }



#define INSTANTIATE(dim)                                                        \
  template Vector                 initial_moments(const InitialDensity<dim> &,  \
                                                  const Discretisation<dim> &); \
  template Vector                 project(const InitialDensity<dim> &,          \
                                          const Discretisation<dim> &,          \
                                          const Generator &);                   \
  template dealii::Vector<double> interpolation_errors(                         \
    const Discretisation<dim> &, const TrialSpace<dim> &, const Vector &);

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE
} // namespace sgdfp
