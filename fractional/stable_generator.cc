// SPDX-License-Identifier: GPL-3.0-or-later
#include "fractional/stable_generator.h"

#include "fractional/make_fractional_laplacian.h"

#include <deal.II/base/polynomial.h>
#include <deal.II/base/quadrature_lib.h>

#include <cmath>

namespace sgdfp
{
  using dealii::Tensor;

  namespace
  {
    /// top(l_j'), l_j the Lagrange basis of the k + 1 Gauss-Lobatto points of
    /// [-1, 1]: the coefficient of P_{k-1} in it.
    std::vector<double> top_coefficients(const unsigned int k)
    {
      const dealii::QGauss<1> gauss(k + 1);
      const auto basis = dealii::Polynomials::generate_complete_Lagrange_basis(
        dealii::QGaussLobatto<1>(k + 1).get_points());
      const dealii::Polynomials::Legendre legendre(k - 1); // orthonormal
      std::vector<double>                 result(k + 1, 0.), values(2);
      for (unsigned int j = 0; j <= k; ++j)
        for (unsigned int q = 0; q < gauss.size(); ++q)
          {
            // On [0, 1] the derivative is twice that on [-1, 1], and the
            // normalised polynomial sqrt(2k-1) P_{k-1}.
            basis[j].value(gauss.point(q)[0], values);
            result[j] += gauss.weight(q) * 0.5 * values[1] *
                         legendre.value(gauss.point(q)[0]) *
                         std::sqrt(2. * k - 1);
          }
      return result;
    }



    /// The nodes of a cell line by line: [d][line][0..k]
    template <int dim>
    std::vector<std::vector<std::vector<unsigned int>>>
    find_lines(const std::vector<dealii::Point<dim>> &nodes)
    {
      std::vector<std::vector<std::vector<unsigned int>>> lines(dim);
      for (unsigned int d = 0; d < dim; ++d)
        for (unsigned int i = 0; i < nodes.size(); ++i)
          {
            if (nodes[i][d] > 1e-10)
              continue;
            std::vector<unsigned int> line;
            for (unsigned int j = 0; j < nodes.size(); ++j)
              {
                Tensor<1, dim> across = nodes[j] - nodes[i];
                across[d]             = 0;
                if (across.norm() < 1e-10)
                  line.push_back(j);
              }
            std::sort(line.begin(),
                      line.end(),
                      [&](const unsigned int a, const unsigned int b) {
                        return nodes[a][d] < nodes[b][d];
                      });
            lines[d].push_back(line);
          }
      return lines;
    }
  } // namespace



  template <int dim>
  StableGenerator<dim>::StableGenerator(
    const Discretisation<dim> &discretisation,
    const Dynamics<dim>       &dynamics)
    : discretisation(discretisation)
    , dynamics(dynamics)
    , laplacian(discretisation, dynamics.jumps()->by_coordinates())
  {}



  template <int dim>
  bool StableGenerator<dim>::has_mixed_derivatives() const
  {
    double largest = 0;
    discretisation.for_each_quadrature_point(
      [&](const dealii::Point<dim> &theta) {
        const auto D =
          dynamics.diffusion(theta, MatrixFieldDerivatives::divergence).value;
        for (unsigned int d = 0; d < dim; ++d)
          for (unsigned int e = 0; e < d; ++e)
            largest = std::max(largest, std::abs(D[d][e]));
      });
    return dealii::Utilities::MPI::max(largest, discretisation.communicator) >
           0;
  }



  template <int dim>
  void StableGenerator<dim>::prepare()
  {
    laplacian.prepare(has_mixed_derivatives());
    fractional = make_fractional_laplacian(laplacian,
                                           dynamics.jumps()->alpha() / 2,
                                           dynamics.jumps()->tempering());
    fractional->prepare();
    laplacian.allocate(local);
    laplacian.allocate(local_approximation);
    laplacian.allocate(mass);
    free = ones = product = potential = zero();
    for (const auto i : discretisation.owned)
      {
        free(i) = (discretisation.constraints.is_constrained(i) ? 0. : 1.);
        ones(i) = 1;
      }
    free.compress(dealii::VectorOperation::insert);
    ones.compress(dealii::VectorOperation::insert);
  }



  template <int dim>
  struct StableGenerator<dim>::Scratch
  {
    Scratch(const Discretisation<dim>     &discretisation,
            const dealii::Quadrature<dim> &rule)
      : fe_values(discretisation.mapping,
                  discretisation.element,
                  rule,
                  dealii::update_gradients | dealii::update_quadrature_points |
                    dealii::update_JxW_values | dealii::update_jacobians)
      , rule(rule)
      , n(discretisation.element.dofs_per_cell)
      , degree(discretisation.element.degree)
      , top(top_coefficients(degree))
      , lines(find_lines(rule.get_points()))
      , drift(n)
      , diffusion(n)
      , jump_rates(n)
      , cell_matrix(n, n)
      , dofs(n)
    {}

