// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/closed_current.h"

#include "base/errors.h"
#include "base/spd_solver.h"

#include <deal.II/lac/dynamic_sparsity_pattern.h>
#include <deal.II/lac/sparsity_tools.h>

#include <cmath>

namespace sgdfp
{
  using dealii::Tensor;
  using Index = dealii::types::global_dof_index;

  namespace
  {
    // Most unknowns for the direct solver.
    template <int dim>
    constexpr Index direct_limit = (dim == 2 ? 700000 : 20000);



    /// Component c of curl(f e_c'), given grad f: in 2-D (d_2 f, -d_1 f), in
    /// 3-D grad f x e_c.
    template <int dim>
    Tensor<1, dim> curl_of(const Tensor<1, dim> &gradient, const unsigned int c)
    {
      Tensor<1, dim> result;
      if constexpr (dim == 2)
        {
          result[0] = gradient[1];
          result[1] = -gradient[0];
        }
      else if constexpr (dim == 3)
        {
          const unsigned int next = (c + 1) % 3, last = (c + 2) % 3;
          result[next] = gradient[last];
          result[last] = -gradient[next];
        }
      return result;
    }



    /// Whether component @p c of the potential vanishes on sides of the box
    /// with normal @p direction.
    template <int dim>
    bool is_tangential(const unsigned int c, const unsigned int direction)
    {
      return dim == 2 || c != direction;
    }



    /// The unknowns of all components for a set of nodes.
    dealii::IndexSet all_components(const dealii::IndexSet &nodes,
                                    const unsigned int      n_components)
    {
      dealii::IndexSet result(nodes.size() * n_components);
      for (auto range = nodes.begin_intervals(); range != nodes.end_intervals();
           ++range)
        result.add_range(*range->begin() * n_components,
                         (range->last() + 1) * n_components);
      result.compress();
      return result;
    }
  } // namespace



  template <int dim>
  Tensor<2, dim>
  LocalClosedCurrent<dim>::velocity_gradient(const LocalLaw<dim> &law) const
  {
    return (gradient -
            outer_product(law.grad_l + law.grad_u / law.u, current)) /
           law.density();
  }



  template <int dim>
  ClosedCurrent<dim>::ClosedCurrent(const Law<dim>    &law,
                                    const unsigned int limit_3d)
    : law(law)
    // One degree more in 2-D, where that is cheap: derivatives of Psi are as
    // smooth as p.
    , the_space(law.discretisation,
                law.discretisation.element.degree + (dim == 2 ? 1 : 0))
  {
    if (dim == 1)
      return;
    the_space.prepare();
    const Index n_unknowns = n_components * the_space.dof_handler.n_dofs();
    if (dim == 3 && n_unknowns > limit_3d)
      {
        reason = "the vector potential has " + std::to_string(n_unknowns) +
                 " unknowns, more than the limit of " +
                 std::to_string(limit_3d);
        return;
      }
    try
      {
        find_nodal_log();
        solve();
      }
    catch (const SolverFailure &failure)
      {
        reason =
          std::string("the closed current was not found: ") + failure.what();
        polynomials.clear();
      }
  }



  template <int dim>
  const std::string &ClosedCurrent<dim>::why_missing() const
  {
    return reason;
  }



  template <int dim>
  const Discretisation<dim> &ClosedCurrent<dim>::space() const
  {
    return the_space;
  }



  template <int dim>
  unsigned int ClosedCurrent<dim>::n_iterations() const
  {
    return iterations;
  }



  template <int dim>
  typename Law<dim>::Cell
  ClosedCurrent<dim>::potential_cell(const typename Law<dim>::Cell &cell) const
  {
    return {the_space.mesh.get(),
            cell->level(),
            cell->index(),
            &the_space.dof_handler};
  }



