// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/potential.h"

#include "base/spd_solver.h"

#include <deal.II/lac/dynamic_sparsity_pattern.h>
#include <deal.II/lac/sparsity_tools.h>

#include <cmath>
#include <limits>

namespace sgdfp
{
  using dealii::FEValues;
  using dealii::IndexSet;
  using dealii::Tensor;
  using Index       = dealii::types::global_dof_index;
  using Constraints = dealii::AffineConstraints<double>;

  namespace
  {
    // Most unknowns for the direct solver.
    template <int dim>
    constexpr Index direct_limit = (dim == 2 ? 700000 : 20000);



    // Where the exponent of the weight is levelled off.
    constexpr double weight_depth = 25;

    // Where the law has a hole the potential is e^l psi + eta. One can stand
    // for the other where l is smooth: psi is then kept small by this share of
    // its diagonal entries.
    constexpr double ridge = 1e-10;



    /// log(e^l + e^-depth)
    double level_off(const double l, const double depth)
    {
      return std::max(l, -depth) + std::log1p(std::exp(-std::abs(l + depth)));
    }



    /// The unknowns of a node: all components of psi, with a hole followed by
    /// those of eta.
    template <int dim>
    unsigned int unknowns_per_node(const bool has_hole)
    {
      return n_potentials<dim> * (has_hole ? 2 : 1);
    }