    dealii::FEValues<dim>                               fe_values;
    const dealii::Quadrature<dim>                      &rule;
    const unsigned int                                  n, degree;
    const std::vector<double>                           top;
    std::vector<std::vector<std::vector<unsigned int>>> lines;
    /// r, D and sigma^alpha at the nodes
    std::vector<Tensor<1, dim>>                  drift;
    std::vector<dealii::SymmetricTensor<2, dim>> diffusion;
    std::vector<Tensor<1, dim>>                  jump_rates;
    dealii::FullMatrix<double>                   cell_matrix;
    std::vector<dealii::types::global_dof_index> dofs;
  };



  template <int dim>
  void StableGenerator<dim>::assemble_cell(Scratch &s) const
  {
    s.cell_matrix = 0;
    for (unsigned int q = 0; q < s.n; ++q)
      {
        const auto flux = dynamics.flux(s.fe_values.quadrature_point(q),
                                        MatrixFieldDerivatives::divergence);
        s.drift[q]      = flux.drift;
        s.diffusion[q]  = flux.diffusion.value;
        s.jump_rates[q] =
          dynamics.jumps()->rates(s.fe_values.quadrature_point(q));
        const double weight = s.fe_values.JxW(q);
        // The value of p at its node, ..
        for (const unsigned int i : laplacian.cross(q))
          s.cell_matrix(i, q) +=
            weight * (s.fe_values.shape_grad(i, q) * flux.drift);
        // .. and the gradient.
        for (const unsigned int j : laplacian.cross(q))
          {
            const Tensor<1, dim> diffusive =
              weight * (flux.diffusion.value * s.fe_values.shape_grad(j, q));
            for (const unsigned int i : laplacian.cross(q))
              if (laplacian.couples(i, j))
                s.cell_matrix(i, j) -= s.fe_values.shape_grad(i, q) * diffusive;
          }
      }
    // Cells of a ball have no lines along the coordinates.
    if (discretisation.box.is_box())
      for (unsigned int d = 0; d < dim; ++d)
        stabilise(s, d);
  }



  template <int dim>
  void StableGenerator<dim>::stabilise(Scratch &s, const unsigned int d) const
  {
    const double k     = s.degree;
    const double alpha = dynamics.jumps()->alpha();
    for (const auto &line : s.lines[d])
      {
        double sum = 0, size = 0, jumps = 0, diffusion = 0;
        for (const unsigned int q : line)
          {
            sum += s.drift[q][d];
            size += std::abs(s.drift[q][d]);
            jumps += s.jump_rates[q][d];
            diffusion += s.diffusion[q][d][d];
          }
        if (!(size > 0))
          continue;
        const double h = (s.fe_values.quadrature_point(line.back())[d] -
                          s.fe_values.quadrature_point(line.front())[d]) /
                         k;
        const double peclet = size / (jumps * std::pow(h, 1 - alpha) +
                                      diffusion / h + 1e-300 * size);
        const double rho =
          (peclet > 1 ? 1 / (1 + 1 / (peclet * peclet)) :
                        peclet * peclet / (1 + peclet * peclet));
        // Weights and slopes across the line are the same at all its points.
        const unsigned int q0 = line.front();
        const double       w0 = 1 / (k * (k + 1)); // of a line of [0, 1]
        const double       across =
          s.fe_values.JxW(q0) / (w0 * s.fe_values.jacobian(q0)[d][d]);
        const double c =
          across * rho * (sum / size) / (2 * k - 1) * (2 / (2 * k - 1));
        for (unsigned int i = 0; i < line.size(); ++i)
          for (unsigned int j = 0; j < line.size(); ++j)
            s.cell_matrix(line[i], line[j]) -=
              c * s.top[i] * s.top[j] * s.drift[line[j]][d];
      }
  }