  template <int dim>
  void ClosedCurrent<dim>::find_nodal_log()
  {
    const auto                &element = the_space.element;
    dealii::FEValues<dim>      fe_values(law.discretisation.mapping,
                                    law.discretisation.element,
                                    dealii::Quadrature<dim>(
                                      element.get_unit_support_points()),
                                    dealii::update_values |
                                      dealii::update_gradients |
                                      dealii::update_quadrature_points);
    std::vector<LocalLaw<dim>> values;
    std::vector<Index>         dofs(element.dofs_per_cell);
    Vector                     l = the_space.owned_vector();
    for (const auto &cell :
         law.discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          fe_values.reinit(cell);
          law.evaluate(fe_values, false, values);
          potential_cell(cell)->get_dof_indices(dofs);
          for (unsigned int i = 0; i < dofs.size(); ++i)
            if (the_space.owned.is_element(dofs[i]))
              l(dofs[i]) = values[i].l;
        }
    l.compress(dealii::VectorOperation::insert);
    log_at_nodes = the_space.ghosted(l);
  }



  template <int dim>
  dealii::AffineConstraints<double>
  ClosedCurrent<dim>::scaled_constraints() const
  {
    dealii::AffineConstraints<double> constraints(
      all_components(the_space.relevant, n_components));
    std::vector<Index> dofs(the_space.element.dofs_per_face);
    for (const auto &cell : the_space.dof_handler.active_cell_iterators())
      if (!cell->is_artificial() && cell->at_boundary())
        for (const unsigned int f : cell->face_indices())
          if (cell->at_boundary(f))
            {
              cell->face(f)->get_dof_indices(dofs);
              for (const Index i : dofs)
                for (unsigned int c = 0; c < n_components; ++c)
                  if (is_tangential<dim>(c, f / 2))
                    constraints.add_line(n_components * i + c);
            }

    const auto &hanging = the_space.constraints;
    for (const auto &line : hanging.get_lines())
      for (unsigned int c = 0; c < n_components; ++c)
        {
          const Index row = n_components * line.index + c;
          if (constraints.is_constrained(row)) // on the boundary
            continue;
          const double l_row = log_at_nodes(line.index);
          constraints.add_line(row);
          for (const auto &[node, factor] : line.entries)
            constraints.add_entry(row,
                                  n_components * node + c,
                                  factor * std::exp(0.5 * (l_row - log_at_nodes(
                                                                     node))));
        }
    constraints.close();
    return constraints;
  }



  namespace
  {
    /// The least-squares problem of one cell: every quadrature point gives dim
    /// rows of e^{-l/2} J* and in 3-D one of e^{l/2} div A, for unknowns
    /// e^{l_i/2} psi_i: no entry is larger than the variation of e^{l/2} in
    /// the cell, however small e^l is.
    template <int dim>
    void cell_rows(const dealii::FEValues<dim>      &potential,
                   const std::vector<LocalLaw<dim>> &law,
                   const std::vector<double>        &l_nodes,
                   dealii::FullMatrix<double>       &rows)
    {
      constexpr unsigned int n_components = dim * (dim - 1) / 2;
      constexpr unsigned int n_rows       = (dim == 2 ? 2 : 4);
      for (unsigned int q = 0; q < law.size(); ++q)
        for (unsigned int i = 0; i < l_nodes.size(); ++i)
          {
            const double weight = std::exp(0.5 * (law[q].l - l_nodes[i])) *
                                  std::sqrt(potential.JxW(q));
            const Tensor<1, dim> &gradient = potential.shape_grad(i, q);
            const Tensor<1, dim>  full =
              gradient + potential.shape_value(i, q) * law[q].grad_l;
            for (unsigned int c = 0; c < n_components; ++c)
              {
                const unsigned int   column = n_components * i + c;
                const Tensor<1, dim> J      = curl_of(full, c);
                for (unsigned int d = 0; d < dim; ++d)
                  rows(n_rows * q + d, column) = weight * J[d];
                if (dim == 3)
                  rows(n_rows * q + dim, column) = weight * gradient[c];
              }
          }
    }