    /// Logarithm of the scale of an unknown, psi_i = e^scale * unknown, at a
    /// node with the log density l.
    double log_scale(const double l, const bool has_hole, const bool is_plain)
    {
      if (!has_hole)
        return -0.5 * l;
      return 0.5 * level_off(l, weight_depth) - (is_plain ? 0. : l);
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
  Tensor<1, dim> curl_of(const Tensor<1, dim> &gradient, const unsigned int c)
  {
    (void)c;
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



  template <int dim>
  PotentialReference<dim>::PotentialReference(const LocalLaw<dim> &law,
                                              const bool           has_hole)
    : m(law.l)
    , w(law.l)
    , grad_m(law.grad_l)
    , grad_w(law.grad_l)
  {
    if (!has_hole)
      return;
    w      = level_off(law.l, weight_depth);
    grad_w = std::exp(law.l - w) * law.grad_l;
  }



  namespace
  {
    /// Constraints of the scaled unknowns: boundary and hanging nodes.
    template <int dim>
    Constraints scaled_constraints(const Discretisation<dim> &space,
                                   const Vector              &log_at_nodes,
                                   const bool                 has_hole)
    {
      constexpr unsigned int n_components = n_potentials<dim>;
      const unsigned int     n            = unknowns_per_node<dim>(has_hole);
      Constraints            constraints(all_components(space.relevant, n));
      std::vector<Index>     dofs(space.element.dofs_per_face);
      for (const auto &cell : space.dof_handler.active_cell_iterators())
        if (!cell->is_artificial() && cell->at_boundary())
          for (const unsigned int f : cell->face_indices())
            if (cell->at_boundary(f))
              {
                cell->face(f)->get_dof_indices(dofs);
                for (const Index i : dofs)
                  for (unsigned int c = 0; c < n; ++c)
                    if (is_tangential<dim>(c % n_components, f / 2))
                      constraints.add_line(n * i + c);
              }

      const auto scale = [&](const Index node, const unsigned int c) {
        return log_scale(log_at_nodes(node), has_hole, c >= n_components);
      };
      for (const auto &line : space.constraints.get_lines())
        for (unsigned int c = 0; c < n; ++c)
          {
            const Index row = n * line.index + c;
            if (constraints.is_constrained(row)) // on the boundary
              continue;
            constraints.add_line(row);
            for (const auto &[node, factor] : line.entries)
              constraints.add_entry(row,
                                    n * node + c,
                                    factor * std::exp(scale(node, c) -
                                                      scale(line.index, c)));
          }
      constraints.close();
      return constraints;
    }



    /// The least-squares problem, cell by cell. Every quadrature point gives
    /// dim rows of e^{-w/2} J and in 3-D one for the gauge.
    template <int dim>
    class Assembler
    {
    public:
      Assembler(const Law<dim>            &law,
                const Discretisation<dim> &space,
                const Vector              &log_at_nodes,
                const bool                 has_hole);

      /// Adds all cells of this rank.
      void assemble(const Constraints &constraints,
                    SparseMatrix      &matrix,
                    Vector            &rhs);

      /// Integrals over the cells of this rank (Potential)
      double square = 0, current_l1 = 0, drift_l1 = 0;

      /// An empty matrix of all couplings.
      void make_pattern(const Constraints &constraints, SparseMatrix &matrix);

    private:
      static constexpr unsigned int n_components = n_potentials<dim>;
      static constexpr unsigned int n_rows       = (dim == 2 ? 2 : 4);

      void reinit(const typename Law<dim>::Cell &cell);

      void find_dofs(const typename Law<dim>::Cell &space_cell);

      void fill_rows();

      void fill_target();

      const Law<dim>                      &law;
      const Discretisation<dim>           &space;
      const Vector                        &log_at_nodes;
      const bool                           has_hole;
      const unsigned int                   n;
      FEValues<dim>                        potential, law_fe_values;
      std::vector<LocalLaw<dim>>           values;
      std::vector<PotentialReference<dim>> references;
      std::vector<Index>                   nodes, dofs;
      dealii::FullMatrix<double>           rows;
      dealii::Vector<double>               target;
    };



    template <int dim>
    Assembler<dim>::Assembler(const Law<dim>            &law,
                              const Discretisation<dim> &space,
                              const Vector              &log_at_nodes,
                              const bool                 has_hole)
      : law(law)
      , space(space)
      , log_at_nodes(log_at_nodes)
      , has_hole(has_hole)
      , n(unknowns_per_node<dim>(has_hole))
      , potential(space.mapping,
                  space.element,
                  space.quadrature,
                  dealii::update_values | dealii::update_gradients |
                    dealii::update_JxW_values)
      , law_fe_values(law.discretisation.mapping,
                      law.discretisation.element,
                      space.quadrature,
                      dealii::update_values | dealii::update_gradients |
                        dealii::update_quadrature_points)
      , nodes(space.element.dofs_per_cell)
      , dofs(n * nodes.size())
      , rows(n_rows * space.quadrature.size(), dofs.size())
      , target(rows.m())
    {}



    template <int dim>
    void Assembler<dim>::find_dofs(const typename Law<dim>::Cell &space_cell)
    {
      space_cell->get_dof_indices(nodes);
      for (unsigned int i = 0; i < nodes.size(); ++i)
        for (unsigned int c = 0; c < n; ++c)
          dofs[n * i + c] = n * nodes[i] + c;
    }



    template <int dim>
    void Assembler<dim>::make_pattern(const Constraints &constraints,
                                      SparseMatrix      &matrix)
    {
      const IndexSet owned    = all_components(space.owned, n);
      const IndexSet relevant = all_components(space.relevant, n);
      dealii::DynamicSparsityPattern pattern(relevant);
      for (const auto &cell : space.dof_handler.active_cell_iterators())
        if (cell->is_locally_owned())
          {
            find_dofs(cell);
            constraints.add_entries_local_to_global(
              dofs, pattern, /*keep_constrained_dofs=*/false);
          }
      dealii::SparsityTools::distribute_sparsity_pattern(pattern,
                                                         owned,
                                                         space.communicator,
                                                         relevant);
      matrix.reinit(owned, owned, pattern, space.communicator);
    }



    template <int dim>
    void Assembler<dim>::reinit(const typename Law<dim>::Cell &cell)
    {
      const typename Law<dim>::Cell space_cell(space.mesh.get(),
                                               cell->level(),
                                               cell->index(),
                                               &space.dof_handler);
      find_dofs(space_cell);
      potential.reinit(space_cell);
      law_fe_values.reinit(cell);
      law.evaluate(law_fe_values, false, values);
      references.clear();
      for (const LocalLaw<dim> &value : values)
        references.emplace_back(value, has_hole);
    }



    template <int dim>
    void Assembler<dim>::fill_rows()
    {
      for (unsigned int i = 0; i < nodes.size(); ++i)
        for (unsigned int k = 0; k < n; k += n_components)
          {
            const bool   is_plain = (k >= n_components);
            const double scale =
              log_scale(log_at_nodes(nodes[i]), has_hole, is_plain);
            for (unsigned int q = 0; q < references.size(); ++q)
              {
                const auto    &reference = references[q];
                const double   value     = potential.shape_value(i, q);
                Tensor<1, dim> full      = potential.shape_grad(i, q);
                double         exponent  = scale - 0.5 * reference.w;
                if (!is_plain)
                  {
                    full += value * reference.grad_m;
                    exponent += reference.m;
                  }
                const Tensor<1, dim> gauge = full - value * reference.grad_w;
                const double         weight =
                  std::sqrt(potential.JxW(q)) * std::exp(exponent);
                for (unsigned int c = 0; c < n_components; ++c)
                  {
                    const unsigned int   column = n * i + k + c;
                    const Tensor<1, dim> J      = curl_of(full, c);
                    for (unsigned int d = 0; d < dim; ++d)
                      rows(n_rows * q + d, column) = weight * J[d];
                    if (dim == 3)
                      rows(n_rows * q + dim, column) = weight * gauge[c];
                  }
              }
          }
    }



    template <int dim>
    void Assembler<dim>::fill_target()
    {
      for (unsigned int q = 0; q < references.size(); ++q)
        {
          const auto flux =
            law.dynamics.flux(law_fe_values.quadrature_point(q),
                              MatrixFieldDerivatives::divergence);
          const double weight =
            std::exp(-0.5 * references[q].w) * std::sqrt(potential.JxW(q));
          const Tensor<1, dim> J = weight * values[q].current(flux);
          square += J.norm_square();
          current_l1 += values[q].current(flux).norm() * potential.JxW(q);
          drift_l1 += std::abs(values[q].density()) * flux.drift.norm() *
                      potential.JxW(q);
          for (unsigned int d = 0; d < dim; ++d)
            target(n_rows * q + d) = J[d];
        }
    }



    template <int dim>
    void Assembler<dim>::assemble(const Constraints &constraints,
                                  SparseMatrix      &matrix,
                                  Vector            &rhs)
    {
      dealii::FullMatrix<double> cell_matrix(dofs.size(), dofs.size());
      dealii::Vector<double>     cell_rhs(dofs.size());
      for (const auto &cell :
           law.discretisation.dof_handler.active_cell_iterators())
        if (cell->is_locally_owned())
          {
            reinit(cell);
            fill_rows();
            fill_target();
            rows.Tmmult(cell_matrix, rows);
            if (has_hole)
              for (unsigned int i = 0; i < dofs.size(); ++i)
                if (i % n < n_components)
                  cell_matrix(i, i) *= 1 + ridge;
            rows.Tvmult(cell_rhs, target);
            constraints.distribute_local_to_global(
              cell_matrix, cell_rhs, dofs, matrix, rhs);
          }
      matrix.compress(dealii::VectorOperation::add);
      rhs.compress(dealii::VectorOperation::add);
    }
  } // namespace



  template <int dim>
  Potential<dim>::Potential(const Law<dim>            &law,
                            const Discretisation<dim> &space,
                            const Vector              &log_at_nodes,
                            const bool                 has_hole)
  {
    const unsigned int n     = unknowns_per_node<dim>(has_hole);
    const IndexSet     owned = all_components(space.owned, n);
    const Constraints  constraints =
      scaled_constraints(space, log_at_nodes, has_hole);
    Assembler<dim> assembler(law, space, log_at_nodes, has_hole);
    SparseMatrix   matrix;
    Vector         rhs(owned, space.communicator);
    Vector         scaled(owned, space.communicator);
    assembler.make_pattern(constraints, matrix);
    assembler.assemble(constraints, matrix, rhs);
    const auto sum = [&](const double x) {
      return dealii::Utilities::MPI::sum(x, space.communicator);
    };
    square = sum(assembler.square);
    relative_size =
      sum(assembler.current_l1) /
      std::max(sum(assembler.drift_l1), std::numeric_limits<double>::min());
    iterations = solve_spd(matrix,
                           scaled,
                           rhs,
                           space.dof_handler.n_dofs() * n_potentials<dim> <=
                             direct_limit<dim>,
                           n,
                           "sgdfp_closed_");
    misfit     = square - rhs * scaled; // at the minimum
    constraints.distribute(scaled);

    for (unsigned int c = 0; c < n; ++c)
      {
        Vector psi = space.owned_vector();
        for (const Index i : space.owned)
          psi(i) =
            static_cast<double>(scaled(n * i + c)) *
            std::exp(
              log_scale(log_at_nodes(i), has_hole, c >= n_potentials<dim>));
        psi.compress(dealii::VectorOperation::insert);
        // Once more, with the unscaled factors: exactly continuous.
        space.constraints.distribute(psi);
        components.push_back(space.ghosted(psi));
      }
  }



  template Tensor<1, 1> curl_of(const Tensor<1, 1> &, const unsigned int);
  template Tensor<1, 2> curl_of(const Tensor<1, 2> &, const unsigned int);
  template Tensor<1, 3> curl_of(const Tensor<1, 3> &, const unsigned int);
  template struct PotentialReference<1>;
  template struct PotentialReference<2>;
  template struct PotentialReference<3>;
  template struct Potential<2>;
  template struct Potential<3>;
} // namespace sgdfp