  template <int dim>
  void StableGenerator<dim>::assemble()
  {
    local = 0;
    mass  = 0;
    rates.assign(laplacian.n_parts(), zero());
    Scratch scratch(discretisation, laplacian.rule());
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          scratch.fe_values.reinit(cell);
          assemble_cell(scratch);
          cell->get_dof_indices(scratch.dofs);
          discretisation.constraints.distribute_local_to_global(
            scratch.cell_matrix, scratch.dofs, local);
          for (unsigned int part = 0; part < rates.size(); ++part)
            for (unsigned int q = 0; q < scratch.n; ++q)
              if (discretisation.owned.is_element(scratch.dofs[q]))
                rates[part](scratch.dofs[q]) = scratch.jump_rates[q][part];
        }
    local.compress(dealii::VectorOperation::add);
    for (Vector &rate : rates)
      rate.compress(dealii::VectorOperation::insert);
    for (const auto i : discretisation.owned)
      mass.set(i, i, static_cast<double>(laplacian.mass()(i)));
    mass.compress(dealii::VectorOperation::insert);
    assemble_preconditioner();
  }



  template <int dim>
  void StableGenerator<dim>::assemble_preconditioner()
  {
    // Where z^s has its tangent: measured, 10 over the square of the length of
    // the core takes the fewest iterations for alpha from .5 to 1.5.
    const auto &box    = discretisation.box;
    double      length = box.core_length();
    if (length == 0)
      for (unsigned int d = 0; d < dim; ++d)
        length = std::max(length, (box.upper()[d] - box.lower()[d]) / 10);
    const double s = dynamics.jumps()->alpha() / 2;
    const double z = 10 / (length * length);
    const double a = (1 - s) * std::pow(z, s), b = s * std::pow(z, s - 1);

    local_approximation = 0;
    check_petsc(MatCopy(local, local_approximation, SAME_NONZERO_PATTERN),
                "MatCopy");
    SparseMatrix scaled;
    laplacian.allocate(scaled);
    Vector killing = zero();
    for (unsigned int part = 0; part < rates.size(); ++part)
      {
        check_petsc(MatCopy(laplacian.stiffness(part),
                            scaled,
                            SAME_NONZERO_PATTERN),
                    "MatCopy");
        check_petsc(MatDiagonalScale(scaled, nullptr, rates[part]),
                    "MatDiagonalScale");
        check_petsc(
          MatAXPY(local_approximation, -b, scaled, SAME_NONZERO_PATTERN),
          "MatAXPY");
        killing = rates[part];
        killing.scale(laplacian.mass());
        killing *= -a;
        check_petsc(MatDiagonalSet(local_approximation, killing, ADD_VALUES),
                    "MatDiagonalSet");
      }
  }



  template <int dim>
  const Vector &StableGenerator<dim>::mass_functional() const
  {
    return laplacian.mass();
  }



  template <int dim>
  const SparseMatrix &StableGenerator<dim>::mass_matrix() const
  {
    return mass;
  }



  template <int dim>
  void StableGenerator<dim>::complete(Vector &coefficients) const
  {
    discretisation.constraints.distribute(coefficients);
  }



  template <int dim>
  const Vector &StableGenerator<dim>::left_null_vector() const
  {
    return free;
  }



  template <int dim>
  const Vector &StableGenerator<dim>::weights() const
  {
    return ones;
  }



  template <int dim>
  const std::vector<MatrixHandle> &
  StableGenerator<dim>::coarse_interpolations() const
  {
    return no_interpolations;
  }



  template <int dim>
  void StableGenerator<dim>::apply(AnyVector &result, const AnyVector &p) const
  {
    local.vmult(result, p);
    for (unsigned int part = 0; part < rates.size(); ++part)
      {
        check_petsc(VecPointwiseMult(product, p, rates[part]),
                    "VecPointwiseMult");
        fractional->potential(potential, product, part);
        laplacian.stiffness(part).vmult(product, potential);
        check_petsc(VecAXPY(result, -1., product), "VecAXPY");
      }
    check_petsc(VecPointwiseMult(result, result, free), "VecPointwiseMult");
  }



  template <int dim>
  void StableGenerator<dim>::apply_adjoint(AnyVector       &result,
                                           const AnyVector &f) const
  {
    local.Tvmult(result, f);
    for (unsigned int part = 0; part < rates.size(); ++part)
      {
        // F is symmetric.
        fractional->potential(potential, f, part);
        laplacian.stiffness(part).vmult(product, potential);
        check_petsc(VecPointwiseMult(product, product, rates[part]),
                    "VecPointwiseMult");
        check_petsc(VecAXPY(result, -1., product), "VecAXPY");
      }
    check_petsc(VecPointwiseMult(result, result, free), "VecPointwiseMult");
  }



  template <int dim>
  const SparseMatrix &StableGenerator<dim>::preconditioner_matrix() const
  {
    return local_approximation;
  }



  template <int dim>
  bool StableGenerator<dim>::is_assembled() const
  {
    return false;
  }



  template <int dim>
  Vector StableGenerator<dim>::zero() const
  {
    return discretisation.owned_vector();
  }



  template <int dim>
  std::vector<Vector> StableGenerator<dim>::potentials(const Vector &p) const
  {
    std::vector<Vector> result(rates.size(), zero());
    for (unsigned int part = 0; part < rates.size(); ++part)
      {
        product = p;
        product.scale(free);
        product.scale(rates[part]);
        fractional->potential(result[part], product, part);
        complete(result[part]);
      }
    return result;
  }



  template <int dim>
  std::string StableGenerator<dim>::description() const
  {
    return fractional->description();
  }



  template class StableGenerator<1>;
  template class StableGenerator<2>;
  template class StableGenerator<3>;
} // namespace sgdfp