    /// e^{-l/2} J_h sqrt(JxW), and 0 for the gauge.
    template <int dim>
    void cell_target(const dealii::FEValues<dim>      &potential,
                     const Dynamics<dim>              &dynamics,
                     const std::vector<LocalLaw<dim>> &law,
                     dealii::Vector<double>           &target)
    {
      constexpr unsigned int n_rows = (dim == 2 ? 2 : 4);
      for (unsigned int q = 0; q < law.size(); ++q)
        {
          const auto flux        = dynamics.flux(potential.quadrature_point(q),
                                          MatrixFieldDerivatives::divergence);
          const Tensor<1, dim> J = std::exp(-0.5 * law[q].l) *
                                   std::sqrt(potential.JxW(q)) *
                                   law[q].current(flux);
          for (unsigned int d = 0; d < dim; ++d)
            target(n_rows * q + d) = J[d];
        }
    }
  } // namespace



  template <int dim>
  void ClosedCurrent<dim>::solve()
  {
    using namespace dealii;
    const IndexSet owned    = all_components(the_space.owned, n_components);
    const IndexSet relevant = all_components(the_space.relevant, n_components);
    const AffineConstraints<double> constraints = scaled_constraints();

    const unsigned int n_nodes = the_space.element.dofs_per_cell;
    std::vector<Index> nodes(n_nodes), dofs(n_components * n_nodes);
    const auto         find_dofs = [&](const typename Law<dim>::Cell &cell) {
      cell->get_dof_indices(nodes);
      for (unsigned int i = 0; i < n_nodes; ++i)
        for (unsigned int c = 0; c < n_components; ++c)
          dofs[n_components * i + c] = n_components * nodes[i] + c;
    };

    SparseMatrix matrix;
    {
      DynamicSparsityPattern pattern(relevant);
      for (const auto &cell : the_space.dof_handler.active_cell_iterators())
        if (cell->is_locally_owned())
          {
            find_dofs(cell);
            constraints.add_entries_local_to_global(
              dofs, pattern, /*keep_constrained_dofs=*/false);
          }
      SparsityTools::distribute_sparsity_pattern(pattern,
                                                 owned,
                                                 the_space.communicator,
                                                 relevant);
      matrix.reinit(owned, owned, pattern, the_space.communicator);
    }
    Vector rhs(owned, the_space.communicator);

    const auto                &rule   = the_space.quadrature;
    constexpr auto             n_rows = (dim == 2 ? 2 : 4);
    const auto                 flags  = update_values | update_gradients;
    FEValues<dim>              potential(the_space.mapping,
                            the_space.element,
                            rule,
                            flags | update_quadrature_points |
                              update_JxW_values);
    FEValues<dim>              fe_values(law.discretisation.mapping,
                            law.discretisation.element,
                            rule,
                            flags | update_quadrature_points);
    std::vector<LocalLaw<dim>> values;
    std::vector<double>        l_nodes(n_nodes);
    FullMatrix<double>         rows(n_rows * rule.size(), dofs.size());
    FullMatrix<double>         cell_matrix(dofs.size(), dofs.size());
    dealii::Vector<double>     target(n_rows * rule.size());
    dealii::Vector<double>     cell_rhs(dofs.size());
    for (const auto &cell :
         law.discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          const auto same_cell = potential_cell(cell);
          find_dofs(same_cell);
          for (unsigned int i = 0; i < n_nodes; ++i)
            l_nodes[i] = log_at_nodes(nodes[i]);
          potential.reinit(same_cell);
          fe_values.reinit(cell);
          law.evaluate(fe_values, false, values);
          cell_rows(potential, values, l_nodes, rows);
          cell_target(potential, law.dynamics, values, target);
          rows.Tmmult(cell_matrix, rows);
          rows.Tvmult(cell_rhs, target);
          constraints.distribute_local_to_global(
            cell_matrix, cell_rhs, dofs, matrix, rhs);
        }
    matrix.compress(VectorOperation::add);
    rhs.compress(VectorOperation::add);

    Vector scaled(owned, the_space.communicator);
    iterations = solve_spd(matrix,
                           scaled,
                           rhs,
                           matrix.m() <= direct_limit<dim>,
                           n_components,
                           "sgdfp_closed_");
    constraints.distribute(scaled);

    for (unsigned int c = 0; c < n_components; ++c)
      {
        Vector psi = the_space.owned_vector();
        for (const Index i : the_space.owned)
          psi(i) = static_cast<double>(scaled(n_components * i + c)) *
                   std::exp(-0.5 * log_at_nodes(i));
        psi.compress(VectorOperation::insert);
        // Hanging nodes once more: exactly those of the unscaled space.
        the_space.constraints.distribute(psi);
        polynomials.push_back(the_space.ghosted(psi));
      }
  }



  template <int dim>
  Vector ClosedCurrent<dim>::nodal_stream_function() const
  {
    Assert(dim == 2, dealii::ExcMessage("there is a stream function in 2-D"));
    Vector Psi = the_space.owned_vector();
    if (!polynomials.empty())
      for (const Index i : the_space.owned)
        Psi(i) = static_cast<double>(polynomials[0](i)) *
                 std::exp(static_cast<double>(log_at_nodes(i)));
    Psi.compress(dealii::VectorOperation::insert);
    return Psi;
  }



  template <int dim>
  ClosedCurrent<dim>::Values::Values(const ClosedCurrent           &closed,
                                     const dealii::Quadrature<dim> &rule,
                                     const bool second_derivatives,
                                     const dealii::UpdateFlags flags)
    : closed(closed)
    , second_derivatives(second_derivatives)
    , law_fe_values(closed.law.discretisation.mapping,
                    closed.law.discretisation.element,
                    rule,
                    flags | dealii::update_values | dealii::update_gradients |
                      dealii::update_quadrature_points |
                      (second_derivatives ? dealii::update_hessians :
                                            dealii::update_default))
    , potential_fe_values(closed.the_space.mapping,
                          closed.the_space.element,
                          rule,
                          dealii::update_values | dealii::update_gradients |
                            (second_derivatives ? dealii::update_hessians :
                                                  dealii::update_default))
    , currents(rule.size())
    , value(rule.size())
    , gradient(rule.size())
    , hessian(rule.size())
  {}



  template <int dim>
  void ClosedCurrent<dim>::Values::reinit(const typename Law<dim>::Cell &cell)
  {
    law_fe_values.reinit(cell);
    closed.law.evaluate(law_fe_values, second_derivatives, laws);
    if (closed.polynomials.empty())
      return;
    potential_fe_values.reinit(closed.potential_cell(cell));
    evaluate();
  }



  template <int dim>
  void ClosedCurrent<dim>::Values::evaluate()
  {
    std::fill(currents.begin(), currents.end(), LocalClosedCurrent<dim>());
    for (unsigned int c = 0; c < n_components; ++c)
      {
        const Vector &psi = closed.polynomials[c];
        potential_fe_values.get_function_values(psi, value);
        potential_fe_values.get_function_gradients(psi, gradient);
        if (second_derivatives)
          potential_fe_values.get_function_hessians(psi, hessian);
        for (unsigned int q = 0; q < currents.size(); ++q)
          {
            const LocalLaw<dim> &local = laws[q];
            const double         scale = std::exp(local.l);
            currents[q].potential[c]   = scale * value[q];
            currents[q].current +=
              scale * curl_of(gradient[q] + value[q] * local.grad_l, c);
            if (!second_derivatives)
              continue;
            const Tensor<2, dim> second =
              scale * (hessian[q] + outer_product(local.grad_l, gradient[q]) +
                       outer_product(gradient[q], local.grad_l) +
                       value[q] * (local.hess_l +
                                   outer_product(local.grad_l, local.grad_l)));
            for (unsigned int d = 0; d < dim; ++d)
              currents[q].gradient[d] += curl_of(second[d], c);
          }
      }
  }



  template <int dim>
  const dealii::FEValues<dim> &ClosedCurrent<dim>::Values::fe_values() const
  {
    return law_fe_values;
  }



  template <int dim>
  const std::vector<LocalLaw<dim>> &ClosedCurrent<dim>::Values::law() const
  {
    return laws;
  }



  template <int dim>
  const std::vector<LocalClosedCurrent<dim>> &
  ClosedCurrent<dim>::Values::current() const
  {
    return currents;
  }



  template struct LocalClosedCurrent<1>;
  template struct LocalClosedCurrent<2>;
  template struct LocalClosedCurrent<3>;
  template class ClosedCurrent<1>;
  template class ClosedCurrent<2>;
  template class ClosedCurrent<3>;
} // namespace sgdfp
